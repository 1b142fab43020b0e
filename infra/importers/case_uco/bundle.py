"""What a bundle says of exhibits: a provenance record gives a number to one or many objects, and an object keeps it.

The number of an exhibit is that of the first record of its object; a later record that numbers the same object anew is
reported, and two objects under one number stay two, so that the ledger finds the number reused. Called by `actions`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from infra.importers.case_uco.jsonld import Document, Node

RECORD, ACTION = "ProvenanceRecord", "InvestigativeAction"
_LONGEST = 32
SHOWN = 80
"""How much of a number of the bundle a finding shows."""
_HASHES = ("SHA256", "SHA-256", "SHA512", "SHA-512", "SHA1", "SHA-1", "MD5")


@dataclass(frozen=True)
class Finding:
    """What could not be recorded or had to be read in a certain way, of the node with this id. An `error` is an action
    of which nothing is recorded; a `warning` is a part of one. `code` is stable (`import.what`)."""

    node: str
    reason: str
    severity: Literal["error", "warning"]
    code: str


@dataclass(eq=False)
class Thing:
    """An exhibit of the bundle: its number as the ledger and as the bundle have it, its objects, its record, the root's
    number. `told` once an action has brought it on record, `derived` when that action derived it."""

    number: str
    objects: tuple[str, ...]
    record: str
    root: str | None
    stated: str
    told: bool = False
    derived: bool = False


@dataclass
class Bundle:
    """The exhibits of a document: by provenance record and by object; `findings` are about records."""

    document: Document
    of_record: dict[str, Thing] = field(default_factory=dict)
    of_object: dict[str, list[Thing]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    _numbers: dict[str, str] = field(default_factory=dict)

    def number(self, stated: str) -> str:
        """The exhibit number as the ledger writes it: [A-Z0-9.-], at most 32 characters, the same for the same text."""
        known = self._numbers.get(stated)
        if known is not None:
            return known
        plain = rewritten(stated, ".")
        self._numbers[stated] = _told_apart(plain, stated) if plain in self._numbers.values() else plain
        return self._numbers[stated]

    def written(self, node: str) -> str:
        """The id of a node as the file has it."""
        return self.document.nodes[node].written if node in self.document.nodes else node

    def note(self, node: str, reason: str, code: str, *, error: bool = False) -> None:
        """Report something of a node."""
        self.findings.append(Finding(self.written(node), reason, "error" if error else "warning", code))

    def one_of(self, node: Node, name: str) -> None:
        """Report a property that states several texts where one counts: the first."""
        several = list(dict.fromkeys(node.texts(name)))
        if len(several) > 1:
            self.note(node.id, f"{name} states {len(several)} values: the first is taken", "import.several_values")

    def types_of(self, thing: Thing) -> list[str]:
        """The types of the exhibit's objects."""
        return [
            kind for each in thing.objects if each in self.document.nodes for kind in self.document.nodes[each].types
        ]

    def hashes_of(self, thing: Thing) -> list[str]:
        """One hash of each object that has any, the strongest that is stated, as `method:value` in lower case."""
        found = [_hash(self.document, each) for each in thing.objects]
        return sorted(value for value in found if value is not None)


def rewritten(stated: str, more: str = "") -> str:
    """A number as the ledger writes it: A-Z, 0-9, - and what is `more`, at most 32 characters. A digest stands in for
    letters that this has not and for what is cut, so that texts which differ in them alone stay two."""
    plain = re.sub(f"[^A-Z0-9{more}-]", "-", stated.upper())
    lost = any(each.isalnum() and not each.isascii() for each in stated)
    return _told_apart(plain, stated) if lost or len(plain) > _LONGEST or not plain.strip("-") else plain


def _told_apart(plain: str, stated: str) -> str:
    digest = hashlib.sha256(stated.encode("utf-8", "surrogatepass")).hexdigest()[:8].upper()
    return f"{plain[: _LONGEST - 9]}-{digest}"


def read(document: Document) -> Bundle:
    """The bundle of a document. Records without a number, and a number that had to be rewritten, are findings."""
    bundle = Bundle(document)
    records = list(document.of_type(RECORD))
    for record in records:
        stated = record.text("exhibitNumber")
        if stated is not None:
            _numbered(bundle, record, stated)
    for record in records:
        if record.id not in bundle.of_record:
            first = _first(bundle, record.refs("object"))
            if first is not None:
                bundle.of_record[record.id] = first
    return bundle


def _first(bundle: Bundle, objects: Sequence[str]) -> Thing | None:
    return next((thing for each in objects for thing in bundle.of_object.get(each, [])), None)


def _numbered(bundle: Bundle, record: Node, stated: str) -> None:
    objects, root = tuple(record.refs("object")), record.text("rootExhibitNumber")
    first = _first(bundle, objects)
    if first is not None and _is_about(first, objects, stated):
        bundle.of_record[record.id] = first
        if stated != first.stated:
            reason = f"numbers {first.number} anew as {stated[:SHOWN]}: the exhibit keeps its first number"
            bundle.note(record.id, reason, "import.renumbered")
        return
    for name in ("exhibitNumber", "rootExhibitNumber"):
        bundle.one_of(record, name)
    number = bundle.number(stated)
    if number != stated:
        bundle.note(record.id, f"the number {stated[:SHOWN]} is written {number}", "import.number_rewritten")
    thing = Thing(number, objects, record.id, bundle.number(root) if root else None, stated)
    bundle.of_record[record.id] = thing
    for each in objects:
        bundle.of_object.setdefault(each, []).append(thing)


def _is_about(first: Thing, objects: tuple[str, ...], stated: str) -> bool:
    """Whether a record is about an exhibit that has a number: the same single object, or the same text again."""
    return stated == first.stated or (len(objects) == 1 and first.objects == objects)


def _hash(document: Document, node_id: str) -> str | None:
    node = document.nodes.get(node_id)
    if node is None:
        return None
    facets = [document.nodes[each] for each in node.refs("hasFacet") if each in document.nodes]
    stated = {method: value for facet in (node, *facets) for method, value in _stated(document, facet)}
    best = next((name for name in _HASHES if name in stated), None)
    return f"{best}:{stated[best]}".lower() if best is not None else None


def _stated(document: Document, facet: Node) -> list[tuple[str, str]]:
    hashes = [document.nodes[each] for each in facet.refs("hash") if each in document.nodes]
    pairs = [(each.text("hashMethod"), each.text("hashValue")) for each in hashes]
    return [(method.upper(), value) for method, value in pairs if method and value]
