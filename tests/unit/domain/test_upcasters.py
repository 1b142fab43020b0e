"""Folds see the newest version of an event only, and what was signed under an older one stays as it was signed."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest
from eventsourcing.persistence import JSONTranscoder, StoredEvent

from domain import catalogue
from domain.catalogue import by_name, by_wire, check
from domain.judge import Stream
from domain.outcome import describe
from domain.record.chain import Fence, Place, Placed
from domain.record.entry import canonical
from domain.refusals import Refusal
from domain.registry import Registry, Roots
from domain.submission import payload_of, sign
from domain.upcasters import STEPS, Step, check_steps, upcast
from infra.catalogue_mapper import CatalogueMapper
from projections.all_views import VIEWS
from projections.engine import Group, fold
from projections.entry import read
from simulator import BASE_TIME, LEDGER, enrolled, fixed_signers, judge_all, judged
from unit.domain.story import STREAM, _sample, uid

OLD = json.loads((Path(__file__).parent / "data" / "ledger_of_0_1.json").read_text(encoding="utf-8"))
"""A registry and a ledger partition as release 0.1 wrote them, when version 1 was the only one: never written again."""

V1, V2 = (f"mn.tamga.identification.indicator_reported.v{n}" for n in (1, 2))
REPORT: dict[str, Any] = {
    "victim_id": uid("victim"),
    "report_channel": "hotline_108",
    "indicator_codes": ["begging"],
    "reporter_role": "citizen",
    "aimag": "MN-1",
}
POLICE, BORDER = "mn.npa", "mn.gabp"


def old_registry() -> Registry:
    """The registry that the old partition was judged under."""
    registry = Registry(OLD["ledger"], Roots(OLD["roots"]["keys"], OLD["roots"]["threshold"]).digest)
    for record in OLD["registry"]:
        registry.apply(record.encode())
    return registry


def old_entries(records: list[bytes]) -> list[Placed]:
    """The effective entries of the old partition: chain and seals are checked against the old registry."""
    registry = old_registry()
    fence = Fence(Place(OLD["ledger"], OLD["topic"], OLD["partition"]), registry.seal_key)
    return [placed for offset, raw in enumerate(records) for placed in fence.push(offset, raw)]


RECORDS = [record.encode() for record in OLD["records"]]


def report(wire: str, **data: Any) -> bytes:
    """A hotline's report under one version."""
    event = {
        "specversion": "1.0",
        "id": uid("report"),
        "source": "mn.hotline108",
        "type": wire,
        "subject": STREAM,
        "time": BASE_TIME,
        "unit": "duty",
        "actor": "officer-1",
        "data": REPORT | data,
    }
    return sign(event, ledger=LEDGER, signer=fixed_signers()["mn.hotline108"])


def test_an_old_entry_is_verified_as_it_was_signed() -> None:
    genesis, old = old_entries(RECORDS)
    assert (genesis.entry.pos, old.entry.pos) == (0, 1)
    signed = payload_of(orjson.loads(old.entry.raw)["jws"])
    assert (signed["type"], signed["data"]["accused_agency"]) == (V1, POLICE)
    changed = RECORDS[1].replace(b'"n":1', b'"n":2')
    assert [placed.entry.pos for placed in old_entries([RECORDS[0], changed])] == [0]


def test_an_old_entry_is_read_by_views_as_the_newest_version() -> None:
    _, old = old_entries(RECORDS)
    entry = read(old, OLD["partition"], old_registry())
    groups: dict[str, dict[str, Group]] = {name: defaultdict(dict) for name in ("rooms", "timeline")}
    for name, rows in groups.items():
        fold(VIEWS[name], rows, [entry], None)
    (event,) = (json.loads(row[-1]) for row in groups["timeline"][entry.stream].values() if row[0] == "mn.hotline108")
    assert event["data"]["accused_agencies"] == [POLICE]
    assert "accused_agency" not in event["data"]
    check(by_name["identification.IndicatorReported"], entry.stream, event["data"])


def test_an_old_entry_is_folded_by_rules_as_the_newest_version() -> None:
    _, old = old_entries(RECORDS)
    body = orjson.loads(old.entry.raw)
    state = Stream.of(body["ledger"]["stream"], [(old.entry.pos, old.entry.raw)]).state
    assert (state.accused, state.restricted) == ({POLICE}, True)  # type: ignore[attr-defined]
    assert state.proceedings_lead != POLICE  # type: ignore[attr-defined]


def test_an_old_entry_comes_to_an_application_as_the_newest_version_with_its_bytes() -> None:
    _, old = old_entries(RECORDS)
    body = canonical({k: v for k, v in orjson.loads(old.entry.raw).items() if k not in ("pos", "prev", "seal")})
    said = describe(orjson.loads(body))
    event = CatalogueMapper(JSONTranscoder()).to_domain_event(StoredEvent(UUID(said.stream), said.n, said.type, body))
    assert event.recorded.event.data["accused_agencies"] == [POLICE]
    assert (said.type, event.body) == (V1, body)


