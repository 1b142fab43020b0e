"""What each member of a room is told: what the entry said, or all that was ever said, as its relations grant it.

What two agencies of the same relations and categories are told is worked out once. A care provider has an alias for
whoever is no party to the event.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from domain import sharing
from domain.event import Effect
from domain.sharing.providers import AGENCY_FIELDS, is_care, is_provider
from projections.entry import Directory, Entry
from projections.room.kept import Kept
from projections.room.said import History
from projections.room.sides import accused_by, sides
from projections.room.state import DENIED, HEARS, IN, REFUSED, Room
from projections.told import REFUSED as A_REFUSAL
from projections.told import Telling, Told


def tellings(before: Room, after: Room, parts: Sequence[Kept], history: History, entry: Entry) -> Iterable[Telling]:
    """What is told to each member who is told anything."""
    now, all_of_it = _Words(parts, after, entry), None
    for agency, (epoch, _, standing) in after.members.items():
        known = before.members.get(agency)
        anew = known is not None and known[0] != epoch
        words = now
        if known is None or anew:
            words = all_of_it = all_of_it or _Words(history.said(), after, entry)
        told = () if standing == DENIED else words.to(agency, standing)
        if told or anew:
            yield Telling(agency, epoch, anew, told, words.types)


def hearing(parts: Iterable[Kept], room: Room, entry: Entry) -> frozenset[str]:
    """The members who are told of one of these events, at least that it happened."""
    words = _Words([*parts], room, entry)
    members = room.members.items()
    return frozenset(agency for agency, (_, _, now) in members if now != DENIED and words.to(agency, now))


class _Words:
    """Events as they are told in a room after an entry."""

    def __init__(self, parts: Sequence[Kept], room: Room, entry: Entry) -> None:
        self._speeches = [_Speech(part, room, entry.partners) for part in parts]
        self._place = (entry.case, entry.partition)
        types = {effect.type for part in parts for effect in part.effects}
        self.types = frozenset({*types, *(A_REFUSAL if part.code else part.type for part in parts)})

    def to(self, agency: str, standing: str) -> tuple[Told, ...]:
        """Those that the agency is told."""
        said = [speech.to(agency, standing, self._place) for speech in self._speeches]
        return tuple(told for told in said if told is not None)


class _Speech:
    """One event as it is told."""

    def __init__(self, part: Kept, room: Room, partners: Directory) -> None:
        self._part, self._room, self._partners = part, room, partners
        self._sides, self._accused = sides(part, room), accused_by(part)
        self._granted: dict[Any, tuple[dict[str, Any], tuple[Effect, ...]] | None] = {}
        self._names: dict[str, str] = {}

    def to(self, agency: str, standing: str, place: tuple[str, int]) -> Told | None:
        """As the agency may see it; None when it may not even know that it happened."""
        part = self._part
        about = (agency, *place, part.pos, part.type, part.id)
        when = (part.time, part.at)
        if agency == part.publisher:
            own = (part.publisher, part.unit, part.actor)
            return Told(*about, *own, *when, part.data, part.effects, "publisher", part.marks, part.code)
        if part.code or standing == REFUSED or agency in self._accused:
            return None
        relations = _HEARING if standing == HEARS else _RELATIONS[agency in self._sides, standing]
        granted = self._grants(relations, self._partners.categories(agency))
        if granted is None:
            return None
        publisher, (data, effects) = part.publisher, granted
        if relations[0] != "counterpart":
            publisher = self._alias(publisher, agency)
            data = self._aliased(part.type, data, agency)
            if effects:
                effects = tuple(Effect(each.type, self._aliased(each.type, each.data, agency)) for each in effects)
        return Told(*about, publisher, "", "", *when, data, effects, relations[0], part.marks)

    def _grants(
        self, relations: tuple[str, ...], categories: frozenset[str]
    ) -> tuple[dict[str, Any], tuple[Effect, ...]] | None:
        """Data and effects as these relations grant them to these categories."""
        key = (relations, categories)
        if key not in self._granted:
            fields = sharing.granted(self._part.type, relations, categories)
            told = None if fields is None else (_only(self._part.data, fields), self._effects(relations, categories))
            self._granted[key] = told
        return self._granted[key]

    def _effects(self, relations: tuple[str, ...], categories: frozenset[str]) -> tuple[Effect, ...]:
        if not self._part.effects:
            return ()
        shown = [(each, sharing.granted(each.type, relations, categories)) for each in self._part.effects]
        return tuple(Effect(each.type, _only(each.data, fields)) for each, fields in shown if fields is not None)

    def _aliased(self, event_type: str, data: dict[str, Any], reader: str) -> dict[str, Any]:
        """The data with aliases in place of care providers."""
        changed: dict[str, Any] = {}
        for field in AGENCY_FIELDS.get(event_type, ()) if data else ():
            value = data.get(field)
            if isinstance(value, str):
                changed[field] = self._alias(value, reader)
            elif value:
                changed[field] = [self._alias(each, reader) for each in value]
        return data | changed if changed else data

    def _alias(self, agency: str, reader: str) -> str:
        """The agency's name, or to others than itself the alias of a care provider."""
        if agency == reader:
            return agency
        name = self._names.get(agency)
        if name is None:
            cares = agency == self._part.publisher and is_care(self._part.type)
            hidden = cares or is_provider(self._partners.categories(agency))
            name = f"care-provider-{self._room.aliases.get(agency, 0)}" if hidden else agency
            self._names[agency] = name
        return name


def _only(data: Any, fields: frozenset[str]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name in fields} if fields else {}


_HEARING = ("category", "hears")
_RELATIONS = {
    (sides, standing): (
        *(("counterpart",) if sides else ()),
        *(lead for lead in standing.split("+") if lead != IN),
        IN,
        "category",
    )
    for sides in (True, False)
    for standing in (IN, "care_lead", "proceedings_lead", "care_lead+proceedings_lead")
}
"""Why a member may see an event, the nearest first."""
