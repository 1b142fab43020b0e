"""Ids are minted once in a stream, so what two cases call by one id are two referrals."""

from __future__ import annotations

from domain.case import Case
from projections.all_views import VIEWS
from projections.engine import fold
from unit.domain.story import HOTLINE, INDICATED, SHELTER, act, uid
from unit.projections.told_by import in_the_room, story

REQUESTED = act(
    "referral.ReferralRequested", HOTLINE, to_agency=SHELTER, urgency="urgent", service_type="safehouse_service"
)


def test_the_same_referral_id_in_two_cases_is_two_referrals() -> None:
    entries = [
        each
        for stream in (uid("one case"), uid("another case"))
        for each in story([INDICATED, REQUESTED], Case.new(stream))
    ]
    in_the_room(entries)
    view = VIEWS["referrals"]
    groups = {name: {} for each in entries for name in view.groups(each)}  # type: ignore[var-annotated]
    fold(view, groups, entries, None)
    keys = [key for group in groups.values() for key in group]
    assert len(keys) == 4
    assert len({*keys}) == 4
