"""One bad submission of each kind, with the code that refuses it and a marker that must be found nowhere afterwards.

Each stands on the stream of one good event (`opening`), which is sent first, and holds `MARKER-<kind>-7f3a` in what is
refused: in the event's `actor` (where it has one) and in whatever is wrong with it. Called by the tests that look for
the marker in ledger, logs, index and error texts.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any, NamedTuple

from domain.record.entry import MAX_ENTRY, b64u, canonical
from domain.submission import MAX_EVENT, TYP
from infra.demo.publisher import Publisher, drawn_id, draws, moved

SUSPENDED = "mn.talita"
"""The agency that the caller has suspended when it sends `suspended-agency`."""

REVOKED = "mn.beautifulhearts"
"""The agency whose key the caller has revoked when it sends `revoked-key`."""

_HOTLINE, _CARE, _SCHOOLS = "mn.hotline108", "mn.cfdpa", "mn.education"
_INDICATOR = "identification.IndicatorReported"
_DATA = {"report_channel": "hotline_108", "indicator_codes": ["begging"], "reporter_role": "citizen", "aimag": "MN-1"}


DIGITS = "731950731950"
"""The marker of the kinds whose wrong member is a number."""


def marker(kind: str) -> str:
    """What stands in the refused content of this kind and nowhere else."""
    return f"MARKER-{kind}-7f3a"


class _Bench(NamedTuple):
    """What a bad submission is made from: the good event's ids, and the publishers."""

    publishers: Mapping[str, Publisher]
    stream: str
    victim_id: str
    good_id: str
    fresh_id: str
    time: str
    kind: str = ""

    @property
    def hotline(self) -> Publisher:
        """The agency that sends whatever another need not send."""
        return self.publishers[_HOTLINE]

    def event(self, by: str = _HOTLINE, type: str = _INDICATOR, **data: Any) -> dict[str, Any]:
        """A good event of this kind, but for its actor, which is the marker."""
        said = {"victim_id": self.victim_id} | (data if type != _INDICATOR else _DATA | data)
        who = {"actor": marker(self.kind) if self.kind else "officer-1", "unit": "unit-1"}
        event_id = self.fresh_id if self.kind else self.good_id
        return self.publishers[by].event(type, self.stream, said, time=self.time, event_id=event_id, **who)

    def good(self, by: str = _HOTLINE, **attributes: Any) -> bytes:
        """The good event with other attributes, signed as it should be."""
        return self.publishers[by].sign(self.event(by) | attributes)

    def headed(self, **header: Any) -> bytes:
        """The good event under a header with other members; None takes one out."""
        own = {"alg": "Ed25519", "kid": self.hotline.signer.kid, "ledger": self.hotline.ledger, "typ": TYP}
        return self.jws(canonical(self.event()), own | header)

    def jws(self, payload: bytes, header: Mapping[str, Any] | None = None) -> bytes:
        """Any bytes as payload, under a signature that holds."""
        own = {"alg": "Ed25519", "kid": self.hotline.signer.kid, "ledger": self.hotline.ledger, "typ": TYP}
        signed = f"{b64u(canonical(header or own))}.{b64u(payload)}"
        return f"{signed}.{b64u(self.hotline.signer.sign(signed.encode()))}".encode()

    def spliced(self, member: bytes) -> bytes:
        """The good event with one more member in its data, written as bytes."""
        return self.jws(canonical(self.event()).replace(b'"data":{', b'"data":{' + member + b",", 1))


def _bench(publishers: Mapping[str, Publisher], ledger: str, base_time: str, seed: int) -> _Bench:
    draw = draws(seed, ledger, "bad")
    stream, victim_id, good_id = drawn_id(draw), drawn_id(draw), drawn_id(draw)
    return _Bench(publishers, stream, victim_id, good_id, "", moved(base_time, minutes=-5))


def opening(publishers: Mapping[str, Publisher], *, ledger: str, base_time: str, seed: int = 0) -> tuple[str, bytes]:
    """(stream, record) of the good event that opens the case of all bad ones: send it first, it is admitted."""
    bench = _bench(publishers, ledger, base_time, seed)
    return bench.stream, bench.good()


def bad_submissions(
    publishers: Mapping[str, Publisher], *, ledger: str, base_time: str, seed: int = 0
) -> dict[str, tuple[bytes, str]]:
    """Kind to (record, code that refuses it), each for the partition of the stream of `opening`.

    `suspended-agency` and `revoked-key` are refused so once the caller has suspended `SUSPENDED` and revoked the key of
    `REVOKED`; nothing else here comes from these two.
    """
    bench = _bench(publishers, ledger, base_time, seed)
    found = {}
    for number, (kind, (code, make)) in enumerate(_KINDS.items()):
        fresh_id = drawn_id(draws(seed, ledger, "bad", number))
        found[kind] = (make(bench._replace(kind=kind, fresh_id=fresh_id)), code)
    return found


def _symmetric(bench: _Bench) -> bytes:
    """HS256 with the public key as secret: what a verifier takes that lets the header choose the algorithm."""
    key = bench.hotline.signer
    header = {"alg": "HS256", "kid": key.kid, "ledger": bench.hotline.ledger, "typ": TYP}
    signed = f"{b64u(canonical(header))}.{b64u(canonical(bench.event()))}"
    return f"{signed}.{b64u(hmac.digest(key.public, signed.encode(), sha256))}".encode()


def _unsigned(bench: _Bench) -> bytes:
    return bench.headed(alg="none").rpartition(b".")[0] + b"."


def _tampered(bench: _Bench) -> bytes:
    """Another content under a signature that held for the good one."""
    header, _, signature = bench._replace(kind="").good().split(b".")
    return b".".join((header, b64u(canonical(bench.event())).encode(), signature))


