"""A JSON-LD document as nodes with values, read without network: what CASE bundles in the field use of JSON-LD 1.1.

Prefixes, terms, keyword aliases, `@vocab`, `@base`, `@graph` at any depth, nested nodes, references, typed literals,
single values and arrays, `@list` and `@set`. Properties and types are kept by their local name, as the namespaces of
CASE and UCO have changed over the years while the names have not; ids are expanded, so that a compact and a full IRI
are one node. A remote context is not fetched. Called by `bundle`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

from infra.importers.record import ImportFileError

REFERENCES = frozenset(
    {"performer", "instrument", "object", "result", "location", "participant", "source", "target", "environment"}
)
"""Properties whose values are nodes: a plain string there is an id."""

_LOCAL = re.compile(r"[^#/:]*\Z")
_KEYWORDS = frozenset({"@id", "@type", "@graph", "@value", "@list", "@set", "@context", "@reverse", "@included"})


class Ref(NamedTuple):
    """A reference to a node by its expanded id."""

    id: str


class Literal(NamedTuple):
    """A literal as written, and the local name of its datatype."""

    value: str | int | float | bool
    datatype: str | None


@dataclass
class Node:
    """A node: its id as expanded and as first written, local names of types, values by local name of the property."""

    id: str
    written: str
    types: list[str] = field(default_factory=list)
    values: dict[str, list[Ref | Literal]] = field(default_factory=dict)

    def refs(self, *names: str) -> list[str]:
        """The ids that the properties refer to, in order, each once."""
        found = [value.id for name in names for value in self.values.get(name, []) if isinstance(value, Ref)]
        return list(dict.fromkeys(found))

    def texts(self, *names: str) -> list[str]:
        """The literals of the properties as text."""
        return [str(v.value) for name in names for v in self.values.get(name, []) if isinstance(v, Literal)]

    def text(self, *names: str) -> str | None:
        """The first literal that is not blank."""
        return next((text.strip() for text in self.texts(*names) if text.strip()), None)


@dataclass
class Document:
    """The nodes by id in the order of the file, and the remote contexts that were not fetched."""

    nodes: dict[str, Node] = field(default_factory=dict)
    remote: list[str] = field(default_factory=list)

    def of_type(self, *types: str) -> Iterator[Node]:
        """The nodes of one of the types, by local name."""
        return (node for node in self.nodes.values() if not set(types).isdisjoint(node.types))


@dataclass(frozen=True)
class _Context:
    terms: Mapping[str, str] = field(default_factory=dict)
    references: frozenset[str] = frozenset()
    vocab: str = ""
    base: str = ""

    def keyword(self, key: str) -> str:
        """The keyword that the key stands for, or the key."""
        return self.terms.get(key, key) if self.terms.get(key, "") in _KEYWORDS else key

    def iri(self, name: str, *, property_: bool = False) -> str:
        """The name expanded by terms, prefixes, vocabulary and base."""
        if property_ and name in self.terms:
            return self.iri(self.terms[name]) if self.terms[name] != name else name
        prefix, colon, rest = name.partition(":")
        if colon:
            known = self.terms.get(prefix)
            return known + rest if known and not rest.startswith("//") and prefix != "_" else name
        return (self.vocab if property_ else self.base) + name


def local(iri: str) -> str:
    """The local name of an IRI: what stands behind its last `#`, `/` or `:`."""
    found = _LOCAL.search(iri)
    return found[0] if found is not None else iri


def load(path: Path) -> Document:
    """The document of a file. Raises ImportFileError `import.not_jsonld`, or OSError."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8-sig"))
        return read(raw)
    except (ValueError, RecursionError):
        raise ImportFileError("import.not_jsonld", "the file is no JSON document in UTF-8") from None


def read(raw: Any) -> Document:
    """The document of parsed JSON. Raises ImportFileError `import.not_jsonld` for what holds no node."""
    reader = _Reader()
    reader.value(raw, _Context(), None)
    if not reader.document.nodes:
        raise ImportFileError("import.not_jsonld", "the file holds no node of a graph")
    return reader.document


class _Reader:
    """Collects nodes; a node that stands in several places is one, with all that is said of it."""

    def __init__(self) -> None:
        self.document = Document()
        self._blank = 0

    def value(self, raw: Any, context: _Context, name: str | None) -> list[Ref | Literal]:
        """What a property's value says; nodes in it are collected."""
        match raw:
            case None:
                return []
            case list():
                return [found for each in raw for found in self.value(each, context, name)]
            case dict():
                return self._object(raw, context, name)
            case str() if name is not None and (name in REFERENCES or name in context.references):
                return [Ref(context.iri(raw))]
            case _:
                return [Literal(raw, None)]

    def _object(self, raw: dict[str, Any], outer: _Context, name: str | None) -> list[Ref | Literal]:
        context = self._context(raw.get("@context"), outer) if "@context" in raw else outer
        members = {context.keyword(key): value for key, value in raw.items()}
        if "@value" in members:
            value, kind = members["@value"], members.get("@type")
            if not isinstance(value, (str, int, float, bool)):
                return []
            return [Literal(value, local(context.iri(kind, property_=True)) if isinstance(kind, str) else None)]
        for wrapper in ("@list", "@set"):
            if wrapper in members:
                return self.value(members[wrapper], context, name)
        for inner in ("@graph", "@included"):
            self.value(members.get(inner), context, None)
        if not members.keys() - {"@context", "@graph", "@included"}:
            return []
        return [Ref(self._node(members, context).id)]

    def _node(self, members: dict[str, Any], context: _Context) -> Node:
        written = members.get("@id")
        if not isinstance(written, str) or not written:
            self._blank += 1
            written = f"_:node{self._blank}"
        node = self.document.nodes.setdefault(context.iri(written), Node(context.iri(written), written))
        kinds = members.get("@type", [])
        for kind in kinds if isinstance(kinds, list) else [kinds]:
            name = local(context.iri(kind, property_=True)) if isinstance(kind, str) else ""
            if name and name not in node.types:
                node.types.append(name)
        for key, raw in members.items():
            if not key.startswith("@"):
                name = local(context.iri(key, property_=True))
                known = node.values.setdefault(name, [])
                known += [found for found in self.value(raw, context, name) if found not in known]
        return node

    def _context(self, raw: Any, outer: _Context) -> _Context:
        if isinstance(raw, list):
            for each in raw:
                outer = self._context(each, outer)
            return outer
        if isinstance(raw, str):
            self.document.remote.append(raw)
        if not isinstance(raw, dict):
            return outer
        terms, references = dict(outer.terms), set(outer.references)
        for key, definition in raw.items():
            iri = definition.get("@id") if isinstance(definition, dict) else definition
            if isinstance(iri, str) and not key.startswith("@"):
                terms[key] = iri
            if isinstance(definition, dict) and definition.get("@type") == "@id":
                references.add(local(iri if isinstance(iri, str) else key))
        vocab, base = raw.get("@vocab"), raw.get("@base")
        return replace(
            outer,
            terms={key: _absolute(iri, terms) for key, iri in terms.items()},
            references=frozenset(references),
            vocab=vocab if isinstance(vocab, str) else outer.vocab,
            base=base if isinstance(base, str) else outer.base,
        )


def _absolute(iri: str, terms: Mapping[str, str]) -> str:
    """A term's IRI with its own prefix expanded, once: `uco:action/` under `uco`."""
    prefix, colon, rest = iri.partition(":")
    return (
        terms[prefix] + rest
        if colon and prefix in terms and not rest.startswith("//") and iri != terms[prefix]
        else iri
    )
