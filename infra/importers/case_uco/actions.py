"""An investigative action as it is read: when, by whom, on which exhibits, with which new ones, and of what kind.

What the bundle does not say stays empty here; nothing is concluded but what the structure says by itself: a new exhibit
without inputs was collected, one with inputs was derived. Called by `plan`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from infra.importers.case_uco.bundle import ACTION, RECORD, Bundle, Thing
from infra.importers.case_uco.jsonld import Node
from infra.importers.case_uco.mapping import Rule, Table

SHOWN = 5
"""How many ids a finding lists; all are counted."""


@dataclass(frozen=True)
class Handed:
    """A hand-over as a provenance record states it; either side may be missing."""

    record: str
    thing: Thing
    giver: str | None
    receiver: str | None


@dataclass(frozen=True)
class Action:
    """An action that can be told: `inputs` and `results` are exhibits, `bare` inputs that have no number."""

    node: Node
    rule: Rule
    start: str
    end: str
    both: bool
    performer: str
    inputs: tuple[Thing, ...]
    bare: tuple[str, ...]
    results: tuple[Thing, ...]
    given: tuple[Handed, ...]
    taken: tuple[Handed, ...]


def read(bundle: Bundle, table: Table) -> list[Action]:
    """The actions in the order of their times; those that cannot be told are findings of the bundle."""
    reader = _Reader(bundle, table)
    found = [reader.action(node) for node in bundle.document.of_type(ACTION)]
    reader.report()
    return sorted((action for action in found if action is not None), key=lambda action: action.start)


class _Reader:
    def __init__(self, bundle: Bundle, table: Table) -> None:
        self._bundle, self._table = bundle, table
        self._without_zone = 0

    def action(self, node: Node) -> Action | None:
        """The action; None, and a finding, when it names no performer or no time, or is of no kind."""
        times = [self._time(node, name) for name in ("startTime", "endTime")]
        performers = node.refs("performer")
        stated = [time for time in times if time is not None]
        if not stated or not performers:
            what = "states neither start nor end" if not stated else "names no performer"
            self._bundle.note(node.id, what, "import.no_time" if not stated else "import.no_performer", error=True)
            return None
        if len(performers) > 1:
            others = self._named(performers[1:])
            self._bundle.note(node.id, f"further performers are not recorded: {others}", "import.several_performers")
        results = self._results(node)
        inputs, bare = self._inputs(node, results)
        rule = self._rule(node, inputs or bare, [each for each in results if each not in inputs])
        if rule is None:
            reason = "is of no kind in the table, by name or description, and brings no new exhibit"
            self._bundle.note(node.id, reason, "import.unknown_action", error=True)
            return None
        start, end = times[0] or stated[0], times[1] or stated[0]
        given, taken = self._handed(node.refs("result")), self._handed(node.refs("object"))
        both = len(stated) == 2
        return Action(node, rule, start, end, both, performers[0], inputs, bare, results, given, taken)

    def report(self) -> None:
        """What concerns the whole bundle: zones, contexts that were not fetched, what no action brings on record."""
        document = self._bundle.document
        if self._without_zone:
            reason = f"{self._without_zone} times state no zone and are read in {self._table.zone}"
            self._bundle.note("@context", reason, "import.no_zone")
        for remote in document.remote:
            reason = "is not fetched: names are taken as they stand"
            self._bundle.note(remote, reason, "import.remote_context")
        self._left_out()

    def _left_out(self) -> None:
        document = self._bundle.document
        if not any(document.of_type(ACTION)):
            reason = f"no node is of type {ACTION}: nothing is recorded"
            self._bundle.note("the bundle", reason, "import.no_action", error=True)
        others = [node.id for node in document.of_type("Action") if ACTION not in node.types]
        if others:
            reason = f"{len(others)} actions are no investigative actions and are not recorded: {self._named(others)}"
            self._bundle.note("the bundle", reason, "import.other_action")
        named = {each for node in document.of_type(ACTION) for each in node.refs("object", "result")}
        for record in document.of_type(RECORD):
            if record.id not in named:
                self._bundle.note(
                    record.id, "no action names this record: not recorded", "import.record_without_action"
                )

    def _time(self, node: Node, name: str) -> str | None:
        text = node.text(name)
        if text is None:
            return None
        self._bundle.one_of(node, name)
        try:
            moment = datetime.fromisoformat(text)
            if len(text) <= len("2026-01-01") or (moment.tzinfo is None and self._table.zone is None):
                raise ValueError
            if moment.tzinfo is None:
                self._without_zone += 1
                moment = moment.replace(tzinfo=self._table.zone)
            return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        except (ValueError, OverflowError):
            self._bundle.note(node.id, f"{name} is no instant: {text[:40]}", "import.bad_time")
            return None

    def _rule(self, node: Node, inputs: Sequence[object], new: Sequence[Thing]) -> Rule | None:
        rules = [self._table.rule(name, None) for name in node.texts("name")]  # one a language, where there are several
        rule = next((each for each in rules if each is not None), self._table.rule(None, node.text("description")))
        if rule is not None or not new:
            return rule
        return Rule("derive") if inputs or node.refs("instrument") else Rule("collect")

    def _results(self, node: Node) -> tuple[Thing, ...]:
        things, bare = self._things(node.refs("result"), ())
        covered = {each for thing in things for each in thing.objects}
        left = [each for each in bare if each not in covered]
        if left:
            reason = f"{len(left)} results have no exhibit number and are not recorded: {self._named(left)}"
            self._bundle.note(node.id, reason, "import.result_without_number")
        return things

    def _inputs(self, node: Node, results: tuple[Thing, ...]) -> tuple[tuple[Thing, ...], tuple[str, ...]]:
        made_here = [thing for thing in results if thing.record in node.refs("result")]
        things, bare = self._things(node.refs("object"), made_here)
        covered = {each for thing in things for each in thing.objects}
        left = tuple(each for each in bare if each not in covered)
        if left:
            reason = f"{len(left)} inputs have no exhibit number and are not recorded: {self._named(left)}"
            self._bundle.note(node.id, reason, "import.input_without_number")
        return things, left

    def _things(self, ids: Iterable[str], but: Sequence[Thing]) -> tuple[tuple[Thing, ...], list[str]]:
        """The exhibits that the ids name, records first, and the ids that name none."""
        records = [self._bundle.of_record[each] for each in ids if each in self._bundle.of_record]
        found, bare = list(records), []
        for each in ids:
            if each in self._bundle.of_record:
                continue
            choice = [thing for thing in self._bundle.of_object.get(each, []) if thing not in but]
            if not choice:
                bare.append(each)
            elif not any(thing in found for thing in choice):
                found.append(choice[0])
        return tuple(dict.fromkeys(found)), bare

    def _handed(self, ids: Iterable[str]) -> tuple[Handed, ...]:
        properties, found = self._table.properties, []
        for each in ids:
            thing, node = self._bundle.of_record.get(each), self._bundle.document.nodes.get(each)
            if thing is None or node is None:
                continue
            giver = next(iter(node.refs(*properties["giver"])), None)
            receiver = next(iter(node.refs(*properties["receiver"])), None)
            if giver is not None or receiver is not None:
                found.append(Handed(each, thing, giver, receiver))
        return tuple(found)

    def _named(self, ids: Sequence[str]) -> str:
        shown = ", ".join(self._bundle.written(each) for each in ids[:SHOWN])
        return shown if len(ids) <= SHOWN else f"{shown} and {len(ids) - SHOWN} more"
