"""`caseload`: the cases that an agency published in, leads, or is an addressee in, one row per agency and case.

Counts of victims and open referrals rest on what the agency itself published or was sent; of others' events a row
holds only that they happened. Reference cases never stand here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import orjson

from domain.event import Recorded
from domain.stream import concerned
from projections.engine import Key, Row
from projections.entry import Entry

OPEN = frozenset(("requested", "unavailable", "accepted", "revocation_pending"))


class CaseloadRow(NamedTuple):
    """A case on an agency's desk. Times are UTC, six decimals; `open_ids` and `victim_ids` are JSON."""

    agency: str
    case_id: str
    status: str
    care_lead: str
    proceedings_lead: str
    opened_at: str
    last_at: str
    last_type: str
    last_pos: int
    events: int
    victims: int
    open_referrals: int
    victim_ids: str
    open_ids: str


name = "caseload"
row = CaseloadRow
keys = 2
group = "case_id"


def groups(entry: Entry) -> Iterable[str]:
    """The case of an operational event."""
    recorded = entry.recorded
    return () if recorded is None or recorded.event.type == "case.RecordImported" else (entry.stream,)


def evolve(rows: Mapping[Key, Row], entry: Entry) -> Iterable[Row]:
    """Every agency in the case sees that something happened; newcomers get the case as it stands."""
    recorded = entry.recorded
    assert recorded is not None
    event = recorded.event
    before = {r[0]: r for r in rows.values()}
    shared = _shared(next(iter(before.values()), None), entry, recorded)
    about_referral = "referral_id" in event.data
    for agency in before.keys() | concerned(recorded):
        mine = before.get(agency)
        if mine is not None and not about_referral and agency != event.publisher:
            yield mine[:2] + shared + mine[_OWN:]
        else:
            own = CaseloadRow._make(mine) if mine is not None else None
            yield (agency, entry.stream, *shared, *_own(own, agency, recorded))


_OWN = CaseloadRow._fields.index("victims")


def _shared(found: Row | None, entry: Entry, recorded: Recorded) -> tuple[Any, ...]:
    """The columns that are the same for every agency in the case: `status` to `events`."""
    event = recorded.event
    before = CaseloadRow._make(found) if found is not None else None
    care, proceedings = (before.care_lead, before.proceedings_lead) if before else ("", "")
    for effect in recorded.effects:
        if effect.type == "case.LeadsAssigned":
            care, proceedings = effect.data["care"], effect.data["proceedings"]
    opened = before.opened_at if before else recorded.at
    return ("open", care, proceedings, opened, recorded.at, event.type, entry.pos, (before.events if before else 0) + 1)


def _own(before: CaseloadRow | None, agency: str, recorded: Recorded) -> tuple[int, int, str, str]:
    """The columns that rest on what the agency itself published or was sent: `victims` to `open_ids`."""
    victims, referrals = (before.victim_ids, before.open_ids) if before else ("[]", "{}")
    if recorded.event.publisher == agency:
        victims = _with_victim(victims, recorded.event.data.get("victim_id"))
    referrals = _with_referral(referrals, agency, recorded)
    return victims.count("-") // 4, referrals.count("-") // 4, victims, referrals


def _with_victim(victims: str, victim: str | None) -> str:
    if victim is None or victim in victims:
        return victims
    return orjson.dumps(sorted([*orjson.loads(victims), victim])).decode()


def _with_referral(referrals: str, agency: str, recorded: Recorded) -> str:
    """The open referrals that the agency sent or was sent, after the event."""
    event = recorded.event
    referral = event.data.get("referral_id")
    if referral is None:
        return referrals
    if event.type == "referral.ReferralRequested":
        if agency not in (event.publisher, event.data["to_agency"]):
            return referrals
        return _put(referrals, referral, "requested")
    before = orjson.loads(referrals).get(referral)
    return referrals if before is None else _put(referrals, referral, next_state(before, event.type))


def _put(referrals: str, referral: str, state: str) -> str:
    found = orjson.loads(referrals)
    found.pop(referral, None)
    if state in OPEN:
        found[referral] = state
    return orjson.dumps(found, option=orjson.OPT_SORT_KEYS).decode()


def next_state(state: str, event_type: str) -> str:
    """A referral's state after an admitted event about it."""
    match event_type:
        case "referral.ReferralAccepted":
            return "accepted"
        case "referral.ReferralRejected":
            return "rejected"
        case "referral.AddresseeReportedUnavailable":
            return "unavailable"
        case "referral.ReferralCompleted":
            return "completed"
        case "referral.RevocationAcknowledged":
            return "revoked"
        case "referral.ReferralRevoked":
            return "revocation_pending" if state == "accepted" else "revoked"
    return state
