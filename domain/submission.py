"""A submission is a compact JWS (RFC 7515) over a CloudEvents 1.0.2 JSON object; its signed bytes are kept as signed.

`read` turns the bytes of one record into a `Submission` or raises a `Refusal`. What it has safely established on the
way (publisher once the signature holds; type, stream and event id where well-formed) stands in `Known`, so that a
refused outcome can name it and nothing else. The registrar calls it once per record; clients sign with `sign`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from domain import ijson
from domain.catalogue import EventType, by_wire, check
from domain.event import Event
from domain.record.entry import MAX_ENTRY, b64u, canonical, decoded, unb64u
from domain.record.signing import Signer, verify
from domain.refusals import Refusal
from domain.registry.agencies import UnitStanding
from domain.registry.keys import Standing
from domain.registry.view import View
from domain.upcasters import upcast

MAX_EVENT = 40 * 1024
"""Bytes of the longest signed payload."""

MAX_JWS = 55 * 1024
"""Bytes of the longest JWS: with 8 KiB of effects and what the ledger adds, its entry still fits. A payload of 40 KiB
takes 54,614 of them; what a padded header would take beyond that would stop a registrar that has admitted it."""

TYP = "ce+sd-jwt"
_HEADER = frozenset(("alg", "kid", "typ", "ledger"))
_ALGORITHMS = frozenset(("Ed25519", "EdDSA"))
REQUIRED = ("specversion", "id", "source", "type", "subject", "time", "unit", "actor", "data")
_OPTIONAL = frozenset(("datacontenttype", "dataschema", "_sd_alg"))
_ATTRIBUTES = frozenset(REQUIRED) | _OPTIONAL
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z")
_TIME = re.compile(r"(?:19|20)\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z\Z", re.ASCII)
_TOKEN = re.compile(r"[A-Za-z0-9._:-]{1,64}\Z")


class Submission(NamedTuple):
    """A submission whose signature, form and mandate hold; the stream's rules have not been asked yet."""

    jws: str
    event: Event
    type: EventType


@dataclass(slots=True)
class Known:
    """What may be told of a submission that is refused."""

    publisher: str | None = None
    type: str | None = None
    stream: str | None = None
    event: str | None = None

    def members(self) -> dict[str, str]:
        """The members that are known, for an outcome."""
        found = {"publisher": self.publisher, "type": self.type, "stream": self.stream, "event": self.event}
        return {name: value for name, value in found.items() if value is not None}


def read(record: bytes | None, known: Known, *, ledger: str, view: View, latest: str) -> Submission:
    """Judge everything but the stream's rules. The view's `at` is the entry's own time.

    `latest` is the last `time` that is not in the future (UTC, six decimals). Raises `Refusal`; fills `known`.
    """
    jws, header, disclosed = _split(record)
    payload = _verify(jws, _kid_of(header, ledger), known, view)
    event = ijson.parse(payload)
    _note(event, known)
    if disclosed:
        raise Refusal("disclosure.not_accepted_yet")
    _check_envelope(event, known.publisher)
    event_type = by_wire.get(event["type"])
    if event_type is None:
        raise Refusal("type.unknown", "type")
    if event_type.kind == "effect":
        raise Refusal("type.not_submittable", "type")
    _check_unit(view, event["source"], event["unit"])
    if not view.may_publish(event["source"], event["unit"], event_type.name, event_type.mandate):
        raise Refusal("mandate.type", "type")
    if event["time"] > latest:
        raise Refusal("time.future", "time")
    check(event_type, event["subject"], event["data"])
    return Submission(jws.decode(), _event(event, event_type), event_type)


def sign(event: Mapping[str, Any], *, ledger: str, signer: Signer) -> bytes:
    """The compact JWS of a CloudEvent, as an agency sends it."""
    header = canonical({"alg": "Ed25519", "kid": signer.kid, "ledger": ledger, "typ": TYP})
    signed = f"{b64u(header)}.{b64u(canonical(event))}"
    return f"{signed}.{b64u(signer.sign(signed.encode()))}".encode()


def payload_of(jws: str) -> dict[str, Any]:
    """The CloudEvent of an admitted JWS (its form was judged when it was admitted)."""
    payload: dict[str, Any] = ijson.trusted(decoded(jws[jws.index(".") + 1 : jws.rindex(".")]))
    return payload


def kid_of(jws: str) -> str:
    """The id of the key that signed an admitted JWS."""
    return str(ijson.trusted(unb64u(jws.partition(".")[0]))["kid"])


def event_of(jws: str) -> Event:
    """The event of an admitted JWS as the newest version of its type has it; an unknown type keeps its wire name."""
    payload = payload_of(jws)
    return _event(payload, by_wire.get(payload["type"]))


def _split(record: bytes | None) -> tuple[bytes, str, bool]:
    """(JWS, header segment, are there disclosures)."""
    if not record:
        raise Refusal("jws.malformed")
    if len(record) > MAX_ENTRY:
        raise Refusal("intake.too_large")
    jws, tilde, rest = record.partition(b"~")
    if len(jws) > MAX_JWS:
        raise Refusal("intake.too_large")
    if jws.count(b".") == 4:
        raise Refusal("disclosure.not_accepted_yet")
    if jws.count(b".") != 2 or not jws.isascii():
        raise Refusal("jws.malformed")
    return jws, jws[: jws.index(b".")].decode(), bool(tilde and rest)


