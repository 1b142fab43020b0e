"""Who stands where in a stream: the room itself, and what standing follows for each of its members.

An agency whose official is accused, or that a decision shuts out, is `denied` and told nothing of the case.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson

REFUSED, HEARS, IN, DENIED = "refused", "category", "in_case", "denied"
"""Only sent what was refused; only hears of it; takes part in it; is told nothing."""


class Room(NamedTuple):
    """Who stands where. `members`: agency → [epoch, how it came, standing]; `parties`: subject id → the agencies on its
    two sides; `restriction`: [level, shut out, let in]; `assigned`: role → [agency, officer]; `aliases`: agency →
    number."""

    members: Mapping[str, tuple[int, str, str]] = {}
    care: str = ""
    proceedings: str = ""
    parties: Mapping[str, tuple[str, ...]] = {}
    accused: tuple[str, ...] = ()
    cleared: tuple[str, ...] = ()
    restriction: tuple[str, tuple[str, ...], tuple[str, ...]] | None = None
    assigned: Mapping[str, tuple[str, str]] = {}
    recused: tuple[tuple[str, str], ...] = ()
    units: Mapping[str, tuple[str, ...]] = {}
    aliases: Mapping[str, int] = {}


def standing(before: Room, room: Room) -> Room:
    """Every member where it stands now; one that stands elsewhere than before begins an epoch."""
    members, aliases = {}, room.aliases
    for agency, (epoch, base, _) in room.members.items():
        now = DENIED if _denied(room, agency) else _where(room, agency) if base == IN else base
        known = before.members.get(agency)
        members[agency] = (epoch + (known is not None and known[2] != now), base, now)
        if agency not in aliases:
            aliases = {**aliases, agency: len(aliases) + 1}
    if members == room.members and aliases is room.aliases:
        return room
    return room._replace(members=members, aliases=aliases)


def told_anew(before: Room, room: Room, hearing: frozenset[str]) -> Room:
    """An epoch begins for these members too, unless one does already or they have only come."""
    members = {}
    for agency, (epoch, base, now) in room.members.items():
        begins = agency in hearing and before.members.get(agency, (None,))[0] == epoch
        members[agency] = (epoch + begins, base, now)
    return room._replace(members=members)


def _denied(room: Room, agency: str) -> bool:
    if agency in room.accused and agency not in room.cleared:
        return True
    if room.restriction is None:
        return False
    _, shut, let_in = room.restriction
    return agency in shut or bool(let_in and agency not in let_in and agency not in (room.care, room.proceedings))


def _where(room: Room, agency: str) -> str:
    if agency == room.care:
        return "care_lead+proceedings_lead" if agency == room.proceedings else "care_lead"
    return "proceedings_lead" if agency == room.proceedings else IN


def written(room: Room) -> str:
    """As a table has it: a JSON array."""
    return orjson.dumps(list(room)).decode()


def read(found: list[Any]) -> Room:
    """What was written, from the parsed array."""
    restriction = found[6] and (found[6][0], tuple(found[6][1]), tuple(found[6][2]))
    return Room(
        {agency: (epoch, base, now) for agency, (epoch, base, now) in found[0].items()},
        found[1],
        found[2],
        {subject: tuple(sides) for subject, sides in found[3].items()},
        tuple(found[4]),
        tuple(found[5]),
        restriction,
        {role: (agency, officer) for role, (agency, officer) in found[7].items()},
        tuple((agency, officer) for agency, officer in found[8]),
        {agency: tuple(units) for agency, units in found[9].items()},
        found[10],
    )