@pytest.mark.parametrize(
    ("wire", "data", "wanted"),
    [
        (V1, {}, "admitted"),
        (V1, {"accused_agency": POLICE}, "admitted"),
        (V1, {"accused_agencies": [POLICE]}, "data.unknown_field"),
        (V2, {}, "admitted"),
        (V2, {"accused_agencies": [POLICE, BORDER]}, "admitted"),
        (V2, {"accused_agency": POLICE}, "data.unknown_field"),
    ],
)
def test_each_version_is_admitted_with_its_own_fields(wire: str, data: dict[str, Any], wanted: str) -> None:
    assert judge_all([report(wire, **data)], enrolled(fixed_signers())) == [wanted]


def test_an_admitted_submission_is_on_record_under_the_version_that_was_signed() -> None:
    record = report(V1, accused_agency=POLICE)
    (found,) = judged([record], enrolled(fixed_signers()))
    assert found.type == V1
    assert orjson.loads(found.body)["jws"].encode() == record


def test_both_versions_are_one_type_and_state_the_same() -> None:
    both = [report(V1, accused_agency=POLICE), report(V2, accused_agencies=[POLICE])]
    stated = []
    for record in both:
        (found,) = judged([record], enrolled(fixed_signers()))
        state = Stream.of(STREAM, [(1, found.body)]).state
        stated.append((state, orjson.loads(found.body)["ledger"]["effects"]))
    assert stated[0] == stated[1]


def test_every_earlier_version_is_known_and_no_step_is_left_over() -> None:
    earlier = {wire for wire, version in by_wire.items() if wire != by_name[version.name].wire}
    assert earlier == {wire for wire in STEPS if wire in by_wire}
    assert {step.to for step in STEPS.values()} <= by_wire.keys()


EARLIER = [(wire, full) for wire in STEPS if wire in by_wire for full in (False, True)]


@pytest.mark.parametrize(("wire", "full"), EARLIER)
def test_what_an_earlier_version_takes_is_read_as_what_the_newest_takes(wire: str, full: bool) -> None:
    version = by_wire[wire]
    data = {field.name: _sample(field) for field in version.clear if full or not field.optional}
    data |= {name: uid(name) for name in (*version.subject, *version.mints) if name not in data and name != "case_id"}
    if full:
        data |= {"case_id": STREAM, "_sd": ["A" * 43]}
    check(version, STREAM, data)
    check(by_name[version.name], STREAM, upcast(wire, data))


def _with(name: str, value: Any) -> Step:
    return Step(f"t.v{value}", lambda data: {**data, name: value})


CHAIN = {"t.v1": _with("second", 2), "t.v2": _with("third", 3)}


@pytest.mark.parametrize(
    ("wire", "wanted"),
    [
        ("t.v1", {"first": 1, "second": 2, "third": 3}),
        ("t.v2", {"first": 1, "third": 3}),
        ("t.v3", {"first": 1}),
        ("unknown", {"first": 1}),
    ],
)
def test_steps_are_chained_and_leave_what_they_were_given(wire: str, wanted: dict[str, int]) -> None:
    given = {"first": 1}
    assert upcast(wire, given, CHAIN) == wanted
    assert given == {"first": 1}


@pytest.mark.parametrize(
    ("wires", "fault"),
    [
        (["t.v1", "t.v2", "t.v3"], None),
        (["t.v3"], None),
        (["t.v1", "t.v3"], "no upcaster leads from t.v1 to t.v3"),
        (["t.v0", "t.v1", "t.v2", "t.v3"], "no upcaster leads from t.v0 to t.v1"),
        (["t.v1", "t.v2"], "leads on from t.v2"),
    ],
)
def test_a_version_without_its_step_fails_at_import(wires: list[str], fault: str | None) -> None:
    if fault is None:
        check_steps(wires, CHAIN)
        return
    with pytest.raises(ValueError, match=fault):
        check_steps(wires, CHAIN)


def test_a_catalogue_with_a_version_that_leads_nowhere_is_not_taken() -> None:
    entry = next(entry for entry in catalogue.read()["types"] if entry["type"] == "case.Closed")
    earlier = [{"wire": "mn.tamga.case.closed.v0", "clear": [], "why": "a test"}]
    with pytest.raises(ValueError, match="no upcaster"):
        catalogue.versions({**entry, "earlier": earlier})


def test_a_version_that_never_was_is_unknown() -> None:
    assert judge_all([report(V1.replace("v1", "v3"))], enrolled(fixed_signers())) == ["type.unknown"]
    with pytest.raises(Refusal, match=r"data\.unknown_field"):
        check(by_wire[V1], STREAM, REPORT | {"accused_agencies": []})
