"""What an agency is told of a case: by its relation to each event, and never what is not its business."""

from __future__ import annotations

import pytest

from domain.case import Case
from domain.stages.ledger.duties_said import CLOCK
from projections.desks.board import BoardRow
from projections.entry import Entry, Refused
from unit.domain.story import (
    AT,
    CHILD_PROTECTION,
    HOSPITAL,
    HOTLINE,
    INDICATED,
    OVERSIGHT,
    POLICE,
    SHELTER,
    STREAM,
    Act,
    act,
    approved,
    uid,
)
from unit.projections.told_by import desk_rows, entry, in_the_room, story, told

OTHER_SHELTER = "mn.talita"
COORDINATION = "mn.cccp"
REFERRED = act("referral.ReferralRequested", HOTLINE, to_agency=SHELTER)
ACCEPTED = act("referral.ReferralAccepted", SHELTER)
SHELTERED = act("protection.ShelterAdmitted", SHELTER)
ACCUSED = act("identification.IndicatorReported", CHILD_PROTECTION, accused_agencies=[HOTLINE])
CASE = [INDICATED, REFERRED, ACCEPTED, SHELTERED]


def after(acts: list[Act]) -> list[Entry]:
    """The entries of the acts, told."""
    entries = story(acts, Case(STREAM))
    in_the_room(entries)
    return entries


def unread(acts: list[Act]) -> list[Entry]:
    """The entries of the acts, which no room has read yet."""
    return story(acts, Case(STREAM))


def response_due() -> str:
    """When the referral of the case falls due."""
    effects = [each for entry in after([INDICATED, REFERRED]) if entry.recorded for each in entry.recorded.effects]
    return next(str(each.data["due_at"]) for each in effects if each.type == "referral.ResponseDue")


def types(acts: list[Act], agency: str) -> list[str]:
    """Short names of what the agency is told."""
    return [each.type.partition(".")[2] for each in told(after(acts), agency)]


def test_the_publisher_is_told_its_own_event_whole() -> None:
    (own, *_) = told(after(CASE), HOTLINE)
    assert (own.publisher, own.actor, own.relation) == (HOTLINE, "officer-1", "publisher")
    assert own.data["indicator_codes"] is not None


def test_who_comes_into_a_case_is_told_what_was_before() -> None:
    assert types([INDICATED, REFERRED], SHELTER) == ["IndicatorReported", "ReferralRequested"]


def test_who_is_not_in_a_case_is_told_nothing() -> None:
    assert told(after(CASE), HOSPITAL) == []


def test_an_agency_that_only_takes_part_is_told_that_it_happened() -> None:
    entries = after([INDICATED, REFERRED, act("protection.ServiceDelivered", CHILD_PROTECTION)])
    heard = [each for each in told(entries, SHELTER) if each.type == "protection.ServiceDelivered"]
    assert [(each.actor, each.unit) for each in heard] == [("", "")]


def test_a_shelter_has_no_name_for_others() -> None:
    entries = after(CASE)
    names = {each.publisher for each in told(entries, POLICE)} | {
        value for each in told(entries, POLICE) for value in each.data.values() if isinstance(value, str)
    }
    assert SHELTER not in names
    assert any(name.startswith("care-provider-") for name in names)


def test_two_shelters_in_a_case_have_two_names_for_others() -> None:
    beds = [act("protection.ShelterAdmitted", shelter, id=uid(shelter), care_episode_id=uid(f"stay {shelter}"))
            for shelter in (SHELTER, OTHER_SHELTER)]  # fmt: skip
    names = [each.publisher for each in told(after([INDICATED, *beds]), CHILD_PROTECTION)]
    aliases = [name for name in names if name.startswith("care-provider-")]
    assert len({*aliases}) == len(aliases) == 2
    assert "care-provider-0" not in aliases


def test_the_sender_of_a_referral_knows_whom_it_sent_the_child_to() -> None:
    answer = [each for each in told(after(CASE), HOTLINE) if each.type == "referral.ReferralAccepted"]
    assert [each.publisher for each in answer] == [SHELTER]


def test_a_report_against_an_agencys_own_official_ends_what_it_is_told() -> None:
    assert types([INDICATED, REFERRED], HOTLINE) != []
    assert types([INDICATED, REFERRED, ACCUSED], HOTLINE) == []
    assert types([INDICATED, REFERRED, ACCUSED, ACCEPTED], HOTLINE) == []


def test_a_report_against_an_agencys_own_official_is_never_told_to_it_even_when_the_restriction_is_lifted() -> None:
    lifted = act("case.Restricted", CHILD_PROTECTION, level="none", reason="over")
    assert types([INDICATED, ACCUSED, lifted], HOTLINE) == ["IndicatorReported", "Restricted"]


