"""A bundle becomes events of custody whatever its spelling; what it lacks is reported, and nothing is made up."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.case import Case
from domain.catalogue import by_name, check
from domain.event import Event, Recorded
from domain.refusals import Refusal
from domain.stream import admit, evolve
from infra.importers import case_uco
from infra.importers.case_uco import Plan, jsonld
from infra.importers.case_uco.mapping import MAPPING
from infra.importers.record import ImportFileError
from unit.domain.story import AT, CONTEXT, INDICATED, STREAM
from unit.domain.story import given as after

EXAMPLE = Path(__file__).parents[3] / "examples" / "data" / "case_uco_example.jsonld"
KEY = b"a key of the agency's own"
INV = "https://ontology.caseontology.org/case/investigation/"
ACT = "https://ontology.unifiedcyberontology.org/uco/action/"
CORE = "https://ontology.unifiedcyberontology.org/uco/core/"
T1, T2, T3 = "2026-02-03T09:00:00Z", "2026-02-03T10:00:00Z", "2026-02-03T11:00:00Z"


def plan(raw: Any, folder: Path, **given: Any) -> Plan:
    """The plan of a document."""
    file = folder / "bundle.jsonld"
    file.write_text(raw if isinstance(raw, str) else json.dumps(raw), encoding="utf-8")
    return case_uco.read(file, **{"agency": "mn.npa", "laboratory": "mn.nifs", "key": KEY, "case": STREAM, **given})[0]


def record(name: str, thing: str, number: str | None = None, **more: Any) -> dict[str, Any]:
    """A provenance record."""
    numbered = {f"{INV}exhibitNumber": number} if number else {}
    return {"@id": name, "@type": f"{INV}ProvenanceRecord", f"{CORE}object": {"@id": thing}, **numbered, **more}


def action(name: str, kind: str | None, by: str | None = "kb:a", at: str | None = T1, **more: Any) -> dict[str, Any]:
    """An investigative action; `objects` and `results` are ids."""
    node: dict[str, Any] = {"@id": name, "@type": f"{INV}InvestigativeAction"}
    node |= {f"{CORE}name": kind} if kind else {}
    node |= {f"{ACT}performer": {"@id": by}} if by else {}
    node |= {f"{ACT}endTime": at} if at else {}
    for member, local in (("objects", "object"), ("results", "result"), ("participants", "participant")):
        if member in more:
            node[f"{ACT}{local}"] = [{"@id": each} for each in more.pop(member)]
    return node | more


def told(found: Plan) -> list[tuple[str, Any]]:
    """Short type names and exhibits of the acts."""
    return [(act.type.partition(".")[2], act.data["exhibit_number"]) for act in found.acts]


def errors(found: Plan) -> list[tuple[str, str]]:
    """Nodes and codes of the errors."""
    return [(each.node, each.code) for each in found.findings if each.severity == "error"]


def judged(found: Plan) -> tuple[Case, Counter[str]]:
    """The case after the plan, and how many breaks of each code the ledger finds."""
    case, codes = after([INDICATED]), Counter[str]()
    for act in found.acts:
        event = Event(act.event_id, act.publisher, STREAM, act.type, act.time, "import", act.actor, act.data)
        check(by_name[act.type], STREAM, act.data)
        stated = admit(case, event, by_name[act.type], CONTEXT)
        codes.update(effect.data["break_code"] for effect in stated if "break_code" in effect.data)
        case = evolve(case, Recorded(event, AT, case.version + 1, stated))
    return case, codes


def example(folder: Path) -> Plan:
    """The plan of the example."""
    return plan(EXAMPLE.read_text(encoding="utf-8"), folder)


def test_the_example_is_told_in_order_and_the_ledger_finds_its_breaks(tmp_path: Path) -> None:
    found = example(tmp_path)
    assert told(found) == [
        ("ExhibitCollected", "EX-1"),
        ("ExhibitSealed", "EX-1"),
        ("CustodyReleased", ["EX-1"]),
        ("CustodyReceived", ["EX-1"]),
        ("DerivedExhibitCreated", "EX-1-IMG"),
        ("DerivedExhibitCreated", "EX-1-PIC"),
    ]
    assert errors(found) == [("kb:action-7", "import.action_not_recorded")]
    case, breaks = judged(found)
    assert breaks == {
        "ACCESS_WITHOUT_AUTHORITY": 1,
        "HANDLER_NOT_CUSTODIAN": 1,
        "DERIVED_WITHOUT_PARENT": 1,
    }
    phone = case.exhibits["EX-1"]
    assert (phone.kind, phone.custodian, phone.seal) == ("phone", "mn.npa", "MN-004711")
    assert found.acts[0].time == "2026-02-03T01:10:00.000000Z"
    assert case.exhibits["EX-1-IMG"].tag is not None


def _expanded(raw: dict[str, Any]) -> Any:
    prefixes = raw["@context"]

    def full(name: str) -> str:
        prefix, colon, rest = name.partition(":")
        return prefixes[prefix] + rest if colon and prefix in prefixes else name

    def walk(value: Any) -> Any:
        if isinstance(value, list):
            return [walk(each) for each in value]
        if isinstance(value, dict):
            return {
                key if key.startswith("@") else full(key): (
                    [full(each) for each in kinds] if key == "@type" else full(member) if key == "@id" else walk(member)
                )
                for key, member in value.items()
                for kinds in [member if isinstance(member, list) else [member]]
            }
        return value

    return [walk(node) for node in raw["@graph"]]


def _nested(raw: dict[str, Any]) -> Any:
    nodes = {node["@id"]: node for node in raw["@graph"]}

    def nest(node: dict[str, Any]) -> dict[str, Any]:
        return {
            key: nodes.get(value["@id"], value) if isinstance(value, dict) and set(value) == {"@id"} else value
            for key, value in node.items()
        }

    return {"@context": raw["@context"], "@id": "kb:bundle", "uco-core:object": [nest(node) for node in raw["@graph"]]}


def _aliased(raw: dict[str, Any]) -> Any:
    renamed = {"@id": "id", "@type": "type", "uco-action:performer": "doneBy"}
    text = json.dumps(raw["@graph"])
    for old, new in renamed.items():
        text = text.replace(f'"{old}":', f'"{new}":')
    context = {
        **raw["@context"],
        "id": "@id",
        "type": "@type",
        "doneBy": {"@id": "uco-action:performer", "@type": "@id"},
    }
    return {"@context": ["https://example.org/not-fetched.jsonld", context], "@graph": json.loads(text)}


def _plain_references(raw: dict[str, Any]) -> Any:
    text = json.dumps(raw)
    for name in ("performer", "object", "result"):
        for node in raw["@graph"]:
            text = text.replace(
                f'"uco-action:{name}": {{"@id": "{node["@id"]}"}}', f'"uco-action:{name}": "{node["@id"]}"'
            )
    return text


def _vocabulary(raw: dict[str, Any]) -> Any:
    text = json.dumps(raw["@graph"]).replace('"uco-action:', '"').replace('"case-investigation:', '"')
    return {"@context": {**raw["@context"], "@vocab": ACT}, "@graph": json.loads(text)}


@pytest.mark.parametrize("spelled", [_expanded, _nested, _aliased, _plain_references, _vocabulary])
def test_the_spelling_of_a_bundle_changes_nothing(spelled: Callable[[dict[str, Any]], Any], tmp_path: Path) -> None:
    raw = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    other = plan(spelled(raw), tmp_path)
    assert [(act.type, act.time, act.actor, act.data) for act in other.acts] == [
        (act.type, act.time, act.actor, act.data) for act in example(tmp_path).acts
    ]


def test_the_same_bundle_gives_the_same_events_and_another_key_other_officers(tmp_path: Path) -> None:
    first, again, other = example(tmp_path), example(tmp_path), plan(EXAMPLE.read_text(), tmp_path, key=b"another" * 3)
    assert first.acts == again.acts
    assert len({act.event_id for act in first.acts}) == len(first.acts)
    assert {act.actor for act in first.acts}.isdisjoint(act.actor for act in other.acts)
    assert plan(EXAMPLE.read_text(), tmp_path, case=None).case == plan(EXAMPLE.read_text(), tmp_path, case=None).case


SEIZED = [record("kb:r", "kb:t", "E-1"), action("kb:1", "seized", results=["kb:r", "kb:t"])]

TOLD: list[tuple[str, list[dict[str, Any]], list[tuple[str, Any]]]] = [
    ("seized", SEIZED, [("ExhibitCollected", "E-1")]),
    ("collected by structure", [SEIZED[0], action("kb:1", None, results=["kb:r"])], [("ExhibitCollected", "E-1")]),
    (
        "derived by structure",
        [*SEIZED, record("kb:s", "kb:u", "E-2"), action("kb:2", None, at=T2, objects=["kb:t"], results=["kb:s"])],
        [("ExhibitCollected", "E-1"), ("DerivedExhibitCreated", "E-2")],
    ),
    (
        "a tool without input derives",
        [
            record("kb:s", "kb:u", "E-2"),
            action("kb:2", None, results=["kb:s"], **{f"{ACT}instrument": {"@id": "kb:x"}}),
        ],
        [("DerivedExhibitCreated", "E-2")],
    ),
    (
        "examined and derived",
        [*SEIZED, record("kb:s", "kb:u", "E-2"), action("kb:2", "parsed", at=T2, objects=["kb:r"], results=["kb:s"])],
        [("ExhibitCollected", "E-1"), ("ExhibitExamined", "E-1"), ("DerivedExhibitCreated", "E-2")],
    ),
    (
        "released to the participant",
        [*SEIZED, action("kb:2", "released", at=T2, objects=["kb:r"], participants=["kb:b"])],
        [("ExhibitCollected", "E-1"), ("CustodyReleased", ["E-1"])],
    ),
    (
        "received by another",
        [*SEIZED, action("kb:2", "custody-receive", by="kb:b", at=T2, objects=["kb:t"])],
        [("ExhibitCollected", "E-1"), ("CustodyReceived", ["E-1"])],
    ),
    (
        "transferred to whom did not hold it is a receipt",
        [*SEIZED, action("kb:2", "transferred", by="kb:b", at=T2, objects=["kb:t"])],
        [("ExhibitCollected", "E-1"), ("CustodyReceived", ["E-1"])],
    ),
    (
        "the order is that of the times",
        [action("kb:2", "custody-receive", by="kb:b", at=T2, objects=["kb:t"]), *SEIZED],
        [("ExhibitCollected", "E-1"), ("CustodyReceived", ["E-1"])],
    ),
]


@pytest.mark.parametrize(("graph", "then"), [row[1:] for row in TOLD], ids=[row[0] for row in TOLD])
def test_an_action_is_told(graph: list[dict[str, Any]], then: list[tuple[str, Any]], tmp_path: Path) -> None:
    found = plan(graph, tmp_path)
    assert told(found) == then
    assert errors(found) == []
    judged(found)


UNTOLD: list[tuple[str, list[dict[str, Any]], str]] = [
    ("no time", [SEIZED[0], action("kb:1", "seized", at=None, results=["kb:r"])], "import.no_time"),
    ("a day is no time", [SEIZED[0], action("kb:1", "seized", at="2026-02-03", results=["kb:r"])], "import.no_time"),
    ("no performer", [SEIZED[0], action("kb:1", "seized", by=None, results=["kb:r"])], "import.no_performer"),
    ("no provenance of the result", [action("kb:1", "seized", results=["kb:t"])], "import.action_not_recorded"),
    ("no provenance of the input", [action("kb:1", "examined", objects=["kb:t"])], "import.action_not_recorded"),
    ("no exhibit at all", [action("kb:1", "unsealed")], "import.action_not_recorded"),
    ("an unknown kind that brings nothing", [action("kb:1", "pondered")], "import.unknown_action"),
    ("no receiver", [SEIZED[0], action("kb:1", "released", objects=["kb:r"])], "import.action_not_recorded"),
    ("no seal number", [SEIZED[0], action("kb:1", "sealed", objects=["kb:r"])], "import.action_not_recorded"),
]


@pytest.mark.parametrize(("graph", "code"), [row[1:] for row in UNTOLD], ids=[row[0] for row in UNTOLD])
def test_an_action_that_cannot_be_told_is_reported_with_its_id(
    graph: list[dict[str, Any]], code: str, tmp_path: Path
) -> None:
    found = plan(graph, tmp_path)
    assert found.acts == []
    assert errors(found) == [("kb:1", code)]


def test_a_hand_over_has_two_phases_under_the_id_of_its_record(tmp_path: Path) -> None:
    sides = {"http://example.org/drafting/exhibitTransferrer": {"@id": "kb:a"}}
    sides |= {"http://example.org/drafting/exhibitRecipient": {"@id": "kb:b"}}
    graph = [
        *SEIZED,
        record("kb:s", "kb:t", **sides),
        action("kb:2", "transferred", at=T2, objects=["kb:r"], results=["kb:s"]),
        action("kb:3", "transferred", by="kb:b", at=T3, objects=["kb:s", "kb:t"]),
    ]
    found = plan(graph, tmp_path, performers={"kb:b": "mn.opg"})
    released, received = found.acts[1:]
    assert (released.type, received.type) == ("custody.CustodyReleased", "custody.CustodyReceived")
    assert released.data["transfer_id"] == received.data["transfer_id"]
    assert (released.data["to_agency"], released.data["to_holder"]) == ("mn.opg", received.data["holder"])
    case, breaks = judged(found)
    assert case.exhibits["E-1"].custodian == "mn.opg"
    assert breaks == {"ACCESS_WITHOUT_AUTHORITY": 1, "RELEASED_WITHOUT_INTEGRITY": 1}


def test_what_the_bundle_lacks_the_ledger_finds(tmp_path: Path) -> None:
    graph = [
        *SEIZED,
        action("kb:2", "received", by="kb:b", at=T2, objects=["kb:t"]),
        record("kb:s", "kb:u", "E-2"),
        action("kb:3", "imaged", by="kb:b", at=T3, results=["kb:s"]),
        record("kb:v", "kb:w", "E-1"),
        action("kb:4", "imaged", by="kb:b", at=T3, objects=["kb:r"], results=["kb:v"]),
    ]
    found = plan(graph, tmp_path)
    _, breaks = judged(found)
    for code in ("RECEIPT_WITHOUT_RELEASE", "DERIVED_WITHOUT_PARENT", "EXHIBIT_NUMBER_REUSED"):
        assert breaks[code], code
    derived = next(act for act in found.acts if act.data["exhibit_number"] == "E-2")
    assert (derived.data["parent_exhibit"], derived.data["root_exhibit"]) == ("-", "-")


def test_nothing_is_dropped_in_silence(tmp_path: Path) -> None:
    graph = [
        *SEIZED,
        record("kb:again", "kb:t", "OTHER-7"),
        record("kb:lonely", "kb:z", "E-9"),
        record("kb:long", "kb:y", "exhibit number that is far too long for the ledger"),
        action(
            "kb:2",
            "imaged",
            at="2026-02-03T10:00:00",
            objects=["kb:r", "kb:q"],
            results=["kb:long", "kb:again", "kb:p"],
        ),
    ]
    found = plan({"@context": "https://example.org/context.jsonld", "@graph": graph}, tmp_path)
    assert {(each.node, each.code) for each in found.findings} == {
        ("kb:again", "import.renumbered"),
        ("kb:lonely", "import.record_without_action"),
        ("kb:long", "import.number_rewritten"),
        ("kb:2", "import.result_without_number"),
        ("kb:2", "import.input_without_number"),
        ("@context", "import.no_zone"),
        ("https://example.org/context.jsonld", "import.remote_context"),
    }
    assert all(len(act.data["exhibit_number"]) <= 32 for act in found.acts)


TWICE = '[{"@id": "kb:1", "@type": "InvestigativeAction", "result": "kb:r", "result": "kb:s"}]'
NO_BUNDLE: list[tuple[bytes, str]] = [
    (b'{"@context": {}, "@graph": []}', "no node"),
    (json.dumps(SEIZED).encode("utf-16"), "not UTF-8"),
    (json.dumps(SEIZED)[:-1].encode(), "no JSON document.* line 1 column"),
    (b"[" * 100_000, "nested too deeply"),
    (b'[{"@id": "a", "name": ' + b"9" * 5000 + b"}]", "number"),
    (TWICE.encode(), "'result' stands twice"),
    (json.dumps(record("kb:\ud800", "kb:t", "E-1")).encode(), "surrogate"),
]


@pytest.mark.parametrize(("raw", "reason"), NO_BUNDLE)
def test_a_file_that_is_no_bundle_is_told_what_is_wrong_with_it(raw: bytes, reason: str, tmp_path: Path) -> None:
    file = tmp_path / "bundle.jsonld"
    file.write_bytes(raw)
    with pytest.raises(ImportFileError, match=reason) as refused:
        jsonld.load(file)
    assert refused.value.code == "import.not_jsonld"


def _unlabelled(device: str) -> Any:
    """A bundle in which nothing has an id but an officer, whose label may be any."""
    exhibit = {"@type": f"{INV}ProvenanceRecord", f"{INV}exhibitNumber": "E-1", f"{CORE}object": {"@type": device}}
    seized = {"@type": f"{INV}InvestigativeAction", f"{CORE}name": "seized", f"{ACT}endTime": T1}
    seized |= {f"{ACT}performer": {"@id": "_:node1"}, f"{ACT}result": exhibit}
    return [seized, {"@id": "_:node1", "@type": "Person"}]


def test_a_node_without_id_is_one_of_its_document_and_is_named_by_its_place(tmp_path: Path) -> None:
    first, again, other = (plan(_unlabelled(each), tmp_path, case=None) for each in ("Disk", "Disk", "Device"))
    assert first == again
    assert told(first) == [("ExhibitCollected", "E-1")]
    assert first.findings == []
    assert (first.acts[0].action, list(first.performers)) == ("/0", ["_:node1"])
    assert first.case != other.case
    assert first.acts[0].event_id != plan(_unlabelled("Device"), tmp_path, case=first.case).acts[0].event_id
    assert first.acts[0].actor != other.acts[0].actor


def test_id_and_type_stand_for_the_keywords_where_the_context_is_elsewhere(tmp_path: Path) -> None:
    text = json.dumps(SEIZED).replace('"@id"', '"id"').replace('"@type"', '"type"')
    found = plan({"@context": "https://example.org/context.jsonld", "@graph": json.loads(text)}, tmp_path)
    assert told(found) == told(plan(SEIZED, tmp_path))
    assert [each.code for each in found.findings] == ["import.remote_context"]


def test_what_a_result_says_of_its_action_counts(tmp_path: Path) -> None:
    by = action("kb:1", "seized")
    found = plan([{**SEIZED[0], "@reverse": {f"{ACT}result": [by]}}, {"@id": "kb:1"}], tmp_path)
    assert told(found) == [("ExhibitCollected", "E-1")]


def test_a_bundle_without_investigative_actions_is_no_success(tmp_path: Path) -> None:
    other = {**action("kb:1", "seized", results=["kb:r"]), "@type": f"{ACT}Action"}
    found = plan([SEIZED[0], other], tmp_path)
    assert errors(found) == [("the bundle", "import.no_action")]
    (reason,) = (each.reason for each in found.findings if each.code == "import.other_action")
    assert reason.endswith("not recorded: kb:1")


def test_numbers_in_other_letters_stay_apart_whatever_their_order(tmp_path: Path) -> None:
    records = [record("kb:r", "kb:t", "ЭМ-1"), record("kb:s", "kb:u", "ТГ-1")]
    seized = action("kb:1", "seized", results=["kb:r", "kb:s"])
    first, again = plan([*records, seized], tmp_path), plan([*reversed(records), seized], tmp_path)
    assert first.acts == again.acts
    assert len({act.data["exhibit_number"] for act in first.acts}) == 2
    assert all(act.data["exhibit_number"].startswith("---1-") for act in first.acts)


def test_seals_in_other_letters_stay_apart_and_are_reported(tmp_path: Path) -> None:
    stated = ("ЭД-47", "ТГ-47", "x" * 40, "x" * 40 + "y")
    graph = [action(f"kb:{n}", "sealed", objects=["kb:r"], at=T2, sealNumber=each) for n, each in enumerate(stated, 2)]
    found = plan([*SEIZED, *graph], tmp_path)
    seals = [act.data["seal_number"] for act in found.acts[1:]]
    assert len(set(seals)) == len(stated)
    assert all(len(each) <= 32 for each in seals)
    assert [(each.node, each.code) for each in found.findings] == [
        (f"kb:{n}", "import.number_rewritten") for n in range(2, 6)
    ]
    judged(found)


def test_an_action_is_known_by_its_name_in_any_language(tmp_path: Path) -> None:
    names = [{"@value": "saisi", "@language": "fr"}, {"@value": "seized", "@language": "en"}]
    found = plan([SEIZED[0], {**action("kb:1", None, results=["kb:r"]), f"{CORE}name": names}], tmp_path)
    assert found.acts[0].data["method"] == "seized"


def test_of_several_texts_the_first_counts_and_that_is_said(tmp_path: Path) -> None:
    graph = [record("kb:r", "kb:t", **{f"{INV}exhibitNumber": ["E-1", "E-2"]})]
    found = plan([*graph, {**action("kb:1", "seized", results=["kb:r"]), f"{ACT}endTime": [T1, T2]}], tmp_path)
    assert told(found) == [("ExhibitCollected", "E-1")]
    assert [(each.node, each.code) for each in found.findings] == [
        ("kb:r", "import.several_values"),
        ("kb:1", "import.several_values"),
    ]


@pytest.mark.parametrize("raw", ["", "no JSON", "[]", "3", "{}", '{"@context": {}}', "[" * 100_000])
def test_a_file_that_is_no_bundle_is_refused(raw: str, tmp_path: Path) -> None:
    with pytest.raises(ImportFileError):
        plan(raw, tmp_path)


def test_the_table_can_be_changed_and_its_codes_are_checked(tmp_path: Path) -> None:
    table = tmp_path / "mapping.toml"
    text = MAPPING.read_text(encoding="utf-8")
    table.write_text(text.replace('"pondered"', '""').replace('words = ["seized"', 'words = ["pondered", "seized"'))
    graph = [SEIZED[0], action("kb:1", "pondered", results=["kb:r"])]
    assert plan(graph, tmp_path, table=table).acts[0].data["method"] == "seized"
    for old, new in (
        ('method = "seized"', 'method = "stolen"'),
        ('kind = "seal"', 'kind = "steal"'),
        ("[tools]", "[x]"),
    ):
        table.write_text(text.replace(old, new))
        with pytest.raises(ImportFileError):
            plan(graph, tmp_path, table=table)


NAMES = ["kb:r", "kb:s", "kb:t", "kb:a", "kb:b", "kb:1", "kb:2"]
KEYS = ["@id", "@type", "@value", "@graph", "@context", "@list", f"{ACT}performer", f"{ACT}object", f"{ACT}result"]
KEYS += [f"{ACT}endTime", f"{CORE}name", f"{CORE}object", f"{INV}exhibitNumber", "exhibitRecipient", "sealNumber"]
VALUES = [*NAMES, T1, T2, "2026-13-01", "seized", "transferred", "imaged", "sealed", "E-1", "e 1", "", None, 3, True]
VALUES += [f"{INV}InvestigativeAction", f"{INV}ProvenanceRecord"]
ANY = st.recursive(
    st.sampled_from(VALUES),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=40,
)


@settings(max_examples=300, deadline=None)
@given(raw=ANY)
def test_whatever_a_file_holds_it_is_read_or_refused(raw: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    try:
        jsonld.read(raw)
    except ImportFileError:
        return
    found = plan(raw, tmp_path_factory.mktemp("any"))
    with suppress(Refusal):
        judged(found)
