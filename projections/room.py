"""`rooms`: who is in a case and what was said there; it decides, entry by entry, what each agency is told.

A room is a stream's own: its members, the two leads, the other side of each subject, restrictions, accused agencies,
officers, the aliases of care providers, and every event as it stands now. What an agency is told follows from its
relation to the event by `domain.sharing`. When its standing changes, or an event is corrected, disputed or misfiled,
the case is told to it anew, under what it may see now; what it was told before stays in its timeline's earlier epoch.
Desks, timeline, access and feeds fold what this fold says, so it comes first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Annotated, Any, NamedTuple

import orjson

from domain import sharing
from domain.catalogue import by_name
from domain.event import Effect
from domain.stages.ledger.approvals import AWAITED, COMPLETED
from domain.stages.ledger.duties_said import CLOCK
from domain.stream import concerned
from projections.access import AccessRow
from projections.engine import Key, Row
from projections.entry import Directory, Entry
from projections.told import CORRECTED, DISPUTED, HELD, MISFILED, Json, Telling, Told

_ABOUT = {"ledger.EventCorrected": CORRECTED, "ledger.EventDisputed": DISPUTED, "ledger.EventMisfiled": MISFILED}


class RoomRow(NamedTuple):
    """The room itself (`pos` -1), or what an entry said (`i` 1: an event that takes effect by this approval)."""

    stream: Annotated[str, "the stream"]
    pos: Annotated[int, "position of the entry; -1 for the room itself"]
    i: Annotated[int, "0; 1 for the event that takes effect by the approval at this position"]
    kept: Annotated[Json, "what the entry said, as corrected; or who stands where"]


class Kept(NamedTuple):
    """An event as it stands now, or with `code` a refusal of its publisher's; JSON in `RoomRow.kept`."""

    pos: int
    at: str
    id: str
    publisher: str
    type: str
    time: str
    unit: str
    actor: str
    data: Mapping[str, Any]
    effects: tuple[Effect, ...]
    marks: tuple[str, ...] = ()
    code: str = ""


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


name = "rooms"
row = RoomRow
keys = 3
group = "stream"
reads = "nobody"

_STATE = (-1, 0)
_REFUSED, _HEARS, _IN = "refused", "category", "in_case"
_DENIED = "denied"


def groups(entry: Entry) -> Iterable[str]:
    """The stream of an operational event, or that which a refused submission named."""
    refused, recorded = entry.refused, entry.recorded
    if refused is not None:
        told = refused.stream and refused.type and refused.code != "intake.wrong_partition"
        return (refused.stream,) if told and refused.publisher != CLOCK else ()
    return () if recorded is None or recorded.event.type == "case.RecordImported" else (entry.stream,)


def evolve(rows: Mapping[Key, Row], entry: Entry) -> Iterable[Row]:
    """The rows that the entry changes; what each agency is told by it is added to `entry.tellings`."""
    stream = entry.case
    state = rows.get((stream, *_STATE))
    room = _read(state[-1]) if state is not None else Room()
    parts = _parts(entry, rows)
    if state is None and parts[0].type in _ANYWHERE:
        # An event about another entry is no first entry of a stream.
        return
    after = room
    for part in parts:
        after = _after(after, part, entry)
    remarked = _remarked(rows, parts)
    after = _standing(room, after, anew=bool(remarked))
    changed = {(part.pos, i): part for i, part in enumerate(parts)} | remarked
    yield from (RoomRow(stream, *at, _written(part)) for at, part in changed.items())
    if after is not room:
        yield RoomRow(stream, *_STATE, orjson.dumps(list(after)).decode())
        entry.access.extend(_access(after, stream))
    entry.tellings.extend(_tellings(room, after, parts, rows, changed, entry))


_ANYWHERE = frozenset(known.name for known in by_name.values() if known.stream == "any")


# -- what an entry says -----------------------------------------------------------------------------------------------


