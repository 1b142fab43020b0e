"""The history of an exhibit as it can be read out in court: plain sentences in the order of the record.

Who collected it, every seal, each hand-over with release and receipt, each break with its code and time and what was
said of it, examinations, production, admission, disposal. Made of the admitted entries of the case and nothing else, so
whoever holds the record reads the same. Pure; called by `tamga exhibit`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from domain.case import Case
from domain.catalogue import by_name
from domain.codes import codes
from domain.event import Recorded
from domain.exhibit_history.words import Language, Words, words
from domain.stages.custody.breaks import FOUND, began
from domain.stages.custody.state import Break, CustodyState, Exhibit
from domain.stages.state import StreamState
from domain.stream import evolve

# What the lists of an event say of one of its exhibits, by the name that the sentences use.
_LISTS = {"seal": "seals", "tag": "tags", "seal_check": "seal_checks", "condition": "conditions"}


@dataclass(frozen=True)
class Line:
    """One event in words: `n` its place in the case, `time` that of the act and `recorded` that of the entry, `found`
    what the ledger stated beside it."""

    n: int
    time: str
    recorded: str
    publisher: str
    type: str
    text: str
    found: tuple[str, ...] = ()


@dataclass(frozen=True)
class History:
    """The history: title, events in order, how things stand, and every break with its explanations."""

    number: str
    title: str
    lines: tuple[Line, ...]
    standing: str
    breaks: tuple[str, ...] = field(default=())

    def text(self) -> list[str]:
        """The whole history, a line each; what was found stands indented below its event."""
        told = [part for line in self.lines for part in (f"{line.text}", *(f"    {each}" for each in line.found))]
        return [self.title, "", *told, "", self.standing, *self.breaks]


def history(entries: Iterable[Recorded], number: str, language: Language = "en") -> History | None:
    """The history of the exhibit from the admitted entries of its case, in order; None when none is about it."""
    said, state, lines = words(language), StreamState(""), list[Line]()
    case = ""
    for recorded in entries:
        case = recorded.event.stream
        state = evolve(state if state.version else StreamState(case), recorded)
        line = _line(said, state, recorded, number)
        if line is not None:
            lines.append(line)
    if not lines or not isinstance(state, Case):
        return None
    found = list(state.breaks_of(number))
    return History(
        number,
        said.phrase("title", number=number, case=case),
        tuple(lines),
        _standing(said, state.exhibits.get(number, Exhibit())),
        tuple(_breaks(said, found)),
    )


def _line(said: Words, state: StreamState, recorded: Recorded, number: str) -> Line | None:
    event, known = recorded.event, by_name.get(recorded.event.type)
    if known is None or not isinstance(state, CustodyState):
        return None
    parent = event.data.get("parent_exhibit") == number and event.data.get("exhibit_number") != number
    if not parent and number not in _about(state, event.data):
        return None
    fields = {"agency": said.agency(event.publisher), "number": str(event.data["exhibit_number"])} if parent else {}
    if parent:
        derivation = said.code("derivation_kind", event.data["derivation"])
        text = said.phrase("derived_from_it", derivation=derivation, holder=event.data["holder"], **fields)
    else:
        own = _own(said, event.data, number) | {"number": number, "agency": said.agency(event.publisher)}
        told = said.sentences(known, event.data, **own)
        if told is None:
            return None
        text = told
    text = said.phrase("opening", at=said.instant(began(event)), text=text)
    late = any(effect.data.get("breach") == "LATE_ENTRY" for effect in recorded.effects)
    added = (said.phrase("late", recorded=said.instant(recorded.at)),) if late else ()
    found = (*_found(said, recorded, number, breaches=not parent), *added)
    return Line(recorded.n, began(event), recorded.at, event.publisher, event.type, text, found)


def _about(state: CustodyState, data: Mapping[str, Any]) -> list[str]:
    """The exhibits that an event is about: those it names, or those of the transfer or hold that it names."""
    named = data.get("exhibit_number")
    if named is not None:
        return named if isinstance(named, list) else [named]
    transfer, hold = state.transfers.get(data.get("transfer_id", "")), state.holds.get(data.get("hold_id", ""))
    return [*(transfer.items if transfer is not None else ()), *(hold.exhibits if hold is not None else ())]


def _own(said: Words, data: Mapping[str, Any], number: str) -> dict[str, str]:
    """What the lists of an event say of this exhibit."""
    named = data.get("exhibit_number")
    index = named.index(number) if isinstance(named, list) else -1
    own = {}
    for name, listed in _LISTS.items():
        values = data.get(listed) or ()
        if 0 <= index < len(values) and values[index] != "-":
            kind = {"seal_check": "seal_check", "condition": "exhibit_condition"}.get(name)
            own[name] = said.code(kind, values[index]) if kind is not None else values[index]
    return own


def _found(said: Words, recorded: Recorded, number: str, *, breaches: bool) -> list[str]:
    found = []
    for effect in recorded.effects:
        data = effect.data
        if effect.type == FOUND and data["exhibit_number"] == number:
            code = data["break_code"]
            found.append(said.phrase("found_break", code=code, word=_word(said, code), break_id=data["break_id"]))
            if "gap_from" in data:
                gap = {name: said.instant(data[name]) for name in ("gap_from", "gap_to")}
                found.append(said.phrase("found_gap", **gap))
        elif effect.type == "ledger.BreachRecorded" and breaches:
            found.append(said.phrase("found_breach", code=data["breach"], word=_word(said, data["breach"])))
    return found


def _word(said: Words, code: str) -> str:
    return said.code("breach_code", code) if code in (codes("breach_code") or ()) else code


def _standing(said: Words, exhibit: Exhibit) -> str:
    where = str(said.raw["where"][exhibit.state])
    holder = exhibit.holder or "-"
    told = where.format_map(
        {"custodian": said.agency(exhibit.custodian), "holder": holder, "home_case": exhibit.home_case}
    )
    return said.phrase("standing", where=told)


def _breaks(said: Words, found: list[tuple[str, Break]]) -> Iterable[str]:
    """Every break with what was said of it: none is left out, explained or not."""
    if not found:
        yield said.phrase("breaks_none")
        return
    explained = sum(bool(each.explanations) for _, each in found)
    yield said.phrase("breaks_some", count=len(found), explained=explained)
    for _, each in found:
        parts = [said.phrase("break_declared", agency=said.agency(each.by))] if each.declared else []
        parts += [
            said.phrase(
                "break_explained",
                agency=said.agency(one.agency),
                time=said.instant(one.time),
                word=said.code("break_explanation", one.kind),
            )
            for one in each.explanations
        ] or [said.phrase("break_open")]
        time, word = said.instant(each.time), _word(said, each.code)
        yield said.phrase("break_line", code=each.code, time=time, word=word, explained=" ".join(parts))
