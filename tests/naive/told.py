"""Who is told what: each agency's timeline and standing, worked out anew from the beginning for every entry.

A case is a list of things said. After each entry the whole list is gone through to see who is in the case, who leads,
who is shut out; then what each agency may hear of each thing is looked up in the table of need to know, row by row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from naive.record import CLOCK, TYPES, Said
from naive.situation import Situation, Thing, Told


class Line(NamedTuple):
    """What one entry tells one agency; `anew`: in place of all that it was told before."""

    agency: str
    pos: int
    at: str
    epoch: int
    anew: bool
    told: tuple[Told, ...]


class Case(NamedTuple):
    """A stream in the end: `lines` in order, and how each member stands: (standing, epoch)."""

    stream: str
    partition: int
    lines: list[Line]
    members: dict[str, tuple[str, int]]
    things: list[Thing]

    def heard(self, agency: str) -> list[Told]:
        """What the agency's desk is made of: all that it is told since it was last told anew."""
        found: list[Told] = []
        for line in self.lines:
            if line.agency == agency:
                found = [*([] if line.anew else found), *line.told]
        return found


def cases(ledger: Sequence[Said]) -> list[Case]:
    """Every stream of a ledger in which anybody is told anything."""
    streams: dict[str, list[Said]] = {}
    for said in ledger:
        if counts(said):
            streams.setdefault(said.stream, []).append(said)
    found = [_case(stream, said) for stream, said in streams.items()]
    return [case for case in found if case.members]


def counts(said: Said) -> bool:
    """An event of a case or another stream; or a refusal of an agency's, of which is known what it was about."""
    if said.code:
        known = said.publisher and said.stream and said.type
        return bool(known) and said.publisher != CLOCK and said.code not in ("duplicate", "intake.wrong_partition")
    return said.type != "case.RecordImported"


def _case(stream: str, entries: Sequence[Said]) -> Case:
    # What is said about another entry is no beginning of a stream.
    while entries and TYPES[entries[0].type]["stream"] == "any":
        entries = entries[1:]
    lines: list[Line] = []
    members: dict[str, tuple[str, int]] = {}
    things: list[Thing] = []
    for i, said in enumerate(entries):
        new = _things(i, said, things)
        stood = as_it_stands(things)
        things = [*things, *new]
        now = Situation(things)
        history = as_it_stands(things)
        others = [each for pair in zip(stood, history, strict=False) if pair[0] != pair[1] for each in pair]
        for agency in now.joined:
            stands, before = now.standing(agency), members.get(agency)
            remarked = stands != "denied" and any(now.tells(agency, stands, *each) is not None for each in others)
            anew = before is not None and (remarked or before[0] != stands)
            epoch = before[1] + anew if before else 0
            members[agency] = (stands, epoch)
            words = history if anew or before is None else [each for each in history if each[0].entry == i]
            told = [now.tells(agency, stands, thing, marks) for thing, marks in words] if stands != "denied" else []
            heard = tuple(each for each in told if each is not None)
            if heard or anew:
                lines.append(Line(agency, said.pos, said.at, epoch, anew, heard))
    return Case(stream, entries[0].partition if entries else 0, lines, members, things)


def _things(i: int, said: Said, before: Sequence[Thing]) -> list[Thing]:
    kinds = [effect.type for effect in said.effects]
    if "ledger.ApprovalCompleted" not in kinds:
        return [Thing(i, said, "ledger.ApprovalAwaited" in kinds)]
    at = kinds.index("ledger.ApprovalCompleted")
    of = said.effects[at].data["of"]
    waited = next(thing.said for thing in before if thing.held and thing.said.id == of)
    effective = waited._replace(pos=said.pos, at=said.at, effects=said.effects[at + 1 :])
    return [Thing(i, said._replace(effects=said.effects[: at + 1]), False), Thing(i, effective, False)]


def _mark(about: Said, thing: Thing) -> str:
    """How what is said marks a thing that was said before; '' when it does not."""
    if thing.held or thing.said.code or about.data.get("of") != thing.said.id:
        return ""
    own = about.publisher == thing.said.publisher
    match about.type:
        case "ledger.EventCorrected":
            return "corrected" if own is not bool(about.data.get("successor")) else ""
        case "ledger.EventMisfiled":
            return "misfiled" if own else ""
        case "ledger.EventDisputed":
            return "" if own else "disputed"
    return ""


def as_it_stands(things: Sequence[Thing]) -> list[tuple[Thing, tuple[str, ...]]]:
    """Everything said, with its marks, and with the values that corrections gave it."""
    found = [(thing, {"held"} if thing.held else set[str]()) for thing in things]
    for thing in things:
        if thing.held or not thing.said.type.startswith("ledger."):
            continue
        before = [i for i, each in enumerate(things) if each.entry < thing.entry]
        for i in before:
            mark = _mark(thing.said, things[i])
            if mark:
                found[i] = (_corrected(found[i][0], thing.said) if mark == "corrected" else found[i][0], found[i][1])
                found[i][1].add(mark)
            if mark == "corrected":
                found[i][1].discard("disputed")
                if things[i].said.type == "ledger.EventDisputed":
                    for k in before:
                        if things[k].said.id == found[i][0].said.data.get("of"):
                            found[k][1].discard("disputed")
    return [(thing, tuple(sorted(marks))) for thing, marks in found]


def _corrected(thing: Thing, by: Said) -> Thing:
    data = {name: value for name, value in thing.said.data.items() if name not in by.data.get("replaces", [])}
    return thing._replace(said=thing.said._replace(data=data | by.data.get("clear_values", {})))


def timeline(found: Sequence[Case]) -> Iterator[dict[str, Any]]:
    """A row for everything that anybody is told."""
    for case in found:
        for line in case.lines:
            place = {"agency": line.agency, "partition": case.partition, "pos": line.pos, "case_id": case.stream}
            for n, told in enumerate(line.told or [None], 1):
                own = {"epoch": line.epoch, "anew": int(line.anew and n == 1), "at": line.at}
                yield {**place, "n": n, **own, "told": _written(told) if told is not None else {}}


def _written(told: Told) -> dict[str, Any]:
    effects = [{"type": each.type, "data": each.data} for each in told.effects]
    said = {name: value for name, value in told._asdict().items() if name not in ("agency", "stream")}
    return {**said, "effects": effects, "marks": list(told.marks)}


def access(found: Sequence[Case]) -> Iterator[dict[str, Any]]:
    """How each agency and its officers stand in each stream."""
    for case in found:
        now = Situation(case.things)
        for agency, (standing, epoch) in case.members.items():
            officers = sorted({officer for of, officer in now.roles.values() if of == agency})
            recused = sorted(officer for of, officer in now.recused if of == agency)
            yield {
                "agency": agency, "case_id": case.stream, "standing": standing, "restricted": now.level(),
                "epoch": epoch, "open": int(standing != "denied"), "units": _list(now.units.get(agency, [])),
                "assigned": _list(officers), "recused": _list(recused),
            }  # fmt: skip


def _list(names: Sequence[str]) -> str:
    return "|".join(["", *names, ""]) if names else ""


__all__ = ["Case", "Told", "access", "cases", "timeline"]