def _parts(entry: Entry, rows: Mapping[Key, Row]) -> list[Kept]:
    """The event, and behind it the one that takes effect by it; or the refusal."""
    if entry.refused is not None:
        r = entry.refused
        return [Kept(entry.pos, r.at, r.event, r.publisher, r.type, r.at, "", "", {}, (), (), r.code)]
    assert entry.recorded is not None
    event, at, effects = entry.recorded.event, entry.recorded.at, entry.recorded.effects
    ends = next((i + 1 for i, effect in enumerate(effects) if effect.type == COMPLETED), len(effects))
    marks = (HELD,) if any(effect.type == AWAITED for effect in effects) else ()
    own = (event.id, event.publisher, event.type, event.time, event.unit, event.actor, event.data)
    said = [Kept(entry.pos, at, *own, effects[:ends], marks)]
    if ends and effects and effects[ends - 1].type == COMPLETED:
        of = effects[ends - 1].data["of"]
        held = next(kept for kept in map(_kept_of, rows.values()) if kept.id == of and HELD in kept.marks)
        said.append(held._replace(pos=entry.pos, at=at, effects=effects[ends:], marks=()))
    return said


def _remarked(rows: Mapping[Key, Row], parts: Iterable[Kept]) -> dict[tuple[int, int], Kept]:
    """Earlier events as they stand after a correction, a dispute or a misfiling that takes effect."""
    changed: dict[tuple[int, int], Kept] = {}
    for part in parts:
        mark = _ABOUT.get(part.type)
        if mark is None or HELD in part.marks or part.code:
            continue
        for key, each in rows.items():
            if key[1] < 0:
                continue
            at = (key[1], key[2])
            kept = changed.get(at) or _kept(each[-1])
            if _is_meant(part, kept, mark):
                changed[at] = _marked(kept, part, mark)
        changed |= _undisputed(rows, part, changed)
    return changed


def _is_meant(about: Kept, kept: Kept, mark: str) -> bool:
    if kept.id != about.data.get("of") or kept.code or HELD in kept.marks:
        return False
    if mark == DISPUTED or (mark == CORRECTED and about.data.get("successor")):
        return kept.publisher != about.publisher
    return kept.publisher == about.publisher


def _marked(kept: Kept, about: Kept, mark: str) -> Kept:
    marks = tuple(sorted({*kept.marks, mark}))
    if mark != CORRECTED:
        return kept._replace(marks=marks)
    replaced = frozenset(about.data.get("replaces", ()))
    data = {name: value for name, value in kept.data.items() if name not in replaced}
    marks = tuple(each for each in marks if each != DISPUTED)
    return kept._replace(data=data | dict(about.data.get("clear_values", {})), marks=marks)


def _undisputed(
    rows: Mapping[Key, Row], about: Kept, changed: Mapping[tuple[int, int], Kept]
) -> dict[tuple[int, int], Kept]:
    """What a dispute was about, when the dispute itself is corrected away."""
    if about.type != "ledger.EventCorrected":
        return {}
    of = {kept.data.get("of") for kept in changed.values() if kept.type == "ledger.EventDisputed"}
    found: dict[tuple[int, int], Kept] = {}
    for key, each in rows.items() if of else ():
        kept = _kept(each[-1]) if key[1] >= 0 else None
        if kept is not None and kept.id in of and DISPUTED in kept.marks:
            found[(key[1], key[2])] = kept._replace(marks=tuple(m for m in kept.marks if m != DISPUTED))
    return found


# -- who stands where -------------------------------------------------------------------------------------------------


def _after(room: Room, part: Kept, entry: Entry) -> Room:
    """The room after one event that takes effect, or after a refusal (which brings its sender to hear of it)."""
    if part.code or HELD in part.marks:
        return _joined(room, (part.publisher,), _REFUSED if part.code else _IN)
    assert entry.recorded is not None
    changes: dict[str, Any] = {}
    for effect in part.effects:
        if effect.type == "case.LeadsAssigned":
            changes |= {"care": effect.data["care"], "proceedings": effect.data["proceedings"]}
    change = _CHANGES.get(part.type)
    if change is not None:
        changes |= change(room, part)
    parties = _parties(room, part)
    if parties:
        changes["parties"] = {**room.parties, **parties}
    if part.unit and part.unit not in room.units.get(part.publisher, ()):
        units = (*room.units.get(part.publisher, ()), part.unit)
        changes["units"] = {**room.units, part.publisher: units}
    if changes:
        room = room._replace(**changes)
    room = _joined(room, concerned(entry.recorded), _IN)
    return _heard(room, part.type, entry.partners)