def test_a_case_restricted_to_named_agencies_is_told_to_them_and_the_leads() -> None:
    named = {"level": "named_agencies", "reason": "threat", "admitted_agencies": [SHELTER]}
    only = act("case.Restricted", CHILD_PROTECTION, **named)
    acts = [INDICATED, REFERRED, act("case.OfficerAssigned", CHILD_PROTECTION), only]
    assert types(acts, HOTLINE) == []
    assert types(acts, SHELTER) != []
    assert types(acts, CHILD_PROTECTION) != []


def test_a_correction_is_told_anew_in_place_of_what_it_corrects() -> None:
    first = act("identification.IndicatorReported", HOTLINE, id=uid("first"), aimag="MN-1")
    corrected = approved(
        act("ledger.EventCorrected", HOTLINE, of=uid("first"), replaces=["aimag"], clear_values={"aimag": "MN-035"},
            successor=False),
        "correction",
    )  # fmt: skip
    waits, done = told(after([first, corrected[0]]), HOTLINE), told(after([first, *corrected]), HOTLINE)
    assert (waits[0].data["aimag"], waits[0].marks) == ("MN-1", ())
    assert (done[0].data["aimag"], done[0].marks) == ("MN-035", ("corrected",))


def test_a_correction_is_no_news_to_who_was_not_told_of_what_it_corrects() -> None:
    late = act("referral.ReferralOverdueMarked", CLOCK, deadline="response", due_at=response_due())
    corrected = approved(
        act("ledger.EventCorrected", HOTLINE, of=uid("first"), replaces=["aimag"], clear_values={"aimag": "MN-035"},
            successor=False),
        "correction",
    )  # fmt: skip
    first = act("identification.IndicatorReported", HOTLINE, id=uid("first"), aimag="MN-1")
    before = [first, REFERRED, late]
    assert [each.type for each in told(after(before), COORDINATION)] == ["referral.ReferralOverdueMarked"]
    entries = after([*before, *corrected])
    news = {telling.agency for entry in entries[len(before) :] for telling in entry.tellings}
    assert HOTLINE in news
    assert COORDINATION not in news


def test_who_was_told_that_a_referral_is_late_is_told_by_its_id_that_it_is_answered() -> None:
    late = act("referral.ReferralOverdueMarked", CLOCK, deadline="response", due_at=response_due())
    heard = told(after([INDICATED, REFERRED, late, ACCEPTED]), COORDINATION)
    assert [each.type.partition(".")[2] for each in heard] == ["ReferralOverdueMarked", "ReferralAccepted"]
    assert {*heard[1].data} == {"referral_id"}
    assert heard[1].publisher.startswith("care-provider-")
    assert told(after(CASE), COORDINATION) == []
    stood, stands = (
        next(row for row in map(BoardRow._make, desk_rows("board", unread(acts))) if row.agency == COORDINATION)
        for acts in ([INDICATED, REFERRED, late], [INDICATED, REFERRED, late, ACCEPTED])
    )
    assert (stood.late, stands.late, stands.lateness) == (1, 0, "[]")


def test_a_misfiled_event_stands_in_the_timeline_with_its_mark() -> None:
    first = act("protection.ServiceDelivered", CHILD_PROTECTION, id=uid("wrong"))
    misfiled = act("ledger.EventMisfiled", CHILD_PROTECTION, of=uid("wrong"))
    marks = [each.marks for each in told(after([INDICATED, first, misfiled]), CHILD_PROTECTION)]
    assert marks == [(), ("misfiled",), ()]


def test_what_waits_for_an_approval_takes_effect_with_the_last_one() -> None:
    closing = approved(act("case.Closed", CHILD_PROTECTION), "case_closure", POLICE)
    found = [(each.type, each.marks) for each in told(after([INDICATED, *closing]), CHILD_PROTECTION)][1:]
    assert found == [("case.Closed", ("held",)), ("ledger.ApprovalGiven", ()), ("case.Closed", ())]


def test_a_refusal_is_told_to_its_sender_alone() -> None:
    refused = Refused(POLICE, "investigation.InvestigationOpened", STREAM, uid("refused"), "case.closed", AT)
    entries = [*story([INDICATED], Case(STREAM)), entry(2, "desk/0", None, refused)]
    in_the_room(entries)
    assert [each.code for each in told(entries, POLICE)][-1] == "case.closed"
    assert all(each.code == "" for each in told(entries, HOTLINE))


@pytest.mark.parametrize("agency", [OVERSIGHT, "mn.talita"])
def test_nobody_hears_of_a_case_by_being_enrolled(agency: str) -> None:
    assert types(CASE, agency) == []
