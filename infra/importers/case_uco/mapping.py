"""The table `mapping.toml`: which investigative action becomes which event of custody, with which codes.

Every code is checked against the project's lists before a bundle is read, so that a change of the table fails at once
and by name. Called by `actions`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from domain.codes import codes
from infra.importers.record import ImportFileError

MAPPING = Path(__file__).with_name("mapping.toml")
KINDS = frozenset(
    {"collect", "release", "receive", "transfer", "acquire", "examine", "photograph", "seal", "unseal", "derive"}
)


@dataclass(frozen=True)
class Rule:
    """What actions of these words are: `method` is a code of collection or examination, `derivation` of derivation."""

    kind: str
    words: tuple[str, ...] = ()
    method: str = "not_stated"
    derivation: str = "not_stated"


@dataclass(frozen=True)
class Table:
    """The table as read."""

    rules: tuple[Rule, ...]
    properties: Mapping[str, tuple[str, ...]]
    exhibit_kinds: Mapping[str, str]
    tools: Mapping[str, tuple[str, ...]]
    zone: tzinfo | None
    opening: Mapping[str, str]

    def rule(self, name: str | None, description: str | None) -> Rule | None:
        """The rule of an action: by its whole name, by a word of it, then by a word of its description."""
        plain = (name or "").casefold().strip()
        for rule in self.rules:
            if plain in rule.words:
                return rule
        for text in (plain, (description or "").casefold()):
            for rule in self.rules:
                if any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) for word in rule.words):
                    return rule
        return None

    def exhibit_kind(self, types: Sequence[str]) -> str:
        """The code of an exhibit whose objects are of these types."""
        return next((code for name, code in self.exhibit_kinds.items() if name in types), "other")

    def tool(self, names: Sequence[str]) -> str:
        """The code of the tools of an examination."""
        text = " ".join(names).casefold()
        return next((code for code, words in self.tools.items() if any(word in text for word in words)), "not_stated")


def load(path: Path = MAPPING) -> Table:
    """The table of a file. Raises ImportFileError `import.bad_mapping`, or OSError."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        found = _read(raw)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ImportFileError("import.bad_mapping", f"{path.name}: {error}") from None
    for name, code in _codes(found):
        listed = codes(name)
        if listed is None or code not in listed:
            raise ImportFileError("import.bad_mapping", f"{path.name}: {code!r} is no code of {name}")
    return found


def _read(raw: Mapping[str, Any]) -> Table:
    rules = tuple(
        Rule(
            entry["kind"],
            tuple(word.casefold() for word in entry["words"]),
            entry.get("method", "not_stated"),
            entry.get("derivation", "not_stated"),
        )
        for entry in raw["action"]
    )
    unknown = sorted({rule.kind for rule in rules} - KINDS)
    if unknown:
        raise KeyError(f"no kind of action: {', '.join(unknown)}")
    properties = {name: tuple(locals_) for name, locals_ in raw["properties"].items()}
    tools = {code: tuple(words) for code, words in raw["tools"].items()}
    return Table(rules, properties, dict(raw["exhibit_kinds"]), tools, _zone(raw["zone"]), dict(raw["opening"]))


def _zone(name: str) -> tzinfo | None:
    """The zone of times that state none; None where such times are not read."""
    return None if not name else UTC if name == "UTC" else ZoneInfo(name)


def _codes(found: Table) -> list[tuple[str, str]]:
    """Every code that the table names, with its list."""
    listed = [("exhibit_kind", code) for code in found.exhibit_kinds.values()]
    listed += [("examination_tool", code) for code in found.tools]
    listed += [("derivation_kind", rule.derivation) for rule in found.rules]
    listed += [("examination_method", rule.method) for rule in found.rules if rule.kind == "examine"]
    listed += [("collection_method", rule.method) for rule in found.rules if rule.kind != "examine"]
    return [*listed, ("case_opening_reason", found.opening["reason"]), ("aimag", found.opening["aimag"])]