def _joined(room: Room, agencies: Iterable[str], base: str) -> Room:
    """`agencies` come in; who only heard of the case before takes part in it now."""
    new = {}
    for agency in sorted(agencies):
        before = room.members.get(agency)
        if before is None or (base == _IN != before[1]):
            new[agency] = (before[0] if before else 0, base, before[2] if before else base)
    return room._replace(members={**room.members, **new}) if new else room


def _heard(room: Room, event_type: str, partners: Directory) -> Room:
    """Who hears of such an event without taking part in the case."""
    categories = sharing.categories_told().get(event_type)
    return _joined(room, partners.holding(categories), _HEARS) if categories else room


def _cleared(room: Room, part: Kept) -> dict[str, Any]:
    data = part.data
    if data["level"] == "none":
        return {"restriction": None, "cleared": room.accused}
    shut, let_in = data.get("excluded_agencies", ()), data.get("admitted_agencies", ())
    return {"restriction": (data["level"], tuple(shut), tuple(let_in))}


def _accused(room: Room, part: Kept) -> dict[str, Any]:
    named = _accused_by(part)
    if not named:
        return {}
    return {
        "accused": tuple(sorted({*room.accused, *named})),
        "cleared": tuple(agency for agency in room.cleared if agency not in named),
    }


def _accused_by(part: Kept) -> tuple[str, ...]:
    """The agencies whose official the event accuses."""
    if part.type == "identification.IndicatorReported":
        return tuple(part.data.get("accused_agencies", ()))
    if part.type == "investigation.SuspectIdentified" and part.data.get("official_complicity"):
        return (part.data["accused_agency"],) if "accused_agency" in part.data else ()
    return ()


def _assigned(room: Room, part: Kept) -> dict[str, Any]:
    officer = (part.publisher, part.data["officer"])
    return {
        "assigned": {**room.assigned, part.data["role"]: officer},
        "recused": tuple(each for each in room.recused if each != officer),
    }


def _recused(room: Room, part: Kept) -> dict[str, Any]:
    officer = (part.data.get("officer_agency", part.publisher), part.data["officer"])
    return {
        "recused": tuple(sorted({*room.recused, officer})),
        "assigned": {role: holder for role, holder in room.assigned.items() if holder != officer},
    }


_CHANGES = {
    "case.Restricted": _cleared,
    "case.OfficerAssigned": _assigned,
    "case.OfficerRecused": _recused,
    "identification.IndicatorReported": _accused,
    "investigation.SuspectIdentified": _accused,
}
_ADDRESSING = ("to_agency", "owner_agency")
_PEOPLE = frozenset({"victim_id", "defendant_id", "case_id", "body_id", "programme_id", "party_id"})


def _parties(room: Room, part: Kept) -> dict[str, tuple[str, ...]]:
    """The two sides of a subject that the event puts to another agency."""
    to = next((part.data[name] for name in _ADDRESSING if name in part.data), None)
    if to is None:
        return {}
    sides = {part.publisher, to}
    found = {}
    for subject in _subjects(part):
        before = room.parties.get(subject, ())
        if not sides <= {*before}:
            found[subject] = tuple(sorted({*before, *sides}))
    return found


@lru_cache(maxsize=512)
def _subject_fields(event_type: str) -> tuple[str, ...]:
    """The id fields of a type that can have another side: never a person's and never the stream's own."""
    known = by_name.get(event_type)
    if known is None:
        return ()
    plain = (name.removesuffix("[]").removesuffix("?") for name in (*known.subject, *known.mints))
    return tuple(dict.fromkeys(name for name in plain if name not in _PEOPLE and "victim" not in name))


def _subjects(part: Kept) -> Iterable[str]:
    for field in _subject_fields(part.type):
        value = part.data.get(field)
        if isinstance(value, str):
            yield value
        elif value is not None:
            yield from value


