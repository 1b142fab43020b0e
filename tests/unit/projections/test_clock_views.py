"""The views that the clock reads hold what the registrar's state holds, and nothing of them is submitted for ever."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, cast

import orjson
import pytest

from domain.case import Case
from domain.catalogue import by_name, check
from domain.event import Recorded
from domain.refusals import Refusal
from domain.stages.duty import Dormancy, Duty
from domain.stages.ledger.duties import all_open, duties_of
from domain.stages.ledger.duties_said import CLOCK, mark_id
from domain.stages.rules import Context, shifted
from domain.stream import admit, evolve
from projections import duties, refusals
from projections.all_views import VIEWS
from projections.duties import TRIES, Book, DutyRow, submitted
from projections.engine import Group, View, fold, parsed, written
from projections.entry import Entry, Refused
from projections.refusals import RefusalRow
from unit.domain.story import (
    AT,
    CHILD_PROTECTION,
    CONTEXT,
    HOTLINE,
    INDICATED,
    LATER,
    POLICE,
    SHELTER,
    STREAM,
    Act,
    Registry,
    act,
    event,
    uid,
)
from unit.domain.test_random_cases import TYPES, _event
from unit.projections.told_by import entry

REQUESTED = act(
    "referral.ReferralRequested", HOTLINE, to_agency=SHELTER, urgency="urgent", service_type="safehouse_service"
)

ACCEPTED = act("referral.ReferralAccepted", SHELTER)
DUE = "2026-03-03T09:00:00.000000Z"


def folded(view: Any, groups: dict[str, Group], *entries: Entry) -> None:
    """Fold entries into the rows of the groups that they touch."""
    for each in entries:
        for name in view.groups(each):
            groups.setdefault(name, {})
        fold(cast(View, view), groups, [each], None)


def entries(acts: Iterable[Act], at: str = AT) -> list[Entry]:
    """The entries of acts that are admitted in order."""
    case, found = Case.new(STREAM), []
    for done in acts:
        submitted, known = event(done), by_name[done.type]
        context = LATER if known.kind == "clock" else Context(at, Registry())
        recorded = Recorded(submitted, context.at, case.version + 1, admit(case, submitted, known, context))
        case = evolve(case, recorded)
        found.append(entry(recorded.n, STREAM, recorded))
    return found


def duty_rows(*told: Entry) -> dict[str, DutyRow]:
    """The duties of the case by deadline."""
    groups: dict[str, Group] = {}
    folded(duties, groups, *told)
    return {row[2]: DutyRow._make(row) for row in groups[STREAM].values() if row[2]}


def refusal(row: DutyRow, code: str, at: str) -> Entry:
    """The registrar's refusal of what the clock submitted for the row."""
    mark = submitted(row)
    return entry(99, "desk/0", None, Refused(CLOCK, mark.type, STREAM, mark.event_id, code, at))


def test_a_duty_is_listed_from_the_instant_at_which_it_falls_due() -> None:
    row = duty_rows(*entries([INDICATED, REQUESTED]))["referral_response"]
    assert (row.state, row.due_at, row.next_at, row.owner) == ("open", DUE, DUE, SHELTER)
    mark = submitted(row)
    assert mark.type == "referral.ReferralOverdueMarked"
    check(by_name[mark.type], STREAM, mark.data)


def test_what_is_marked_or_done_is_listed_no_more() -> None:
    told = entries([INDICATED, REQUESTED])
    row = duty_rows(*told)["referral_response"]
    event_id, type_, data = submitted(row)
    mark = Act(type_, CLOCK, data, time=row.due_at, id=event_id)
    for acts, state in (([mark], "marked"), ([ACCEPTED], "done"), ([mark, ACCEPTED], "done")):
        after = duty_rows(*entries([INDICATED, REQUESTED, *acts]))["referral_response"]
        assert (after.state, after.next_at) == (state, "")


