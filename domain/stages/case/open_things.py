"""A case is closed when nothing in it is open: what that means for each stage stands in one table.

A suspended investigation is open: what nobody looks for any more is not done. So is an action of the task force that
its owner has not completed, and an event that waits for approval. Called by the rule `nothing open in the case` and,
for proceedings and holds, by the stage privacy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple


class OpenThing(NamedTuple):
    """Things of one field of the state: `code` refuses the closing while `is_open` holds for any of them."""

    code: str
    field: str
    is_open: Callable[[Any], bool]


def _in(*states: str) -> Callable[[Any], bool]:
    def is_open(thing: Any) -> bool:
        return thing.state in states

    return is_open


def _is_open(thing: Any) -> bool:
    return bool(thing.is_open)


def _not_ended(thing: Any) -> bool:
    return not thing.ended


def _waits(thing: Any) -> bool:
    return True


PROCEEDINGS = (
    OpenThing("closing.investigation_open", "investigations", _in("open", "suspended")),
    OpenThing("closing.proceedings_open", "investigations", _in("handed_over", "with_prosecutor", "before_court")),
    OpenThing("closing.proceedings_open", "judgments", _in("verdict", "appeal_decided")),
    OpenThing("closing.proceedings_open", "appeals", _is_open),
)
HOLD = OpenThing("privacy.hold_in_place", "holds", _is_open)

OPEN_THINGS = (
    OpenThing("closing.referral_open", "referrals", _in("requested", "unavailable", "accepted")),
    OpenThing("closing.care_episode_open", "care_episodes", _is_open),
    OpenThing("closing.child_missing", "missing", _is_open),
    OpenThing("closing.flag_open", "flags", _is_open),
    OpenThing("closing.child_detained", "detentions", _not_ended),
    OpenThing("closing.transfer_open", "transfers", _is_open),
    *PROCEEDINGS,
    OpenThing("closing.complaint_open", "complaints", _is_open),
    OpenThing("closing.enforcement_open", "enforcements", _is_open),
    OpenThing("closing.action_open", "actions", _is_open),
    OpenThing("closing.approval_open", "awaiting", _waits),
)
"""What keeps a case open, in the order in which it is asked; a return leg is part of its transfer."""


def is_open(case: Any, thing: OpenThing) -> bool:
    """Whether anything of this row is open in the case; a stage that has no such field has no such thing."""
    return any(thing.is_open(each) for each in getattr(case, thing.field, {}).values())


def open_things(case: Any) -> Iterator[str]:
    """The codes of what is open in the case, in the order of the table."""
    return (thing.code for thing in OPEN_THINGS if is_open(case, thing))


def proceedings(case: Any) -> bool:
    """Whether any proceedings are open in the case, from the first investigation to the last judgment."""
    return any(is_open(case, thing) for thing in PROCEEDINGS)


def holds(case: Any) -> bool:
    """Whether an exhibit of the case is under a hold."""
    return is_open(case, HOLD)
