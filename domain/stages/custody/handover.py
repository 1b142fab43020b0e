"""A hand-over has two phases: the release names the receiver, and only the receiver's acknowledgement moves custody.

Here stand the breaks of both phases, with seal and hash compared again at each: a receipt that no release names is a
claim and moves nothing; a refusal opens a return leg; what is not acknowledged in time is marked by the clock. A
release by somebody who is not custodian stands beside its break: two have stated the hand-over, and the record says who
holds the exhibit. Called by `domain.stages.custody.admit`; the folds read from the breaks whether custody moved.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from domain.event import Event
from domain.profile import deadline
from domain.refusals import Refusal
from domain.stages.custody.breaks import Gap, began, exhibit, numbers, one, stated
from domain.stages.custody.state import Claim, Exhibit, Item, Transfer
from domain.stages.rules import Context, shifted

if TYPE_CHECKING:
    from domain.case import Case

Found = dict[str, list[Gap]]


class Checked(NamedTuple):
    """What a receiver says of one exhibit: the check of its seal, the seal and the tag that it read, the condition."""

    check: str | None
    seal: str | None
    tag: str | None
    condition: str | None


def checked(event: Event, number: str) -> Checked:
    """What a receipt says of the exhibit, from its lists in the order of the exhibits."""
    index, data = numbers(event).index(number), event.data
    return Checked(
        stated(data["seal_checks"], index),
        stated(data.get("seals"), index),
        stated(data.get("tags"), index),
        stated(data["conditions"], index),
    )


def claim_of(case: Case, event: Event, number: str) -> Claim | None:
    """The claim that this release completes: the receiver that it names has acknowledged before."""
    wanted = (number, event.data["transfer_id"], event.data["to_agency"], event.data["to_holder"])
    for claim in case.custody_claims:
        if (claim.exhibit_number, claim.transfer_id, claim.agency, claim.holder) == wanted:
            return claim
    return None


def released(case: Case, event: Event) -> Found:
    """The breaks of a release. Raises Refusal `id.already_minted` for a transfer that was released before."""
    if event.data["transfer_id"] in case.transfers:
        raise Refusal("id.already_minted", "data.transfer_id")
    return {number: [*_released(case, event, number, i)] for i, number in enumerate(numbers(event))}


def _released(case: Case, event: Event, number: str, index: int) -> list[Gap]:
    before, data = exhibit(case, number), event.data
    seal, tag = stated(data.get("seals"), index), stated(data.get("tags"), index)
    excused = "integrity_reason" in data
    gaps = []
    if before.custodian != event.publisher:
        gaps.append(Gap("RELEASER_NOT_CUSTODIAN"))
    if before.state == "in_transit":
        gaps.append(Gap("RELEASE_WITHOUT_RECEIPT", before.latest, began(event)))
    if seal and before.seal and seal != before.seal:
        gaps.append(Gap("SEAL_MISMATCH"))
    if tag and before.tag and tag != before.tag:
        gaps.append(Gap("HASH_MISMATCH"))
    if before.tag and not tag and not excused:
        gaps.append(Gap("HASH_MISSING_AT_TRANSFER"))
    if not (seal or before.seal or tag or excused):
        gaps.append(Gap("RELEASED_WITHOUT_INTEGRITY"))
    return gaps + _order(case, event, number, before)


def _order(case: Case, event: Event, number: str, before: Exhibit) -> list[Gap]:
    """A release lies after the last act on the exhibit, and before the receipt that came in ahead of it."""
    at, claim = began(event), claim_of(case, event, number)
    if at < before.latest or (claim is not None and claim.received_at < at):
        return [Gap("TIME_REVERSAL")]
    return _late(at, claim.received_at) if claim is not None else []


def _late(left: str, arrived: str) -> list[Gap]:
    """Nobody accounts for an exhibit that was under way for longer than a receipt may take."""
    overdue = arrived > shifted(left, deadline("transfer_receipt"))
    return [Gap("TIME_GAP", left, arrived)] if overdue else []


def received(case: Case, event: Event) -> Found:
    """The breaks of a receipt, on either leg."""
    transfer = case.transfers.get(event.data["transfer_id"])
    return {number: _received(case, event, number, transfer) for number in numbers(event)}


def _received(case: Case, event: Event, number: str, transfer: Transfer | None) -> list[Gap]:
    before, at, leg = exhibit(case, number), event.data["received_at"], event.data["leg"]
    item = transfer.items.get(number) if transfer is not None else None
    gaps = []
    if transfer is None or item is None or item.state != leg:
        gaps.append(Gap("RECEIPT_WITHOUT_RELEASE", before.latest, at))
        item = None
    elif not _named(event, transfer, item):
        gaps.append(Gap("RECEIVER_NOT_NAMED_RECIPIENT"))
    gaps += _seals(before, item, checked(event, number)) + _hashes(before, item, checked(event, number))
    if at < before.latest:
        gaps.append(Gap("TIME_REVERSAL"))
    elif item is not None:
        gaps += _late(item.leg_from, at)
    return gaps


def _named(event: Event, transfer: Transfer, item: Item) -> bool:
    """Whether the release names this receiver: agency and holder outward, the sender's agency on the way back.

    Within one agency the holder tells sender and receiver apart, so the return is acknowledged by who released it.
    """
    holder = event.data["holder"]
    if event.data["leg"] == "outward":
        return (event.publisher, holder) == (transfer.to_agency, transfer.to_holder)
    inside = transfer.from_agency == transfer.to_agency
    return event.publisher == transfer.from_agency and (not inside or holder == item.from_holder)


def _seals(before: Exhibit, item: Item | None, said: Checked) -> list[Gap]:
    """The seal that the receiver found against the one of the release, or of the record."""
    expected = (item.seal if item is not None else None) or before.seal
    differs = said.check == "differs" or (said.seal is not None and said.seal != expected)
    gaps = [Gap("SEAL_MISMATCH")] if differs else []
    missing = said.check in ("none_used", None) and said.seal is None
    if said.check == "broken" or (expected is not None and (missing or said.condition == "opened")):
        gaps.append(Gap("SEAL_OPENED_UNRECORDED"))
    return gaps


def _hashes(before: Exhibit, item: Item | None, said: Checked) -> list[Gap]:
    """The tag that the receiver computed against the reference; none at all needs the reason of the release."""
    expected = before.tag or (item.tag if item is not None else None)
    if expected is None:
        return []
    if said.tag is not None:
        return [Gap("HASH_MISMATCH")] if said.tag != expected else []
    return [] if item is not None and item.excused else [Gap("HASH_MISSING_AT_TRANSFER")]


def refused(case: Case, event: Event) -> tuple[Found, tuple[str, ...]]:
    """The breaks of a refusal, and the exhibits that were not under way to anybody."""
    transfer = case.transfers.get(event.data["transfer_id"])
    outward = transfer.under_way("outward") if transfer is not None else ()
    found: Found = {}
    for number in numbers(event):
        found[number] = [Gap("TIME_REVERSAL")] if began(event) < exhibit(case, number).latest else []
        if transfer is not None and transfer.to_agency != event.publisher:
            found[number].append(Gap("RECEIVER_NOT_NAMED_RECIPIENT"))
    return found, tuple(number for number in numbers(event) if number not in outward)


def overdue(case: Case, event: Event, context: Context) -> Found:
    """The breaks that the clock states of a leg which nobody has acknowledged, once for each leg.

    Raises Refusal `clock.moot` for a leg that is not under way, is marked already, or is not due yet.
    """
    leg, transfer = event.data["leg"], case.transfers[event.data["transfer_id"]]
    since = transfer.since(leg)
    if since is None or leg in transfer.overdue or event.data["due_at"] < shifted(since, deadline("transfer_receipt")):
        raise Refusal("clock.moot")
    return {number: [Gap("RELEASE_WITHOUT_RECEIPT")] for number in transfer.under_way(leg)}


def found_again(case: Case, event: Event) -> tuple[Found, bool]:
    """The breaks of a find, and whether anything was lost: a finder other than the custodian is a break."""
    number, data = event.data["exhibit_number"], event.data
    before = exhibit(case, number)
    gone = before.state in ("lost", "disposed")
    gaps = [Gap("TIME_GAP", before.last_seen, data["found_at"])] if gone else []
    if before.custodian != event.publisher:
        gaps.append(Gap("HANDLER_NOT_CUSTODIAN"))
    seal = one(data, "seal_number")
    # A seal that was opened on record may lie with the exhibit; one that is on it must be there.
    if seal not in ((before.seal,) if before.seal is not None else (None, before.last_seal)):
        gaps.append(Gap("SEAL_MISMATCH"))
    if before.tag and one(data, "tag") not in (None, before.tag):
        gaps.append(Gap("HASH_MISMATCH"))
    return {number: gaps}, gone
