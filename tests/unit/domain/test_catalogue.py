"""The catalogue alone says what an event may hold, and a refusal never repeats what was sent."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import traceback
from collections import Counter
from typing import Any

import pytest

from domain import catalogue, stages
from domain import stream as stream_module
from domain.catalogue import STREAM_ID, EventType, by_name, by_wire, check, event_type, json_schema
from domain.refusals import Refusal, sentences
from unit.domain.story import STREAM, act, event, uid

SUBMITTED = [name for name, known in by_name.items() if known.kind != "effect"]
REQUESTED = by_name["referral.ReferralRequested"]
GOOD = dict(event(act(REQUESTED.name, "mn.npa", due_at="2026-03-02T08:00:00.000000Z")).data)
SECRET = "REFUSED-CONTENT-5c1e"


def refused(data: dict[str, Any]) -> Refusal:
    """The refusal of a referral with this data."""
    with pytest.raises(Refusal) as caught:
        check(REQUESTED, STREAM, data)
    return caught.value


def test_these_stages_are_known() -> None:
    submitted = Counter(by_name[name].stage for name in SUBMITTED)
    assert submitted == {
        "identification": 17,
        "consent": 6,
        "referral": 11,
        "case": 8,
        "party": 3,
        "privacy": 5,
        "protection": 33,
        "ledger": 7,
        "investigation": 19,
        "custody": 26,
        "redress": 12,
        "taskforce": 13,
        "prevention": 5,
        "prosecution": 18,
    }
    assert {name for name, known in by_name.items() if known.kind == "effect"} == {
        "case.LeadsAssigned",
        "custody.CustodyBreakFound",
        "identification.RecoveryPeriodOpened",
        "ledger.ApprovalAwaited",
        "ledger.ApprovalCompleted",
        "ledger.BreachRecorded",
        "referral.ResponseDue",
    }
    assert {known.wire for known in by_name.values()} <= set(by_wire)
    assert {known.name for known in by_wire.values()} == set(by_name)


def test_every_type_of_the_catalogue_can_be_made() -> None:
    for entry in catalogue.read()["types"]:
        made = event_type(entry)
        assert made.model.__doc__
        assert "review " not in made.model.__doc__.partition("Basis:")[2].replace("NCA case review ", "")


@pytest.mark.parametrize("name", SUBMITTED)
def test_a_type_takes_what_its_fields_say(name: str) -> None:
    check(by_name[name], STREAM, dict(event(act(name, "mn.cfdpa")).data))


@pytest.mark.parametrize("name", sorted(by_name))
def test_a_type_has_a_schema_of_2020_12(name: str) -> None:
    schema = json_schema(by_name[name])
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["additionalProperties"] is False
    assert set(by_name[name].subject) - set(STREAM_ID.values()) <= set(schema.get("required", ()))


ROWS: list[tuple[str, dict[str, Any], str, tuple[str, ...]]] = [
    ("a name of the sender's", {SECRET: 1}, "data.unknown_field", ("data",)),
    ("the model's own name of _sd", {"sd_digests": []}, "data.unknown_field", ("data",)),
    ("an unknown name beside a bad value", {SECRET: 1, "urgency": SECRET}, "data.unknown_field", ("data",)),
    ("a code of no list", {"urgency": SECRET}, "data.invalid_value", ("data.urgency",)),
    ("an id in capitals", {"victim_id": uid("a").upper()}, "data.invalid_value", ("data.victim_id",)),
    ("an id without hyphens", {"victim_id": uid("a").replace("-", "")}, "data.invalid_value", ("data.victim_id",)),
    ("null where a field may be absent", {"due_at": None}, "data.invalid_value", ("data.due_at",)),
    ("a day that is none", {"due_at": "2026-02-30T08:00:00.000000Z"}, "data.invalid_value", ("data.due_at",)),
    ("a time without decimals", {"due_at": "2026-03-02T08:00:00Z"}, "data.invalid_value", ("data.due_at",)),
    ("a time elsewhere", {"due_at": "2026-03-02T08:00:00.000000+08:00"}, "data.invalid_value", ("data.due_at",)),
    ("a newline behind", {"due_at": "2026-03-02T08:00:00.000000Z\n"}, "data.invalid_value", ("data.due_at",)),
    ("an agency's name for its id", {"to_agency": "Police"}, "data.invalid_value", ("data.to_agency",)),
    ("a code for a list", {"compartments_shared": "identity"}, "data.invalid_value", ("data.compartments_shared",)),
    ("a bad code in a list", {"compartments_shared": [SECRET]}, "data.invalid_value", ("data.compartments_shared",)),
    ("a digest that is none", {"_sd": [SECRET]}, "data.invalid_value", ("data._sd",)),
    ("another case", {"case_id": uid("another")}, "data.case_id_mismatch", ("data.case_id",)),
    ("two bad values", {"urgency": 1, "reason": 2}, "data.invalid_value", ("data.reason", "data.urgency")),
]


@pytest.mark.parametrize(("changed", "code", "paths"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_a_refusal_names_fields_of_the_schema_and_nothing_that_was_sent(
    changed: dict[str, Any], code: str, paths: tuple[str, ...]
) -> None:
    refusal = refused({**GOOD, **changed})
    assert (refusal.code, refusal.paths) == (code, paths)
    assert refusal.__cause__ is None
    assert refusal.__context__ is None
    assert SECRET not in "".join(traceback.format_exception(refusal))


def test_data_that_is_no_object_is_refused() -> None:
    assert refused([]).paths == ("data",)  # type: ignore[arg-type]


def test_missing_fields_are_named() -> None:
    refusal = refused({name: value for name, value in GOOD.items() if name not in ("urgency", "victim_id")})
    assert (refusal.code, refusal.paths) == ("data.missing_field", ("data.urgency", "data.victim_id"))


@pytest.mark.parametrize("more", [{}, {"case_id": STREAM}, {"_sd": ["A" * 43]}, {"_sd": []}])
def test_the_own_case_id_and_digests_may_stand_there(more: dict[str, Any]) -> None:
    check(REQUESTED, STREAM, {**GOOD, **more})


def test_a_number_is_no_flag_and_a_flag_no_number() -> None:
    informed = by_name["consent.VictimInformed"]
    data = dict(event(act(informed.name, "mn.npa")).data)
    for wrong in (1, "true", None):
        with pytest.raises(Refusal):
            check(informed, STREAM, {**data, "interpreter": wrong})
    unavailable = by_name["referral.AddresseeReportedUnavailable"]
    data = dict(event(act(unavailable.name, "mn.npa")).data)
    for wrong in (True, "1", 2**53, -(2**53)):
        with pytest.raises(Refusal):
            check(unavailable, STREAM, {**data, "attempts": wrong})


def test_a_rule_that_no_stage_owns_fails_at_import() -> None:
    entry = next(entry for entry in catalogue.read()["types"] if entry["type"] == "case.Closed")
    with pytest.raises(KeyError, match="moon full"):
        stream_module._questions(event_type({**entry, "requires": ["moon full"]}))
    with pytest.raises(KeyError, match="brother of the judge"):
        stream_module._questions(event_type({**entry, "relation": "brother of the judge"}))


def _codes_in(module: Any) -> set[str]:
    """The refusal codes that a module spells: first arguments of Refusal, and first members of what is broken."""
    found = set()
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Refusal" and node.args:
            found.add(getattr(node.args[0], "value", ""))
        if isinstance(node, ast.Tuple) and node.elts:
            found.add(getattr(node.elts[0], "value", ""))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "OpenThing":
            found.add(getattr(node.args[0], "value", ""))
    areas = {code.partition(".")[0] for code in sentences()}
    return {
        code
        for code in found
        if isinstance(code, str) and code.count(".") == 1 and code == code.lower() and code.partition(".")[0] in areas
    }


def _modules() -> list[Any]:
    """Every module of the domain that can refuse an event for its content."""
    found = [importlib.import_module(f"domain.{name}") for name in ("catalogue", "ids", "stream")]
    found += [
        importlib.import_module(f"{each.name}") for each in pkgutil.walk_packages(stages.__path__, "domain.stages.")
    ]
    return found


def test_every_refusal_of_the_rules_has_its_sentences() -> None:
    spelled = set().union(*map(_codes_in, _modules()))
    deciding = [known for known in by_name.values() if known.kind == "authority"]
    subjects = {field for known in deciding for field in known.subject if field not in known.mints}
    spelled |= {f"{EventType.thing(field)}.unknown" for field in subjects - set(STREAM_ID.values())}
    assert len(spelled) > 35
    # `type.*` belongs to the parser, which refuses an effect before a case is asked.
    assert {code for code in spelled if not code.startswith(("type.", "data.to_"))} <= set(sentences())
