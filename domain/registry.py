"""Who may publish and seal: the fold of `tamga.registry`, record by record in offset order.

Every record counts, also one that breaks a rule: it is ignored by this same fold everywhere, so `reg` (how many records
had been read) names one state for ever. A record is a JWS in the general JSON serialization (RFC 7515 section 7.2.1):
a list of signatures by root keys over one CloudEvent. One root key signs today; the list is there for m of n.
Keys and agencies carry the interval of `reg` in which they hold, so any past state can be asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, NamedTuple

from domain import ijson
from domain.record.entry import b64u, canonical, unb64u
from domain.record.signing import Signer, verify
from domain.refusals import Refusal

TYPE_PREFIX = "mn.tamga.registry."
RECORD_TYP = "tamga-registry+json"


class Roots(NamedTuple):
    """The keys that speak for the registry and how many of them must sign: {kid: base64url public key}, m."""

    keys: Mapping[str, str]
    threshold: int

    @property
    def digest(self) -> str:
        """What genesis entries and trust files pin: SHA-256 of the canonical JSON, base64url."""
        return b64u(sha256(canonical({"keys": dict(self.keys), "threshold": self.threshold})).digest())


@dataclass(slots=True)
class Key:
    """A signing key: `agency` is None for a registrar's key; valid for `since <= reg < until`."""

    kid: str
    public: bytes
    agency: str | None
    since: int
    until: int | None = None


@dataclass(slots=True)
class Agency:
    """An enrolled agency. `suspended` lists [from, to) intervals of `reg`, the last one open while it lasts."""

    id: str
    name: str
    categories: frozenset[str]
    since: int
    suspended: list[tuple[int, int | None]] = field(default_factory=list)


@dataclass
class Registry:
    """The fold. `count` is the number of records read, `ignored` how many of them broke a rule."""

    ledger: str
    roots_digest: str
    count: int = 0
    ignored: int = 0
    partitions: int = 0
    roots: Roots | None = None
    keys: dict[str, Key] = field(default_factory=dict)
    agencies: dict[str, Agency] = field(default_factory=dict)
    _reading: int = 0

    def apply(self, raw: bytes | None) -> bool:
        """Count one record and, when it keeps the rules, take it in. Never raises.

        It is counted last: another thread that asks for the present view meanwhile gets the one before it, whole.
        """
        self._reading = self.count + 1
        try:
            name, subject, data = self._open(raw)
            _RULES[name](self, subject, data)
        except (Refusal, KeyError, TypeError, ValueError, AttributeError):
            self.ignored += 1
            return False
        finally:
            self.count = self._reading
        return True

    def view(self, reg: int | None = None) -> View:
        """The registry as it stood when `reg` records had been read (now, if None)."""
        return View(self, self.count if reg is None else reg)

    def seal_key(self, kid: str, reg: int) -> bytes | None:
        """The registrar's public key `kid` if it was valid at `reg` and that many records exist."""
        key = self.keys.get(kid)
        if key is None or key.agency is not None or reg > self.count or not _within(reg, key.since, key.until):
            return None
        return key.public

    def _open(self, raw: bytes | None) -> tuple[str, str, dict[str, Any]]:
        record = ijson.parse(raw or b"")
        statement = ijson.parse(unb64u(record["payload"]))
        roots = self.roots or _founding_roots(statement, self.roots_digest)
        signed = {kid for s in record["signatures"] if (kid := self._signer(record["payload"], s, roots)) is not None}
        if len(signed) < roots.threshold or not statement["type"].startswith(TYPE_PREFIX):
            raise ValueError("not signed by enough roots")
        name, subject = statement["type"].removeprefix(TYPE_PREFIX), statement["subject"]
        if not isinstance(subject, str) or not subject or (self.roots is None and name != "ledger_founded.v1"):
            raise ValueError("no subject, or a record before the founding")
        return name, subject, statement["data"]

    def _signer(self, payload: str, signature: dict[str, str], roots: Roots) -> str | None:
        header = ijson.parse(unb64u(signature["protected"]))
        kid = str(header.get("kid"))
        if kid not in roots.keys or header != _header(kid, self.ledger):
            return None
        message = f"{signature['protected']}.{payload}".encode()
        return kid if verify(unb64u(roots.keys[kid]), message, unb64u(signature["signature"])) else None

    # One method a record type; each raises before it changes anything when the rule of the record does not hold.

    def founded(self, subject: str, data: dict[str, Any]) -> None:
        """`ledger_founded.v1`: root keys, threshold, partition count. The first record, once."""
        if self.roots is not None or subject != self.ledger or not 1 <= int(data["partitions"]) <= 1024:
            raise ValueError("founded already")
        roots = Roots(dict(data["keys"]), int(data["threshold"]))
        self.roots, self.partitions = roots, int(data["partitions"])

    def registrar_enrolled(self, subject: str, data: dict[str, Any]) -> None:
        """`registrar_enrolled.v1`: a key that may seal."""
        if subject != self.ledger:
            raise ValueError("another ledger's registrar")
        self._add_key(data, None)

    def enrolled(self, subject: str, data: dict[str, Any]) -> None:
        """`agency_enrolled.v1`: an agency, its categories, and its first key."""
        name, categories = data["name"], data["categories"]
        if subject in self.agencies or not isinstance(name, str) or not _is_list_of_texts(categories):
            raise ValueError("enrolled already, or no name or categories")
        self._add_key(data, subject)
        self.agencies[subject] = Agency(subject, name, frozenset(categories), self._reading)

    def rotated(self, subject: str, data: dict[str, Any]) -> None:
        """`key_rotated.v1`: a new key of the agency; the one it replaces ends now."""
        old = self.keys[data["replaces"]]
        if subject not in self.agencies or old.agency != subject or old.until is not None:
            raise ValueError("nothing to replace")
        self._add_key(data, subject)
        old.until = self._reading

    def revoked(self, subject: str, data: dict[str, Any]) -> None:
        """`key_revoked.v1`: a key of an agency or a registrar ends now."""
        key = self.keys[data["kid"]]
        if key.until is not None or (key.agency or self.ledger) != subject:
            raise ValueError("no such key")
        key.until = self._reading

    def suspended(self, subject: str, data: dict[str, Any]) -> None:
        """`agency_suspended.v1`: its submissions are refused from now."""
        agency = self.agencies[subject]
        if agency.suspended and agency.suspended[-1][1] is None:
            raise ValueError("suspended already")
        agency.suspended.append((self._reading, None))

    def reinstated(self, subject: str, data: dict[str, Any]) -> None:
        """`agency_reinstated.v1`: ends a suspension."""
        agency = self.agencies[subject]
        if not agency.suspended or agency.suspended[-1][1] is not None:
            raise ValueError("not suspended")
        agency.suspended[-1] = (agency.suspended[-1][0], self._reading)

    def _add_key(self, data: dict[str, Any], agency: str | None) -> None:
        public = unb64u(data["key"])
        kid = data["kid"]
        if kid in self.keys or len(public) != 32 or not isinstance(kid, str) or not 0 < len(kid) <= 128:
            raise ValueError("key id taken or malformed")
        self.keys[kid] = Key(kid, public, agency, self._reading)


