"""Who may publish and seal: the fold of `tamga.registry`, record by record in offset order.

Every record counts, also one that breaks a rule: it is ignored by this same fold everywhere, so `reg` (how many records
had been read) names one state for ever. The record types stand in the other modules of this folder, a function each,
which raises before it changes anything when the rule of the record does not hold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple

from domain import ijson
from domain.record.entry import unb64u
from domain.refusals import Refusal
from domain.registry import agencies, keys, mandates, roots, settings
from domain.registry.agencies import Agency
from domain.registry.history import History
from domain.registry.keys import Key
from domain.registry.roots import TYPE_PREFIX, Roots, founding_roots, is_signed
from domain.registry.view import View


class Said(NamedTuple):
    """A record that enough roots have signed: its own `reg`, what it is about and says, and the JWS around it."""

    reg: int
    subject: str
    data: Mapping[str, Any]
    record: Mapping[str, Any]


@dataclass(eq=False)
class Registry:
    """The fold. `count` is the number of records read, `ignored` how many of them broke a rule; `roots` are those that
    must sign the next record, `deadlines` is by name and grade."""

    ledger: str
    roots_digest: str
    count: int = 0
    ignored: int = 0
    partitions: int = 0
    roots: Roots | None = None
    keys: dict[str, Key] = field(default_factory=dict)
    agencies: dict[str, Agency] = field(default_factory=dict)
    deadlines: dict[tuple[str, str | None], History[timedelta | None]] = field(default_factory=dict)
    witnesses: dict[str, History[bytes | None]] = field(default_factory=dict)

    def apply(self, raw: bytes | None) -> bool:
        """Count one record and, when it keeps the rules, take it in. Never raises.

        It is counted last: another thread that asks for the present view meanwhile gets the one before it, whole.
        """
        reg = self.count + 1
        try:
            name, said = self._open(raw, reg)
            RECORDS[name](self, said)
        except (Refusal, KeyError, TypeError, ValueError, AttributeError):
            self.ignored += 1
            return False
        finally:
            self.count = reg
        return True

    def view(self, reg: int | None = None, *, at: str | None = None) -> View:
        """The registry as it stood when `reg` records had been read (now, if None).

        `at` is the instant that dates of keys and periods of mandates are compared with; without it they are not.
        """
        return View(self, self.count if reg is None else reg, at)

    def seal_key(self, kid: str, reg: int) -> bytes | None:
        """The registrar's public key `kid` if it was valid at `reg` and that many records exist."""
        key = self.keys.get(kid)
        if key is None or key.agency is not None or reg > self.count or not key.holds(reg):
            return None
        return key.public

    def _open(self, raw: bytes | None, reg: int) -> tuple[str, Said]:
        record = ijson.parse(raw or b"")
        statement = ijson.parse(unb64u(record["payload"]))
        holding = self.roots or founding_roots(statement, self.roots_digest)
        if not is_signed(record, holding, self.ledger) or not statement["type"].startswith(TYPE_PREFIX):
            raise ValueError("not signed by enough roots")
        name, subject, data = statement["type"].removeprefix(TYPE_PREFIX), statement["subject"], statement["data"]
        if not isinstance(subject, str) or not subject or not isinstance(data, dict):
            raise ValueError("no subject or no data")
        if self.roots is None and name != "ledger_founded.v1":
            raise ValueError("a record before the founding")
        return name, Said(reg, subject, data, record)


RECORDS: Mapping[str, Callable[[Registry, Said], None]] = {
    **roots.RECORDS,
    **keys.RECORDS,
    **agencies.RECORDS,
    **mandates.RECORDS,
    **settings.RECORDS,
}
"""The rule of each record type; it raises when the record is to be ignored."""