def _denied(room: Room, agency: str) -> bool:
    """Is nothing of the case for this agency: its official is accused, or a decision shuts it out?"""
    if agency in room.accused and agency not in room.cleared:
        return True
    if room.restriction is None:
        return False
    _, shut, let_in = room.restriction
    return agency in shut or bool(let_in and agency not in let_in and agency not in (room.care, room.proceedings))


def _standing(before: Room, room: Room, *, anew: bool) -> Room:
    """Every member where it stands now; one that stands elsewhere than before, or all with `anew`, begins an epoch."""
    members, aliases = {}, room.aliases
    for agency, (epoch, base, _) in room.members.items():
        now = _DENIED if _denied(room, agency) else _where(room, agency) if base == _IN else base
        known = before.members.get(agency)
        begins = known is not None and (anew or known[2] != now)
        members[agency] = (epoch + 1 if begins else epoch, base, now)
        if agency not in aliases:
            aliases = {**aliases, agency: len(aliases) + 1}
    return room if members == room.members else room._replace(members=members, aliases=aliases)


def _where(room: Room, agency: str) -> str:
    if agency == room.care:
        return "care_lead+proceedings_lead" if agency == room.proceedings else "care_lead"
    return "proceedings_lead" if agency == room.proceedings else _IN


# -- what each is told ------------------------------------------------------------------------------------------------


def _tellings(
    room: Room,
    after: Room,
    parts: list[Kept],
    rows: Mapping[Key, Row],
    changed: Mapping[tuple[int, int], Kept],
    entry: Entry,
) -> Iterable[Telling]:
    history: list[Kept] | None = None
    for agency, (epoch, _, standing) in after.members.items():
        known = room.members.get(agency)
        says: Iterable[Kept] = parts
        if known is None or known[0] != epoch:
            if history is None:
                kept = {(key[1], key[2]): _kept(each[-1]) for key, each in rows.items() if key[1] >= 0} | dict(changed)
                history = [kept[at] for at in sorted(kept)]
            says = history
        told = () if standing == _DENIED else tuple(_told(says, agency, standing, after, entry))
        anew = known is not None and known[0] != epoch
        if told or anew:
            yield Telling(agency, epoch, anew, told)


def _told(parts: Iterable[Kept], agency: str, standing: str, room: Room, entry: Entry) -> Iterable[Told]:
    for part in parts:
        told = _tell(part, agency, standing, room, entry)
        if told is not None:
            yield told


def _tell(part: Kept, agency: str, standing: str, room: Room, entry: Entry) -> Told | None:
    """The event as the agency may see it; None when it may not even know that it happened."""
    place = (agency, entry.case, entry.partition, part.pos, part.type, part.id)
    when = (part.time, part.at)
    if agency == part.publisher:
        own = (part.publisher, part.unit, part.actor)
        return Told(*place, *own, *when, part.data, part.effects, "publisher", part.marks, part.code)
    if part.code or standing == _REFUSED or agency in _accused_by(part):
        return None
    relations = _relations(part, agency, standing, room)
    partners = entry.partners
    categories = partners.categories(agency)
    fields = granted(part.type, relations, categories)
    if fields is None:
        return None
    hides = None if "counterpart" in relations else (room, partners, agency)
    data = {name: value for name, value in part.data.items() if name in fields} if fields else {}
    effects = []
    for effect in part.effects:
        shown = granted(effect.type, relations, categories)
        if shown is not None:
            kept = {name: value for name, value in effect.data.items() if name in shown}
            effects.append(Effect(effect.type, _aliased(effect.type, kept, part, hides)))
    publisher = _alias(part.publisher, part, hides)
    aliased = _aliased(part.type, data, part, hides)
    return Told(*place, publisher, "", "", *when, aliased, tuple(effects), relations[0], part.marks)


def _relations(part: Kept, agency: str, standing: str, room: Room) -> tuple[str, ...]:
    """Why the agency may see the event, the nearest first."""
    if standing == _HEARS:
        return ("category",)
    sides = any(part.data.get(name) == agency for name in _ADDRESSING) or any(
        agency in room.parties.get(subject, ()) for subject in _subjects(part)
    )
    return _RELATIONS[sides, standing]


