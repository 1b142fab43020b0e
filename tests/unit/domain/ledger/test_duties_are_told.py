"""Whoever owes something is told what ends it: for each row of the duties, each way of ending it and each owner.

Else it would wait on the owner's worklist for ever. What the owner itself publishes it knows; of what others publish
the table of need to know grants it at least the ids by which the duty is known.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from domain import sharing
from domain.catalogue import by_name
from domain.profile import AGENCIES, DEFAULTS, Agency
from domain.stages.case.leads import CARE_CATEGORIES, PROCEEDINGS_CATEGORIES
from domain.stages.ledger.duties_row import Done, Row
from domain.stages.ledger.duties_table import ROWS

ADDRESSING = ("to_agency", "owner_agency")
SENT = {"referral_id": "referral.ReferralRequested", "transfer_id": "custody.CustodyReleased"}
"""What a `sender` has sent, by the id that is referred to."""

HIDDEN = {
    ("reroute", "referral.ReferralRequested"): "which services others ask for a child is not told to every sender",
    ("first_contact", "protection.ShelterAdmitted"): "whether a child has a bed is told to those who care for it",
    ("first_contact", "protection.ServiceDelivered"): "what care a child gets is told to those who care for it",
}
"""Ways of ending a duty that not every owner is told of, and why: an act of the owner's own ends it as well."""


def _with(categories: frozenset[str]) -> list[Agency]:
    return [each for each in AGENCIES.values() if not each.system and not each.categories.isdisjoint(categories)]


def _owners(row: Row) -> list[Agency]:
    """Everybody who can come to owe it."""
    kind, _, category = row.owner.partition(" ")
    match kind:
        case "care":
            return _with(CARE_CATEGORIES)
        case "proceedings":
            return _with(PROCEEDINGS_CATEGORIES)
        case "oversight":
            return [AGENCIES[DEFAULTS["oversight"]]]
        case "category":
            return _with(frozenset({category}))
        case "sender":
            (sent,) = {name for id_field, name in SENT.items() if id_field in _ids(row.opened_by)}
            return _with(by_name[sent].mandate)
        case "publisher":
            return _with(by_name[row.opened_by].mandate)
    return [each for each in AGENCIES.values() if not each.system]


def _ids(name: str) -> frozenset[str]:
    return frozenset((*by_name[name].subject, *by_name[name].mints))


def _relations(row: Row, way: Done = ()) -> tuple[str, ...]:
    """How an owner in the case stands to the event that begins the duty, or to one that ends it: on the other side
    where both are about the one thing that was put to it, or that it put to another."""
    addressed = row.owner in (*ADDRESSING, "sender") or (by_name[row.opened_by].relation or "").startswith("addressee")
    named = {*way[1:], "exhibit_number"} - {"victim_id", "defendant_id"}
    things = named & _ids(way[0]) & _ids(row.opened_by) if way else set()
    side = ("counterpart",) if addressed and (not way or things) else ()
    lead = {"care": ("care_lead",), "proceedings": ("proceedings_lead",)}.get(row.owner, ())
    return (*side, *lead, "in_case", "category")


def _is_told(row: Row, way: Done, owner: Agency) -> bool:
    """Is it told by what the duty is known? Of a person it knows the investigation, as it was told of the suspicion."""
    fields = sharing.granted(way[0], _relations(row, way), owner.categories) or frozenset()
    known = {"investigation_id"} if "defendant_id" in fields else set()
    return {pair.partition("=")[2] or pair for pair in way[1:]} <= fields | known


def _waits(row: Row, owner: Agency) -> bool:
    """Does it stand on the owner's worklist: did the owner begin it, or is it told of the beginning?"""
    return row.owner == "publisher" or bool(sharing.granted(row.opened_by, _relations(row), owner.categories))


def _untold() -> Iterator[tuple[Row, Done, Agency]]:
    for row in ROWS:
        for owner in _owners(row):
            for way in row.done if _waits(row, owner) else ():
                if not _is_told(row, way, owner):
                    yield row, way, owner


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.opened_by}-{row.deadline}")
def test_an_owner_is_told_of_whatever_ends_what_it_owes(row: Row) -> None:
    missing = {
        (way[0], owner.id) for each, way, owner in _untold() if each is row and (row.deadline, way[0]) not in HIDDEN
    }
    assert missing == set()


def test_what_is_hidden_from_an_owner_is_ended_by_an_act_of_its_own_too() -> None:
    found = {(row.deadline, way[0]) for row, way, _ in _untold()}
    assert found == HIDDEN.keys()
    for row, _, owner in _untold():
        own = [way for way in row.done if by_name[way[0]].mandate & owner.categories and _is_told(row, way, owner)]
        assert any(set(way[1:]) <= _ids(row.opened_by) for way in own)


@pytest.mark.parametrize("way", sorted({way[0] for row in ROWS for way in row.done}))
def test_what_ends_a_duty_tells_no_more_of_a_childs_care_than_ids_to_who_only_takes_part(way: str) -> None:
    known = by_name[way]
    allowed = _ids(way) | {"referral_id"}
    if known.stage == "protection" and "shelter" in known.mandate and way not in _TOLD_TO_ALL:
        for owner in AGENCIES.values():
            if not owner.categories & {"border", "immigration", "consular", "child_protection", "police", "prosecutor"}:
                assert (sharing.fields(way, "in_case", owner.categories) or frozenset()) <= allowed


_TOLD_TO_ALL = frozenset({"protection.RiskAssessed", "protection.ChildLocated"})
"""Whoever meets the child knows the level of risk, and everybody looks for a missing child."""
