"""Hand-overs of a bundle: what its actions and records say of who gave what to whom.

The record of an action's result states a release by its giver or a receipt by its receiver; an action that names the
record of a hand-over to its performer, or of something that the performer does not hold, is a receipt. A release that
names no receiver cannot be told. Called by `plan`, action by action in the order of time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from infra.importers.case_uco.actions import Action
from infra.importers.case_uco.bundle import Thing, rewritten
from infra.importers.case_uco.mapping import Table

AT_ONCE = 8
"""Exhibits in one event: what the ledger may find of them fits into one entry."""

_HANDING = frozenset({"release", "receive", "transfer"})

Who = Callable[[str], tuple[str, str]]


@dataclass(frozen=True)
class Step:
    """One phase of a hand-over of exhibits; `other` is the receiver of a release."""

    type: str
    time: str
    transfer_id: str
    things: tuple[Thing, ...]
    performer: str
    other: str | None
    seals: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What tells this step from others of its action."""
        return f"{self.transfer_id}/{self.things[0].record}"

    def data(self, who: Who) -> dict[str, Any]:
        """The event's data."""
        data: dict[str, Any] = {
            "transfer_id": self.transfer_id,
            "exhibit_number": [thing.number for thing in self.things],
        }
        if self.seals:
            data["seals"] = list(self.seals)
        if self.other is None:
            more = {"seal_checks": [], "conditions": [], "holder": who(self.performer)[1], "leg": "outward"}
            return data | more | {"received_at": self.time}
        agency, holder = who(self.other)
        stated = dict.fromkeys(("purpose", "authority", "transport"), "not_stated")
        return data | stated | {"to_agency": agency, "to_holder": holder, "released_at": self.time}


@dataclass
class Hands:
    """Who holds which exhibit as far as the bundle has told, and the releases that are open."""

    table: Table
    id: Callable[..., str]
    holder: dict[Thing, str] = field(default_factory=dict)
    open: dict[Thing, tuple[str, str]] = field(default_factory=dict)

    def of(self, action: Action) -> Iterator[Step | str]:
        """The steps of an action in order; words say what of a hand-over it does not tell."""
        stated = list(self._stated(action))
        yield from stated
        if stated or action.rule.kind not in _HANDING:
            return
        things = tuple(dict.fromkeys(action.inputs or action.results))
        if not things:
            yield "names no exhibit that is numbered"
            return
        receiver = self._receiver(action)
        if self._receives(action, things, receiver):
            yield from self._receipts(action, things)
        elif receiver is not None:
            transfer_id = self.id("transfer", action.node.id)
            yield from self._released(action, things, transfer_id, receiver)
        else:
            yield "names no receiver of the hand-over"

    def _stated(self, action: Action) -> Iterator[Step | str]:
        """What the records of the results say: given by the performer, or taken by the performer."""
        for handed in action.given:
            transfer_id = self.id("transfer", handed.record)
            if handed.receiver == action.performer:
                yield self._received(action, (handed.thing,), transfer_id)
            elif handed.receiver is not None and handed.giver in (None, action.performer):
                yield from self._released(action, (handed.thing,), transfer_id, handed.receiver)
            else:
                yield f"states a hand-over of {handed.thing.number} that its performer neither gave nor took"

    def _receiver(self, action: Action) -> str | None:
        others = action.node.refs(*self.table.properties["receiver"]) or action.node.refs("participant")
        return next((each for each in others if each != action.performer), None)

    def _receives(self, action: Action, things: tuple[Thing, ...], receiver: str | None) -> bool:
        """Whether the performer tells the receipt: by the name, as the one named, or as who did not hold it."""
        if action.rule.kind != "transfer":
            return action.rule.kind == "receive"
        if any(handed.receiver == action.performer for handed in action.taken):
            return True
        if receiver is not None and action.node.refs(*self.table.properties["receiver"]):
            return False
        held = {self.holder.get(thing) for thing in things}
        return (action.performer not in held and held != {None}) or (receiver is None and action.performer not in held)

    def _receipts(self, action: Action, things: tuple[Thing, ...]) -> Iterator[Step]:
        """A receipt for each release that is open; what nobody released is received all the same."""
        by_transfer: dict[str, list[Thing]] = {}
        for thing in things:
            transfer_id = self.open[thing][0] if thing in self.open else self.id("transfer", action.node.id)
            by_transfer.setdefault(transfer_id, []).append(thing)
        for transfer_id, together in by_transfer.items():
            for first in range(0, len(together), AT_ONCE):
                yield self._received(action, tuple(together[first : first + AT_ONCE]), transfer_id)

    def _received(self, action: Action, things: tuple[Thing, ...], transfer_id: str) -> Step:
        for thing in things:
            self.holder[thing] = action.performer
            self.open.pop(thing, None)
        return self._step(action, "custody.CustodyReceived", action.end, transfer_id, things, None)

    def _released(self, action: Action, things: tuple[Thing, ...], transfer_id: str, receiver: str) -> Iterator[Step]:
        for first in range(0, len(things), AT_ONCE):
            part = things[first : first + AT_ONCE]
            own = transfer_id if first == 0 else self.id(transfer_id, str(first))
            self.open |= dict.fromkeys(part, (own, receiver))
            yield self._step(action, "custody.CustodyReleased", action.start, own, part, receiver)

    def _step(
        self, action: Action, kind: str, time: str, transfer_id: str, things: tuple[Thing, ...], other: str | None
    ) -> Step:
        stated = action.node.text(*self.table.properties["seal"])
        seals = (rewritten(stated),) * len(things) if stated else ()
        return Step(kind, time, transfer_id, things, action.performer, other, seals)
