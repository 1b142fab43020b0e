"""A story's entries as the projections read them, and what each agency is told by them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from domain.event import Recorded
from domain.profile import AGENCIES
from domain.stages.state import StreamState
from projections import room
from projections.all_views import DESKS, VIEWS, with_rooms
from projections.engine import Group, Row, fold
from projections.entry import Entry, Outcome, Refused
from projections.told import Told
from unit.domain.story import AT, CONTEXT, STREAM, Act, Registry, event, take


class Agencies(Registry):
    """The agencies of the profile, by category too."""

    def holding(self, categories: frozenset[str]) -> tuple[str, ...]:
        """The active agencies that hold one of these categories, by id."""
        return tuple(sorted(a for a in AGENCIES if self.is_active(a) and not categories.isdisjoint(self.categories(a))))


AGENCIES_OF_THE_PROFILE = Agencies()


def entry(pos: int, stream: str, recorded: Recorded | None, refused: Refused | None = None) -> Entry:
    """An entry of partition 0 that answers a submission."""
    answered = None
    if recorded is not None:
        answered = Outcome(pos, recorded.event.publisher, recorded.event.id, "", recorded.at)
    elif refused is not None:
        answered = Outcome(pos, refused.publisher, refused.event, refused.code, refused.at)
    return Entry(0, pos, stream, recorded, refused, answered, AGENCIES_OF_THE_PROFILE, [], [])


def story(acts: Iterable[Act], state: StreamState) -> list[Entry]:
    """The entries of acts that are all admitted."""
    entries = []
    for pos, done in enumerate(acts, start=1):
        state, stated = take(state, done)
        entries.append(entry(pos, state.stream, Recorded(event(done, state.stream), AT, pos, stated)))
    return entries


def in_the_room(entries: Sequence[Entry]) -> dict[str, Group]:
    """The rooms after the entries, whose tellings are then filled."""
    groups: dict[str, Group] = {name: {} for each in entries for name in room.groups(each)}
    fold(room, groups, entries, None)
    return groups


def view_rows(name: str, entries: Sequence[Entry]) -> list[Row]:
    """The rows that a view makes of entries that no room has read yet, in the order of their making."""
    groups: dict[str, dict[str, Group]] = {each: {} for each in with_rooms((name,))}
    for each in entries:
        for view, found in groups.items():
            for group in VIEWS[view].groups(each):
                found.setdefault(group, {})
            fold(VIEWS[view], found, [each], None)
    return [row for group in groups[name].values() for row in group.values()]


def desk_rows(desk: str, entries: Sequence[Entry]) -> list[Row]:
    """The rows of a desk, which are those of a fold of all timelines as they stand at the end."""
    rows = view_rows(desk, entries)
    file = DESKS[desk]
    said = {(told.agency, told.stream) for each in entries for telling in each.tellings for told in telling.told}
    fresh: list[Row] = []
    for agency, stream in said:
        heard = [one for one in told(entries, agency, stream) if file.hears(one)]
        fresh += file.fold({}, heard)[0].values()
    assert sorted(fresh) == sorted(map(tuple, rows))
    return rows


def told(entries: Sequence[Entry], agency: str, stream: str = "") -> list[Told]:
    """What the agency's timeline holds after the entries, of one stream or of all: what the last telling anew began."""
    found: list[Told] = []
    for each in entries:
        for telling in each.tellings:
            if telling.agency == agency and stream in ("", each.case):
                found = [*([] if telling.anew else found), *telling.told]
    return found


__all__ = ["AT", "CONTEXT", "STREAM", "entry", "in_the_room", "story", "told"]