def test_a_row_is_the_same_after_it_was_written_and_read() -> None:
    groups: dict[str, Group] = {}
    view = cast(View, duties)
    folded(view, groups, *entries([INDICATED, REQUESTED, ACCEPTED]))
    assert {type(row[-1]) for row in groups[STREAM].values()} == {Book, Dormancy, Duty, type(None)}
    assert parsed(view, {row[:4]: row for row in written(view, list(groups[STREAM].values()))}) == groups[STREAM]


def test_what_is_moot_is_never_sent_again() -> None:
    told = entries([INDICATED, REQUESTED])
    row = duty_rows(*told)["referral_response"]
    after = duty_rows(*told, refusal(row, "clock.moot", row.due_at))["referral_response"]
    assert (after.state, after.next_at) == ("moot", "")


def test_what_the_registrar_found_too_early_is_sent_again() -> None:
    told = entries([INDICATED, REQUESTED])
    row = duty_rows(*told)["referral_response"]
    after = duty_rows(*told, refusal(row, "clock.moot", "2026-03-03T08:59:59.999999Z"))["referral_response"]
    assert (after.state, after.next_at, after.refusals) == ("open", "2026-03-03T09:02:00.000000Z", 1)


def test_any_other_refusal_is_tried_again_ever_later_and_not_for_ever() -> None:
    told = entries([INDICATED, REQUESTED])
    row = duty_rows(*told)["referral_response"]
    refused = [refusal(row, "mandate.type", row.due_at)] * TRIES
    listed = [duty_rows(*told, *refused[:count])["referral_response"].next_at for count in range(1, TRIES + 1)]
    assert listed[:3] == ["2026-03-03T09:02:00.000000Z", "2026-03-03T09:04:00.000000Z", "2026-03-03T09:08:00.000000Z"]
    assert listed[-1] == ""
    assert duty_rows(*told, *refused)["referral_response"].state == "refused"


def test_another_submission_that_was_refused_changes_nothing() -> None:
    told = entries([INDICATED, REQUESTED])
    row = duty_rows(*told)["referral_response"]
    other = entry(99, "desk/0", None, Refused(CLOCK, "x", STREAM, uid("other"), "clock.moot", row.due_at))
    assert duty_rows(*told, other)["referral_response"] == row


def test_the_rows_are_the_duties_of_the_registrars_state() -> None:
    for seed in range(60):
        chance = random.Random(seed)
        case, groups = Case.new(STREAM), dict[str, Group]()
        picks = [
            event(INDICATED),
            *(_event(known, n, chance, STREAM) for n, known in enumerate(chance.choices(TYPES, k=60))),
        ]
        for pick in picks:
            known = by_name[pick.type]
            try:
                stated = admit(case, pick, known, CONTEXT)
            except Refusal:
                continue
            recorded = Recorded(pick, AT, case.version + 1, stated)
            case = evolve(case, recorded)
            for view in VIEWS.values():
                folded(view, groups if view.name == "duties" else {}, entry(recorded.n, STREAM, recorded))
        rows = [DutyRow._make(row) for row in groups[STREAM].values() if row[2]]
        live = {(submitted(r).event_id, r.state == "marked") for r in rows if r.state in ("open", "marked")}
        assert live == {
            (mark_id(STREAM, d.of, d.deadline, d.due_at, d.owner), d.marked) for d in all_open(duties_of(case))
        }


def refused(type_: str, by: str, *, at: str = AT, code: str = "data.missing_field", id: str = "x") -> Entry:
    """A refusal of an agency's submission."""
    return entry(50, "desk/0", None, Refused(by, type_, STREAM, uid(id), code, at))


def refusal_rows(*told: Entry) -> dict[tuple[str, str], RefusalRow]:
    """Rows by role and type."""
    groups: dict[str, Group] = {}
    folded(refusals, groups, *told)
    return {(row[1], row[3]): RefusalRow._make(row) for group in groups.values() for row in group.values()}


INDICATOR = INDICATED.type
SOON = shifted(AT, timedelta(minutes=15))


