"""An effective entry as the folds see it: parsed once, handed to every view."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple, Protocol

import orjson

from domain import outcome
from domain.catalogue import by_wire
from domain.event import Recorded
from domain.record.chain import Placed
from domain.registry import Registry
from projections.told import Telling


class Refused(NamedTuple):
    """A refusal whose sender is known, as far as it may be told: `type` is the short name of a known type, `stream` and
    `event` ids; each is '' where the submission did not say it well-formed."""

    publisher: str
    type: str
    stream: str
    event: str
    code: str
    at: str


class Directory(Protocol):
    """The registry as it stood when the entry was judged, as far as the folds ask it."""

    def categories(self, agency: str) -> frozenset[str]:
        """The agency's categories; empty when it is not enrolled."""
        ...

    def holding(self, categories: frozenset[str]) -> tuple[str, ...]:
        """The active agencies that hold one of these categories, by id."""
        ...


class Outcome(NamedTuple):
    """What became of a submission: `offset` of its partition, the sender where it is known, `code` '' when admitted."""

    offset: int
    publisher: str
    event: str
    code: str
    at: str


class Entry(NamedTuple):
    """`recorded` is the admitted event with the ledger's effects, None for an outcome without an event; `refused` is
    such an outcome that names its sender; `outcome` is there when the entry answers a submission.

    `tellings` and `access` are filled by `projections.room`, which comes before every desk.
    """

    partition: int
    pos: int
    stream: str
    recorded: Recorded | None
    refused: Refused | None
    outcome: Outcome | None
    partners: Directory
    tellings: list[Telling]
    access: list[Any]

    @property
    def case(self) -> str:
        """The stream that the entry is about: its own, or that which a refused submission named."""
        return self.refused.stream if self.refused is not None else self.stream


class Partners:
    """The registry as it stood at one record: an answer never changes, so it is asked for once."""

    def __init__(self, registry: Registry, reg: int) -> None:
        self._view = registry.view(reg)
        self._categories: dict[str, frozenset[str]] = {}
        self._holding: dict[frozenset[str], tuple[str, ...]] = {}

    def categories(self, agency: str) -> frozenset[str]:
        """As `Directory` has it."""
        found = self._categories.get(agency)
        if found is None:
            found = self._categories[agency] = self._view.categories(agency)
        return found

    def holding(self, categories: frozenset[str]) -> tuple[str, ...]:
        """As `Directory` has it."""
        found = self._holding.get(categories)
        if found is None:
            found = self._holding[categories] = self._view.holding(categories)
        return found


_partners = lru_cache(maxsize=64)(Partners)


def read(placed: Placed, partition: int, registry: Registry) -> Entry:
    """Parse an effective entry. The registry must have been read up to the entry's `reg`, as the fence needs it too."""
    return read_body(placed.entry.raw, placed.entry.pos, partition, registry)


def read_body(raw: bytes, pos: int, partition: int, registry: Registry) -> Entry:
    """Parse an entry, or the body that is to stand at `pos`."""
    parsed: dict[str, Any] = orjson.loads(raw)
    said = parsed["ledger"]
    recorded = outcome.recorded(parsed)
    refused = _refused(parsed) if recorded is None else None
    answered = _outcome(parsed, recorded)
    return Entry(partition, pos, said["stream"], recorded, refused, answered, _partners(registry, said["reg"]), [], [])


def _outcome(parsed: dict[str, Any], recorded: Recorded | None) -> Outcome | None:
    said = parsed["ledger"]
    offset = said["src"][1]
    if offset < 0:
        return None
    if recorded is not None:
        return Outcome(offset, recorded.event.publisher, recorded.event.id, "", recorded.at)
    kind, what = next(iter(parsed.get("outcome", {"": {}}).items()))
    code = what.get("code", kind)
    return Outcome(offset, what.get("publisher", ""), what.get("event", ""), code, said["at"])


def _refused(parsed: dict[str, Any]) -> Refused | None:
    what = parsed.get("outcome", {}).get("refused")
    if what is None or "publisher" not in what:
        return None
    known = by_wire.get(what.get("type"))
    name = known.name if known is not None else ""
    return Refused(
        what["publisher"], name, what.get("stream", ""), what.get("event", ""), what["code"], parsed["ledger"]["at"]
    )