def _deep(bench: _Bench) -> bytes:
    return bench.spliced(b'"deep":' + b"[" * 20 + json.dumps(marker(bench.kind)).encode() + b"]" * 20)


def _with_disclosure(bench: _Bench) -> bytes:
    disclosure = b64u(json.dumps(["c2FsdA", "narrative", marker(bench.kind)]).encode()).encode()
    return bench.good() + b"~" + disclosure + b"~"


def _said(bench: _Bench, **data: Any) -> bytes:
    event = bench.event()
    return bench.hotline.sign(event | {"data": event["data"] | data})


def _without(bench: _Bench, where: str | None, name: str) -> bytes:
    event = bench.event()
    del (event[where] if where else event)[name]
    return bench.hotline.sign(event)


def _screening_by_school(bench: _Bench) -> bytes:
    tool = {"screening_tool": "national_sop", "tool_version": "1.0", "sop_version": "2024", "result": "unclear"}
    event = bench.event(_SCHOOLS, "identification.ScreeningCompleted", **tool)
    return bench.publishers[_SCHOOLS].sign(event)


def _grounds_of_nobody(bench: _Bench) -> bytes:
    decided = {"decision": "positive", "panel_agencies": [_CARE], "panel_members": [marker(bench.kind)]}
    decided["decided_on"] = bench.time[:10]
    return bench.publishers[_CARE].sign(bench.event(_CARE, "identification.ReasonableGroundsDecided", **decided))


def _padded(bench: _Bench, size: int) -> bytes:
    return bench.spliced(b'"padding":"' + marker(bench.kind).encode() * (size // len(marker(bench.kind)) + 1) + b'"')


_KINDS: dict[str, tuple[str, Callable[[_Bench], bytes]]] = {
    "not-a-jws": ("jws.malformed", lambda b: marker(b.kind).encode()),
    "not-base64": ("jws.malformed", lambda b: b.good() + b"!" + marker(b.kind).encode()),
    "unknown-key": ("key.unknown", lambda b: b.headed(kid=marker(b.kind))),
    "revoked-key": ("key.revoked", lambda b: b.good(REVOKED)),
    "suspended-agency": ("agency.suspended", lambda b: b.good(SUSPENDED)),
    "wrong-signature": ("jws.signature", _tampered),
    "other-agencys-key": ("jws.signature", lambda b: b.publishers[_CARE].forge(b.event(), b.hotline)),
    "algorithm-none": ("jws.algorithm", _unsigned),
    "algorithm-hs256": ("jws.algorithm", _symmetric),
    "header-member": ("jws.header_member", lambda b: b.headed(jku=marker(b.kind))),
    "header-type": ("jws.type", lambda b: b.headed(typ=marker(b.kind))),
    "other-ledger": ("jws.other_ledger", lambda b: b.headed(ledger=marker(b.kind))),
    "disclosure": ("disclosure.not_accepted_yet", _with_disclosure),
    "encrypted": ("disclosure.not_accepted_yet", lambda b: b".".join([marker(b.kind).encode()] * 5)),
    "duplicate-member": ("json.duplicate_member", lambda b: b.spliced(b'"aimag":"' + marker(b.kind).encode() + b'"')),
    "float": ("json.float", lambda b: b.spliced(b'"weight":%s.5' % DIGITS.encode())),
    "big-integer": ("json.integer_range", lambda b: b.spliced(b'"count":%s000000' % DIGITS.encode())),
    "nul": ("json.nul", lambda b: _said(b, note=f"{marker(b.kind)}\x00")),
    "lone-surrogate": ("json.lone_surrogate", lambda b: b.spliced(rb'"note":"\ud83d' + marker(b.kind).encode() + b'"')),
    "depth": ("json.depth", _deep),
    "invalid-utf8": ("json.invalid_utf8", lambda b: b.spliced(b'"note":"' + marker(b.kind).encode() + b'\xc3\x28"')),
    "syntax": ("json.syntax", lambda b: b.jws(canonical(b.event())[:-1])),
    "not-an-object": ("json.not_an_object", lambda b: b.jws(canonical([b.event()]))),
    "unknown-attribute": ("envelope.unknown_attribute", lambda b: b.good(traceparent=marker(b.kind))),
    "missing-attribute": ("envelope.missing_attribute", lambda b: _without(b, None, "unit")),
    "invalid-attribute": ("envelope.invalid_attribute", lambda b: b.good(subject=marker(b.kind))),
    "source-of-another": ("envelope.source_not_signer", lambda b: b.good(source=_CARE)),
    "unknown-type": ("type.unknown", lambda b: b.good(type=f"mn.tamga.{marker(b.kind)}.v1")),
    "effect-type": ("type.not_submittable", lambda b: b.good(type="mn.tamga.ledger.breach_recorded.v1")),
    "unknown-field": ("data.unknown_field", lambda b: _said(b, **{marker(b.kind): marker(b.kind)})),
    "missing-field": ("data.missing_field", lambda b: _without(b, "data", "aimag")),
    "invalid-value": ("data.invalid_value", lambda b: _said(b, aimag=marker(b.kind))),
    "other-case": ("data.case_id_mismatch", lambda b: _said(b, case_id=b.fresh_id)),
    "mandate": ("mandate.type", _screening_by_school),
    "state": ("identification.not_presumed", _grounds_of_nobody),
    "oversize-record": ("intake.too_large", lambda b: _padded(b, MAX_ENTRY)),
    "oversize-event": ("event.too_large", lambda b: _padded(b, MAX_EVENT)),
    "event-id-reused": ("event.id_reused", lambda b: b.good(id=b.good_id)),
    "future": ("time.future", lambda b: b.good(time=moved(b.time, minutes=3650 * 24 * 60))),
}
