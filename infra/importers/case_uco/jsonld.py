"""A JSON-LD document as nodes with values, read without network: what CASE bundles in the field use of JSON-LD 1.1.

Prefixes, terms, keyword aliases, `@vocab`, `@base`, `@graph` at any depth, nested nodes, references, typed literals,
single values and arrays, `@list` and `@set`. Properties and types are kept by their local name, as the namespaces of
CASE and UCO have changed over the years while the names have not; ids are expanded, so that a compact and a full IRI
are one node. A blank node is one of its document and of no other, and without a label it is named by its place. A
remote context is not fetched: names stand as they are, and `id` and `type` for the keywords. Called by `bundle`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
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
    """A node: its id as expanded and as first written, else its place in the file as a JSON pointer (RFC 6901); local
    names of types, values by local name of the property."""

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
        return read(json.loads(path.read_text(encoding="utf-8-sig"), object_pairs_hook=_members))
    except ImportFileError:
        raise
    except UnicodeDecodeError as error:
        reason = f"the file is not UTF-8 at byte {error.start + 1}; save it as UTF-8"
    except json.JSONDecodeError as error:
        reason = f"the file is no JSON document: {error}"
    except ValueError:
        reason = "the file holds a number that is too long"
    except RecursionError:
        reason = "the file is nested too deeply"
    raise ImportFileError("import.not_jsonld", reason)


def _members(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """An object's members; one that stands twice would hide what stands in the first."""
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        reason = f"the member {twice[:80]!r} stands twice in one object; write its values as one array"
        raise ImportFileError("import.not_jsonld", reason)
    return members


def read(raw: Any) -> Document:
    """The document of parsed JSON. Raises ImportFileError `import.not_jsonld` for what holds no node."""
    try:
        whole = json.dumps(raw, sort_keys=True, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise ImportFileError("import.not_jsonld", "a text holds half of a surrogate pair, which is no text") from None
    reader = _Reader(hashlib.sha256(whole).hexdigest()[:16])
    reader.value(raw, _Context(), None)
    if not reader.document.nodes:
        raise ImportFileError("import.not_jsonld", "the file holds no node of a graph")
    return reader.document


class _Reader:
    """Collects nodes; a node that stands in several places is one, with all that is said of it. `digest` tells blank
    nodes of this document from those of others, which may bear the same labels."""

    def __init__(self, digest: str) -> None:
        self.document = Document()
        self._digest = digest
        self._place: list[str] = []

    def value(self, raw: Any, context: _Context, name: str | None) -> list[Ref | Literal]:
        """What a property's value says; nodes in it are collected."""
        match raw:
            case None:
                return []
            case list():
                inner = [self._inside(str(index), each, context, name) for index, each in enumerate(raw)]
                return [found for each in inner for found in each]
            case dict():
                return self._object(raw, context, name)
            case str() if name is not None and (name in REFERENCES or name in context.references):
                return [Ref(self._id(raw, context))]
            case _:
                return [Literal(raw, None)]

    def _inside(self, step: str, raw: Any, context: _Context, name: str | None) -> list[Ref | Literal]:
        """What a value one step deeper says; the step is a member's name or an index."""
        self._place.append(step.replace("~", "~0").replace("/", "~1"))
        found = self.value(raw, context, name)
        self._place.pop()
        return found

    def _id(self, written: str, context: _Context) -> str:
        expanded = context.iri(written)
        return f"_:{self._digest}/{expanded[2:]}" if expanded.startswith("_:") else expanded

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
                return self._inside(wrapper, members[wrapper], context, name)
        for inner in ("@graph", "@included"):
            self._inside(inner, members.get(inner), context, None)
        if not members.keys() - {"@context", "@graph", "@included"}:
            return []
        return [Ref(self._node(members, context).id)]

    def _node(self, members: dict[str, Any], context: _Context) -> Node:
        written = members.get("@id")
        if isinstance(written, str) and written:
            id_ = self._id(written, context)
        else:
            written = "".join(f"/{step}" for step in self._place) or "the document"
            id_ = f"_:{self._digest}#{written}"
        node = self.document.nodes.setdefault(id_, Node(id_, written))
        kinds = members.get("@type", [])
        for kind in kinds if isinstance(kinds, list) else [kinds]:
            name = local(context.iri(kind, property_=True)) if isinstance(kind, str) else ""
            if name and name not in node.types:
                node.types.append(name)
        for key, raw in members.items():
            if not key.startswith("@"):
                name = local(context.iri(key, property_=True))
                known = node.values.setdefault(name, [])
                known += [found for found in self._inside(key, raw, context, name) if found not in known]
        self._reversed(node, members.get("@reverse"), context)
        return node

    def _reversed(self, node: Node, raw: Any, context: _Context) -> None:
        """What other nodes say of this one, written in this one."""
        for key, value in raw.items() if isinstance(raw, dict) else ():
            name = local(context.iri(key, property_=True))
            for found in self._inside(key, value, context, "object"):  # a string here is an id, whatever the property
                if isinstance(found, Ref):
                    other = self.document.nodes.setdefault(found.id, Node(found.id, found.id))
                    known = other.values.setdefault(name, [])
                    known += [Ref(node.id)] if Ref(node.id) not in known else []

    def _context(self, raw: Any, outer: _Context) -> _Context:
        if isinstance(raw, list):
            for each in raw:
                outer = self._context(each, outer)
            return outer
        if isinstance(raw, str):
            self.document.remote.append(raw)
            return replace(outer, terms={"id": "@id", "type": "@type", **outer.terms})
        if not isinstance(raw, dict):
            return _Context() if raw is None else outer
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