def _kid_of(header: str, ledger: str) -> str:
    kid, code = _header(header, ledger)
    if code:
        raise Refusal(code)
    return kid


@lru_cache(maxsize=4096)
def _header(segment: str, ledger: str) -> tuple[str, str]:
    """(kid, refusal code or ''): every submission of an agency has the same header, so it is read once."""
    try:
        header = ijson.parse(unb64u(segment))
    except (ValueError, Refusal):
        return "", "jws.malformed"
    if not set(header) <= _HEADER:
        return "", "jws.header_member"
    if not isinstance(header.get("alg"), str) or header["alg"] not in _ALGORITHMS:
        return "", "jws.algorithm"
    if header.get("typ") != TYP:
        return "", "jws.type"
    if header.get("ledger") != ledger:
        return "", "jws.other_ledger"
    kid = header.get("kid")
    return (kid, "") if isinstance(kid, str) else ("", "key.unknown")


def _verify(jws: bytes, kid: str, known: Known, view: View) -> bytes:
    """The payload of a JWS whose signature holds under a valid key of an agency that is not suspended."""
    found = view.key(kid)
    if found is None:
        raise Refusal("key.unknown")
    key, standing = found
    signed, _, last = jws.rpartition(b".")
    try:
        signature, payload = unb64u(last), unb64u(signed[signed.index(b".") + 1 :])
    except ValueError:
        raise Refusal("jws.malformed") from None
    if not verify(key.public, signed, signature):
        raise Refusal("jws.signature")
    known.publisher = key.agency
    if standing != "valid":
        raise Refusal(_KEY_REFUSALS[standing])
    if not view.is_active(known.publisher or ""):
        raise Refusal("agency.suspended")
    if len(payload) > MAX_EVENT:
        raise Refusal("event.too_large")
    return payload


def _check_unit(view: View, agency: str, unit: str) -> None:
    """A unit that the registry does not let publish is refused `unit.*`."""
    standing = view.unit_standing(agency, unit)
    if standing != "active":
        raise Refusal(_UNIT_REFUSALS[standing], "unit")


def _note(event: Mapping[str, Any], known: Known) -> None:
    """Keep type, stream and event id where each is well-formed: refused content never enters an outcome."""
    wire, stream, event_id = event.get("type"), event.get("subject"), event.get("id")
    known.type = wire if isinstance(wire, str) and wire in by_wire else None
    known.stream = stream if isinstance(stream, str) and _UUID.match(stream) else None
    known.event = event_id if isinstance(event_id, str) and _UUID.match(event_id) else None


def _check_envelope(event: Mapping[str, Any], publisher: str | None) -> None:
    """The CloudEvents attributes, each checked; raises `envelope.*`."""
    if not event.keys() <= _ATTRIBUTES:
        raise Refusal("envelope.unknown_attribute")
    for name in REQUIRED:
        if name not in event:
            raise Refusal("envelope.missing_attribute", name)
    for name, form in FORMS.items():
        value = event[name]
        if not isinstance(value, str) or not form.match(value):
            raise Refusal("envelope.invalid_attribute", name)
    if not _is_instant(event["time"]):
        raise Refusal("envelope.invalid_attribute", "time")
    if not isinstance(event["data"], dict):
        raise Refusal("envelope.invalid_attribute", "data")
    for name in _OPTIONAL:
        if name in event and not (isinstance(event[name], str) and OPTIONAL_FORMS[name].match(event[name])):
            raise Refusal("envelope.invalid_attribute", name)
    if event["source"] != publisher:
        raise Refusal("envelope.source_not_signer", "source")


def _is_instant(text: str) -> bool:
    """Is there such a moment (no 30 February)?"""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


_KEY_REFUSALS: Mapping[Standing, str] = {
    "ended": "key.revoked",
    "not_valid_yet": "key.not_valid_yet",
    "expired": "key.expired",
}
_UNIT_REFUSALS: Mapping[UnitStanding, str] = {
    "unknown": "unit.unknown",
    "closed": "unit.closed",
    "suspended": "unit.suspended",
}
FORMS = {
    "specversion": re.compile(r"1\.0\Z"),
    "id": _UUID,
    "source": re.compile(r"[^\x00-\x20]{1,128}\Z"),
    "type": re.compile(r"[^\x00-\x20]{1,128}\Z"),
    "subject": _UUID,
    "time": _TIME,
    "unit": _TOKEN,
    "actor": _TOKEN,
}
OPTIONAL_FORMS = {
    "datacontenttype": re.compile(r"application/(?:cloudevents\+)?json\Z"),
    "dataschema": re.compile(r"[!-~]{1,256}\Z"),
    "_sd_alg": re.compile(r"sha-256\Z"),
}
"""The forms of the CloudEvents attributes, those that every event has and those that it may have."""


def _event(e: Mapping[str, Any], known: EventType | None) -> Event:
    """The event of a payload, under its type's name in the catalogue and with the data of the newest version."""
    name = known.name if known is not None else e["type"]
    return Event(
        e["id"], e["source"], e["subject"], name, e["time"], e["unit"], e["actor"], upcast(e["type"], e["data"])
    )