_RELATIONS = {
    (sides, standing): (
        *(("counterpart",) if sides else ()),
        *(lead for lead in standing.split("+") if lead != _IN),
        _IN,
        "category",
    )
    for sides in (True, False)
    for standing in (_IN, "care_lead", "proceedings_lead", "care_lead+proceedings_lead")
}


@lru_cache(maxsize=20_000)
def granted(event_type: str, relations: tuple[str, ...], categories: frozenset[str]) -> frozenset[str] | None:
    """The fields of a type that these relations together grant; None when none of them tells that it happened."""
    grants = [sharing.fields(event_type, relation, categories) for relation in relations]
    told = [fields for fields in grants if fields is not None]
    return frozenset().union(*told) if told else None


_Hides = tuple[Room, Directory, str]


def _alias(agency: str, part: Kept, hides: _Hides | None) -> str:
    """The agency's name, or where it provides care in this case and the reader is no party to it, its alias."""
    if hides is None or agency == hides[2]:
        return agency
    room, partners, _ = hides
    if not is_provider(agency, partners) and not (agency == part.publisher and sharing.is_care(part.type)):
        return agency
    return f"care-provider-{room.aliases.get(agency, 0)}"


def is_provider(agency: str, partners: Directory) -> bool:
    """A shelter, whose name is an address; child protection itself is none."""
    categories = partners.categories(agency)
    return "shelter" in categories and "child_protection" not in categories


def _aliased(event_type: str, data: dict[str, Any], part: Kept, hides: _Hides | None) -> dict[str, Any]:
    """The fields that name agencies, with aliases in place of care providers."""
    for field in sharing.AGENCY_FIELDS.get(event_type, ()) if data else ():
        value = data.get(field)
        if isinstance(value, str):
            data[field] = _alias(value, part, hides)
        elif value:
            data[field] = [_alias(each, part, hides) for each in value]
    return data


def _access(room: Room, stream: str) -> Iterable[AccessRow]:
    """Who of each agency may read its rows of this case."""
    level = room.restriction[0] if room.restriction is not None else ""
    if not level and not {*room.accused} <= {*room.cleared}:
        level = "official_accused"
    for agency, (epoch, _, standing) in room.members.items():
        assigned = sorted({officer for holder, officer in room.assigned.values() if holder == agency})
        recused = sorted(officer for holder, officer in room.recused if holder == agency)
        units = room.units.get(agency, ())
        yield AccessRow(
            agency, stream, standing, level, epoch, int(standing != _DENIED), _list(units), _list(assigned),
            _list(recused),
        )  # fmt: skip


def _list(names: Iterable[str]) -> str:
    """`|a|b|`, searched by `|a|`; '' when there is none."""
    return "".join(f"|{each}" for each in names) + "|" if names else ""


# -- as rows keep it --------------------------------------------------------------------------------------------------


@lru_cache(maxsize=20_000)
def _read(kept: str) -> Room:
    found = orjson.loads(kept)
    restriction = found[6] and (found[6][0], tuple(found[6][1]), tuple(found[6][2]))
    return Room(
        {agency: (epoch, base, standing) for agency, (epoch, base, standing) in found[0].items()},
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


def _written(kept: Kept) -> str:
    return orjson.dumps([*kept[:9], [[e.type, e.data] for e in kept.effects], kept.marks, kept.code]).decode()


def _kept(written: str) -> Kept:
    found = orjson.loads(written)
    effects = tuple(Effect(kind, data) for kind, data in found[9])
    pos, at, id, publisher, kind, time, unit, actor, data = found[:9]
    return Kept(pos, at, id, publisher, kind, time, unit, actor, data, effects, tuple(found[10]), found[11])


def _kept_of(each: Row) -> Kept:
    return _kept(each[-1]) if each[1] >= 0 else _NOBODY


_NOBODY = Kept(-1, "", "", "", "", "", "", "", {}, ())