def test_a_protective_refusal_stands_with_its_sender_and_by_codes_alone_on_the_duty_desk() -> None:
    found = refusal_rows(refused(INDICATOR, HOTLINE))
    sender, desk = found[("sender", INDICATOR)], found[("desk", INDICATOR)]
    assert (sender.agency, sender.event_id, sender.shown_at, sender.next_at) == (HOTLINE, uid("x"), AT, "")
    assert (desk.agency, desk.event_id, desk.shown_at, desk.next_at) == (CHILD_PROTECTION, "", SOON, SOON)
    check(by_name["ledger.RefusalUnresolvedMarked"], STREAM, orjson.loads(desk.says))


def test_another_refusal_stands_with_its_sender_alone() -> None:
    assert set(refusal_rows(refused("referral.ReferralAccepted", SHELTER))) == {("sender", "referral.ReferralAccepted")}


def test_time_runs_from_the_first_refusal() -> None:
    again = refused(INDICATOR, HOTLINE, at="2026-03-02T09:10:00.000000Z", code="data.invalid_value", id="y")
    found = refusal_rows(refused(INDICATOR, HOTLINE), again)
    assert found[("desk", INDICATOR)].next_at == SOON
    assert found[("desk", INDICATOR)].code == "data.invalid_value"
    assert (found[("sender", INDICATOR)].times, found[("sender", INDICATOR)].event_id) == (2, uid("y"))


RESOLUTIONS = [
    ("the sender's next of that type resolves it", INDICATED, "resolved"),
    ("another agency's does not", act(INDICATOR, POLICE), "open"),
]


@pytest.mark.parametrize(("name", "done", "state"), RESOLUTIONS, ids=[row[0] for row in RESOLUTIONS])
def test_a_refusal_is_resolved_by_what_follows(name: str, done: Act, state: str) -> None:
    found = refusal_rows(refused(INDICATOR, HOTLINE), *entries([done]))
    assert {row.state for row in found.values()} == {state}
    assert (found[("desk", INDICATOR)].next_at == "") is (state == "resolved")


def test_what_was_admitted_before_resolves_nothing() -> None:
    assert refusal_rows(*entries([INDICATED]), refused(INDICATOR, HOTLINE))[("desk", INDICATOR)].state == "open"


def test_a_refusal_after_a_resolution_is_a_new_one() -> None:
    later = refused(INDICATOR, HOTLINE, at="2026-03-04T09:00:00.000000Z")
    desk = refusal_rows(refused(INDICATOR, HOTLINE), *entries([INDICATED]), later)[("desk", INDICATOR)]
    assert (desk.state, desk.refused_at, desk.times) == ("open", "2026-03-04T09:00:00.000000Z", 1)


def test_the_clocks_mark_leaves_it_on_the_desk_and_is_not_made_again() -> None:
    desk = refusal_rows(refused(INDICATOR, HOTLINE))[("desk", INDICATOR)]
    mark = Act("ledger.RefusalUnresolvedMarked", CLOCK, orjson.loads(desk.says), time=desk.shown_at, id=desk.mark_id)
    found = refusal_rows(refused(INDICATOR, HOTLINE), *entries([mark]))
    assert (found[("desk", INDICATOR)].state, found[("desk", INDICATOR)].next_at) == ("marked", "")
    assert found[("sender", INDICATOR)].state == "open"


def test_a_moot_mark_is_not_made_again() -> None:
    desk = refusal_rows(refused(INDICATOR, HOTLINE))[("desk", INDICATOR)]
    moot = entry(99, "desk/0", None, Refused(CLOCK, "x", STREAM, desk.mark_id, "clock.moot", LATER.at))
    assert refusal_rows(refused(INDICATOR, HOTLINE), moot)[("desk", INDICATOR)].next_at == ""


@pytest.mark.parametrize(
    "told",
    [Refused(HOTLINE, "", STREAM, "", "type.unknown", AT), Refused(HOTLINE, INDICATOR, "", "", "jws.form", AT)],
)
def test_what_nothing_could_follow_has_no_row(told: Refused) -> None:
    assert refusal_rows(entry(50, "desk/0", None, told)) == {}


def test_a_submission_on_the_wrong_partition_has_no_row() -> None:
    assert refusal_rows(refused(INDICATOR, HOTLINE, code="intake.wrong_partition")) == {}