_RULES = {
    "ledger_founded.v1": Registry.founded,
    "registrar_enrolled.v1": Registry.registrar_enrolled,
    "agency_enrolled.v1": Registry.enrolled,
    "key_rotated.v1": Registry.rotated,
    "key_revoked.v1": Registry.revoked,
    "agency_suspended.v1": Registry.suspended,
    "agency_reinstated.v1": Registry.reinstated,
}


class View(NamedTuple):
    """The registry at one `reg`. Satisfies `domain.event.Partners`."""

    registry: Registry
    reg: int

    def key(self, kid: str) -> tuple[Key, bool] | None:
        """An agency's key and whether it is valid; None when no agency ever had it by now."""
        key = self.registry.keys.get(kid)
        if key is None or key.agency is None or key.since > self.reg:
            return None
        return key, _within(self.reg, key.since, key.until)

    def categories(self, agency: str) -> frozenset[str]:
        """The agency's categories; empty when it is not enrolled."""
        known = self.registry.agencies.get(agency)
        return known.categories if known is not None and known.since <= self.reg else frozenset()

    def is_active(self, agency: str) -> bool:
        """Enrolled and not suspended."""
        known = self.registry.agencies.get(agency)
        if known is None or known.since > self.reg:
            return False
        return not any(_within(self.reg, since, until) for since, until in known.suspended)


def _is_list_of_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _within(reg: int, since: int, until: int | None) -> bool:
    return since <= reg and (until is None or reg < until)


def _founding_roots(statement: Mapping[str, Any], digest: str) -> Roots:
    """The roots that the first record names, if they are the ones that the reader pinned."""
    roots = Roots(statement["data"]["keys"], statement["data"]["threshold"])
    if roots.digest != digest or not 1 <= roots.threshold <= len(roots.keys):
        raise ValueError("not the pinned roots")
    return roots


def _header(kid: str, ledger: str) -> dict[str, str]:
    return {"alg": "Ed25519", "kid": kid, "ledger": ledger, "typ": RECORD_TYP}


def statement(name: str, subject: str, data: Mapping[str, Any], *, id: str, time: str) -> bytes:
    """The CloudEvent of a registry record, e.g. `statement("agency_enrolled.v1", "mn.npa", {...}, id=…, time=…)`."""
    event = {"data": data, "id": id, "source": "tamga.registry", "specversion": "1.0", "subject": subject}
    return canonical(event | {"time": time, "type": TYPE_PREFIX + name})


def sign_record(event: bytes, *, ledger: str, signers: list[Signer]) -> bytes:
    """The record: the statement with a signature by each root key handed in."""
    payload = b64u(event)
    signatures = []
    for signer in signers:
        protected = b64u(canonical(_header(signer.kid, ledger)))
        signature = b64u(signer.sign(f"{protected}.{payload}".encode()))
        signatures.append({"protected": protected, "signature": signature})
    return canonical({"payload": payload, "signatures": signatures})
