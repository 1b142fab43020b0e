"""What is on record of an exhibit: who is custodian, where it is held, its seal and reference tag, and every break.

The custodian is an agency and the holder (a person or a store, by pseudonym) in it; both change only when a receiver
acknowledges. A break has no field that could clear it: explanations stand beside it. Built by the folds of this stage,
read by its rules, by other stages (`exhibits`, `transfers`, `holds`) and by the clock.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

Where = Literal["unrecorded", "referenced", "held", "in_transit", "lost", "disposed"]
Origin = Literal["collected", "derived", "recorded_interview", "referenced"]


@dataclass(frozen=True)
class Exhibit:
    """An exhibit of the case. `origin` is None while only later acts name it; `seal` is the serial on it now, `tag` the
    reference to which hashes are compared; `last_at` is the latest time of an act on it, `worked_until` the latest end
    of an examination or derivation (these may overlap one another), `last_seen` when it was last known to be somewhere
    before a loss or disposal; `hearings` holds what a court decided where it was produced, `dispositions` the orders
    about it. `home_case` is set where the exhibit is only referenced and its custody stays elsewhere."""

    state: Where = "unrecorded"
    custodian: str | None = None
    holder: str | None = None
    origin: Origin | None = None
    kind: str | None = None
    seal: str | None = None
    last_seal: str | None = None
    tag: str | None = None
    last_at: str = ""
    worked_until: str = ""
    last_seen: str = ""
    parent: str | None = None
    root: str | None = None
    owner_victim: str | None = None
    home_case: str | None = None
    hearings: Mapping[str, Literal["produced", "admitted", "not_admitted"]] = field(default_factory=dict)
    dispositions: tuple[str, ...] = ()

    @property
    def latest(self) -> str:
        """The latest time of anything done to it."""
        return max(self.last_at, self.worked_until)


ItemState = Literal["outward", "return", "received", "returned", "withdrawn", "superseded"]


@dataclass(frozen=True)
class Item:
    """An exhibit within a transfer, with the seal and tag that its release states. `leg_from` is when the leg under way
    began (release or refusal): from then on the receipt falls due."""

    state: ItemState
    from_holder: str | None
    leg_from: str
    seal: str | None = None
    tag: str | None = None
    excused: bool = False


@dataclass(frozen=True)
class Transfer:
    """A hand-over of one or many exhibits, as released; `overdue` holds the legs that the clock has marked."""

    from_agency: str
    to_agency: str
    to_holder: str
    purpose: str
    items: Mapping[str, Item]
    overdue: frozenset[str] = frozenset()

    def under_way(self, leg: str) -> tuple[str, ...]:
        """The exhibits that are under way on the leg, `outward` or `return`."""
        return tuple(number for number, item in self.items.items() if item.state == leg)

    def since(self, leg: str) -> str | None:
        """The time from which the receipt on this leg falls due; None when nothing is under way on it."""
        return min((item.leg_from for item in self.items.values() if item.state == leg), default=None)

    @property
    def is_open(self) -> bool:
        """Whether an exhibit of it is under way, outward or on the return leg."""
        return any(item.state in ("outward", "return") for item in self.items.values())


@dataclass(frozen=True, slots=True)
class Claim:
    """A receipt that no release names: it changes no custodian until the release with its transfer id follows."""

    exhibit_number: str
    transfer_id: str | None
    agency: str
    holder: str
    received_at: str


@dataclass(frozen=True)
class Hold:
    """A hold on exhibits; each is lifted by itself."""

    exhibits: frozenset[str]
    agency: str
    reason: str
    is_open: bool = True


@dataclass(frozen=True)
class Disposition:
    """An order to dispose of exhibits or to return them."""

    exhibits: frozenset[str]
    disposition: str
    recipient_kind: str
    after_imaging: bool


@dataclass(frozen=True)
class LabReport:
    """A report of a laboratory; one that is superseded stays."""

    agency: str
    exhibits: frozenset[str]
    kind: str
    order_id: str | None
    issued_at: str
    superseded_by: str | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """What an agency says of a break; the break stands."""

    agency: str
    kind: str
    time: str


@dataclass(frozen=True)
class Break:
    """A break of an exhibit's chain: `by` is the agency whose act it was, `custodian` the one at that time, `event` the
    act, `declared` whether a person found it."""

    exhibit_number: str
    code: str
    by: str
    custodian: str | None
    event: str
    time: str
    declared: bool = False
    explanations: tuple[Explanation, ...] = ()


@dataclass(frozen=True)
class CustodyState:
    """Exhibits by number; transfers, holds, disposition orders, lab reports and breaks by id; claims in order."""

    exhibits: Mapping[str, Exhibit] = field(default_factory=dict)
    transfers: Mapping[str, Transfer] = field(default_factory=dict)
    holds: Mapping[str, Hold] = field(default_factory=dict)
    dispositions: Mapping[str, Disposition] = field(default_factory=dict)
    lab_reports: Mapping[str, LabReport] = field(default_factory=dict)
    breaks: Mapping[str, Break] = field(default_factory=dict)
    custody_claims: tuple[Claim, ...] = ()

    def breaks_of(self, exhibit_number: str) -> Iterator[tuple[str, Break]]:
        """The breaks of an exhibit with their ids, in the order of the record."""
        return ((key, found) for key, found in self.breaks.items() if found.exhibit_number == exhibit_number)
