"""Acts on the exhibit E-1 for the stories of custody: who does what, with times that run forward."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from domain.case import Case
from unit.domain.story import CLOCK, COURT, HOSPITAL, INDICATED, POLICE, PROSECUTOR, Act, act, take, uid

LAB = "mn.nifs"
NUMBER, IMAGE = "E-1", "E-1.1"
SEAL, OTHER_SEAL = "S-1", "S-2"
TAG, OTHER_TAG = "T" * 43, "U" * 43


def clock(hour: int, minute: int = 0, day: int = 2) -> str:
    """An instant of March 2026."""
    return f"2026-03-{day:02}T{hour:02}:{minute:02}:00.000000Z"


class Warrant(NamedTuple):
    """A warrant as the investigation has it."""

    authorization_type: str
    valid_from: str
    valid_to: str


class Order(NamedTuple):
    """An examination order as the investigation has it."""

    exhibits: tuple[str, ...]
    to_agency: str
    due_at: str | None = None


@dataclass(frozen=True)
class CaseWithOrders(Case):
    """A case with what the investigation puts on record."""

    authorizations: Mapping[str, Any] = field(default_factory=dict)
    orders: Mapping[str, Any] = field(default_factory=dict)


WARRANTS = {uid("warrant"): Warrant("search", clock(0), clock(7)), uid("arrest"): Warrant("arrest", clock(0), clock(7))}
ORDERS = {
    uid("order"): Order((NUMBER,), LAB),
    uid("late order"): Order((NUMBER,), LAB, clock(6, 30)),
    uid("other"): Order((NUMBER,), HOSPITAL),
}


def opened(acts: list[Act]) -> CaseWithOrders:
    """An open case with warrants and orders, after acts that must all be admitted."""
    state = CaseWithOrders(uid("case"), authorizations=WARRANTS, orders=ORDERS)
    for done in [INDICATED, *acts]:
        state, _ = take(state, done)
    return state


def by(agency: str, done: Act, **data: Any) -> Act:
    """The same act by another agency, or with other data."""
    return act(done.type, agency, time=done.time, **{**done.data, **data})


COLLECTED = act(
    "custody.ExhibitCollected", POLICE, time=clock(1), method="handed_in", collected_at=clock(1), holder="p-1"
)
DIGITAL = by(POLICE, COLLECTED, media_tag=TAG)
SEALED = act("custody.ExhibitSealed", POLICE, time=clock(2), seal_number=SEAL)
RELEASED = act(
    "custody.CustodyReleased", POLICE, time=clock(4), to_agency=LAB, to_holder="l-1", released_at=clock(4), seals=[SEAL]
)
RECEIVED = act(
    "custody.CustodyReceived", LAB, time=clock(5), holder="l-1", leg="outward", received_at=clock(5),
    seal_checks=["intact"], seals=[SEAL], conditions=["good"],
)  # fmt: skip
REFUSED = act("custody.CustodyRefused", LAB, time=clock(5), reason="no_storage")
RETURNED = by(POLICE, RECEIVED, leg="return", holder="p-2", received_at=clock(6))
WITHDRAWN = act("custody.TransferWithdrawn", POLICE, time=clock(5), reason="not_sent")
OVERDUE = act("custody.TransferOverdueMarked", CLOCK, time=clock(9, day=3), leg="outward", due_at=clock(9, day=3))
UNSEALED = act("custody.ExhibitUnsealed", LAB, time=clock(6), old_seal=SEAL, reason="examination")
STORED = act("custody.ExhibitStored", POLICE, time=clock(3), store_ref="room-1")
ACCESSED = act("custody.ExhibitAccessed", POLICE, time=clock(3), by_role="custodian", purpose="inventory")
EXAMINED = act(
    "custody.ExhibitExamined", LAB, time=clock(7), order_id=uid("order"), started_at=clock(6, 20), ended_at=clock(7)
)
DERIVED = act(
    "custody.DerivedExhibitCreated", LAB, time=clock(7), exhibit_number=IMAGE, parent_exhibit=NUMBER,
    root_exhibit=NUMBER, derivation="acquired", method="physical_image", holder="l-1", media_tag=TAG,
)  # fmt: skip
VERIFIED = act("custody.IntegrityVerified", POLICE, time=clock(3), tag=TAG, match=True)
CHANGED = act("custody.UnavoidableChangeRecorded", POLICE, time=clock(3), tag_before=TAG, tag_after=OTHER_TAG)
REPORTED = act("custody.LabReportIssued", LAB, time=clock(8), order_id=uid("order"), kind="opinion", reviewed_by="l-9")
LOST = act("custody.ExhibitLost", POLICE, time=clock(3), noticed_at=clock(3), last_seen=clock(2))
FOUND = act(
    "custody.ExhibitFound", POLICE, time=clock(6), found_at=clock(6), condition="good", seal_number=SEAL, holder="p-3"
)
HELD = act("custody.HoldPlaced", PROSECUTOR, reason="open_proceedings")
LIFTED = act("custody.HoldLifted", PROSECUTOR, reason="over")
PRODUCED = act("custody.ExhibitProducedInCourt", PROSECUTOR, time=clock(8))
ADMITTED = act("custody.ExhibitAdmissionDecided", COURT, admitted=True, reason="relevant_and_intact")
ORDERED = act("custody.DispositionOrdered", COURT, disposition="returned", recipient_kind="owner", after_imaging=False)
DISPOSED = act(
    "custody.ExhibitDisposed", POLICE, time=clock(8), disposition="returned", recipient_kind="owner",
    order_id=uid("disposition_order_id"),
)  # fmt: skip
DECLARED = act("custody.CustodyBreakDeclared", HOSPITAL, break_code="ACCESS_WITHOUT_AUTHORITY")
EXPLAINED = act("custody.BreakExplained", POLICE, explanation_kind="clerical_error")
REFERENCED = act("custody.ExhibitReferenced", POLICE, home_case=uid("home"), purpose="court")

KEPT = [COLLECTED, SEALED]
AT_LAB = [*KEPT, RELEASED, RECEIVED]
TO_COURT = by(LAB, RELEASED, transfer_id=uid("second"), to_agency=PROSECUTOR, to_holder="pr-1", released_at=clock(6))
AT_PROSECUTOR = [
    *AT_LAB,
    TO_COURT,
    by(PROSECUTOR, RECEIVED, transfer_id=uid("second"), holder="pr-1", received_at=clock(7)),
]
