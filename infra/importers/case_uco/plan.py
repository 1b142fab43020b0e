"""The events that a bundle becomes, in the order of their times, and what of it cannot be told.

A hand-over stays in two phases: a release is told where the bundle says who gave to whom, a receipt where the receiver
states it, and neither is made up from the other. A derivation whose input the bundle does not number names `-` as its
parent, and the ledger finds the break. Called by `infra.case_import`.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from infra.importers.case_uco import actions, handing
from infra.importers.case_uco.actions import Action
from infra.importers.case_uco.bundle import SHOWN, Bundle, Finding, Thing, rewritten
from infra.importers.case_uco.mapping import Table
from infra.importers.case_uco.performers import Performers

NAMESPACE = uuid5(NAMESPACE_URL, "urn:tamga:import:case-uco")
NONE = "-"

_DERIVING = frozenset({"acquire", "examine", "photograph", "derive"})


@dataclass(frozen=True)
class Act:
    """An event to submit: `action` is the id of what it tells, as the bundle has it."""

    action: str
    type: str
    publisher: str
    actor: str
    time: str
    event_id: str
    data: dict[str, Any]


@dataclass
class Plan:
    """The acts in order, what was found on the way, and who signs for whom (performer: agency, pseudonym, why)."""

    case: str
    acts: list[Act] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    performers: dict[str, tuple[str, str, str]] = field(default_factory=dict)


def make(bundle: Bundle, table: Table, performers: Performers, case: str) -> Plan:
    """The plan of a bundle for the case."""
    found = actions.read(bundle, table)
    derive = {action.performer for action in found if action.rule.kind in _DERIVING and action.inputs + action.results}
    derive |= {action.performer for action in found if action.inputs and set(action.results) - set(action.inputs)}
    performers.examiners = frozenset(derive)
    planner = _Planner(bundle, table, performers, case)
    for action in found:
        planner.tell(action)
    acts = [act for _, act in sorted(enumerate(planner.acts), key=lambda pair: (pair[1].time, pair[0]))]
    return Plan(case, acts, bundle.findings, {bundle.written(key): who for key, who in performers.seen.items()})


class _Planner:
    """Tells actions one by one; an exhibit is new until an action has told of it."""

    def __init__(self, bundle: Bundle, table: Table, performers: Performers, case: str) -> None:
        self.acts: list[Act] = []
        self._bundle, self._table, self._performers, self._case = bundle, table, performers, case
        self._hands = handing.Hands(table, self.id)
        self._ids: set[str] = set()

    def tell(self, action: Action) -> None:
        """The acts of one action; an action of which nothing can be told is a finding."""
        before = len(self.acts)
        self._seals(action)
        new = [thing for thing in action.results if not thing.told and thing not in action.inputs]
        kind, why = action.rule.kind, ""
        if kind == "collect" or (kind == "photograph" and not action.inputs):
            for thing in [*(each for each in action.inputs if not each.told), *new]:
                self._collected(action, thing)
            new = []
        elif kind in ("seal", "unseal"):
            why = self._sealed(action, kind)
        for handed in self._hands.of(action):
            if isinstance(handed, str):
                why = handed
            else:
                self._add(action, handed.type, handed.time, handed.data(self._performers.of), handed.key)
        if kind == "examine":
            for thing in action.inputs:
                self._examined(action, thing)
        for thing in new:
            self._derived(action, thing)
        if new and len(action.inputs) > 1:
            first, *others = (each.number for each in action.inputs)
            reason = f"the new exhibits are recorded as derived from {first}; further inputs: {', '.join(others)}"
            self._bundle.note(action.node.id, reason, "import.several_inputs")
        if len(self.acts) == before:
            self._bundle.note(action.node.id, why or _nothing(action), "import.action_not_recorded", error=True)
        elif why:
            self._bundle.note(action.node.id, why, "import.part_not_recorded")

    def _seals(self, action: Action) -> None:
        """Report seal numbers that the ledger writes in another way."""
        properties = self._table.properties
        for stated in filter(None, (action.node.text(*properties[name]) for name in ("seal", "old_seal"))):
            if rewritten(stated) != stated:
                reason = f"the seal {stated[:SHOWN]} is written {rewritten(stated)}"
                self._bundle.note(action.node.id, reason, "import.number_rewritten")

    def id(self, *parts: str) -> str:
        """The id of something of this import, always the same."""
        return str(uuid5(NAMESPACE, "\0".join((self._case, *parts))))

    def _add(self, action: Action, kind: str, time: str, data: dict[str, Any], key: str) -> None:
        publisher, actor = self._performers.of(action.performer)
        event_id = self.id("event", action.node.id, kind, key)
        while event_id in self._ids:
            event_id = self.id("event", event_id)
        self._ids.add(event_id)
        written = self._bundle.written(action.node.id)
        self.acts.append(Act(written, kind, publisher, actor, time, event_id, data))

    def _holder(self, action: Action) -> str:
        return self._performers.of(action.performer)[1]

    def _media(self, thing: Thing) -> dict[str, str]:
        """The tag of the exhibit's content, keyed by exhibit, where the bundle states a hash."""
        hashes = self._bundle.hashes_of(thing)
        if not hashes:
            return {}
        digest = bytes.fromhex(self._performers.tag(f"tag\0{self._case}\0{thing.number}", "\n".join(hashes)))
        return {"media_tag": base64.urlsafe_b64encode(digest).rstrip(b"=").decode()}

    def _collected(self, action: Action, thing: Thing) -> None:
        data = {
            "exhibit_number": thing.number,
            "exhibit_kind": self._table.exhibit_kind(self._bundle.types_of(thing)),
            "method": action.rule.method,
            "collected_at": action.start,
            "aimag": "unknown",
            "holder": self._holder(action),
        }
        thing.told = True
        self._hands.holder[thing] = action.performer
        self._add(action, "custody.ExhibitCollected", action.start, data | self._media(thing), thing.record)

    def _derived(self, action: Action, thing: Thing) -> None:
        parent = action.inputs[0] if action.inputs else None
        if thing.root is None and parent is not None:
            thing.root = parent.root or parent.number
        method = action.rule.method if action.rule.kind == "acquire" else "not_stated"
        data = {
            "exhibit_number": thing.number,
            "parent_exhibit": parent.number if parent is not None else NONE,
            "root_exhibit": thing.root or NONE,
            "derivation": action.rule.derivation,
            "method": method,
            "holder": self._holder(action),
        }
        thing.told = thing.derived = True
        self._hands.holder[thing] = action.performer
        self._add(action, "custody.DerivedExhibitCreated", action.end, data | self._media(thing), thing.record)

    def _examined(self, action: Action, thing: Thing) -> None:
        if not action.both:
            reason = "states one instant: it is taken for start and end of the examination"
            self._bundle.note(action.node.id, reason, "import.one_instant")
        tools = [node for node in map(self._bundle.document.nodes.get, action.node.refs("instrument")) if node]
        version = next((text for node in tools if (text := node.text("version"))), "")
        data = {
            "exhibit_number": thing.number,
            "tool": self._table.tool([text for node in tools for text in (node.written, *node.texts("name"))]),
            "tool_version": "".join(c for c in version if c.isascii() and (c.isalnum() or c in ".-"))[:20]
            or "not-stated",
            "method": action.rule.method,
            "started_at": action.start,
            "ended_at": action.end,
            "working_copy": thing.derived,
        }
        self._add(action, "custody.ExhibitExamined", action.end, data, thing.record)

    def _sealed(self, action: Action, kind: str) -> str:
        """The acts of sealing or opening; what is missing, as words."""
        properties, node = self._table.properties, action.node
        seal, old = node.text(*properties["seal"]), node.text(*properties["old_seal"])
        if not action.inputs:
            return "names no exhibit that is numbered"
        if (kind == "seal" and seal is None) or (kind == "unseal" and (old or seal) is None):
            return "states no seal number"
        for thing in action.inputs:
            if kind == "seal":
                data = {"seal_number": rewritten(seal or ""), "condition": "not_stated"}
                data |= {"previous_seal": rewritten(old)} if old else {}
                self._add(
                    action, "custody.ExhibitSealed", action.end, {"exhibit_number": thing.number, **data}, thing.record
                )
            else:
                data = {
                    "exhibit_number": thing.number,
                    "old_seal": rewritten(old or seal or ""),
                    "reason": "not_stated",
                }
                self._add(action, "custody.ExhibitUnsealed", action.end, data, thing.record)
        return ""


def _nothing(action: Action) -> str:
    kind = action.rule.kind
    if kind in ("acquire", "derive", "collect", "photograph"):
        return f"is of kind {kind}, and no new exhibit in its results has a number"
    return f"is of kind {kind}, and names no exhibit that is numbered"
