"""The words of a language for an exhibit's history: templates by event type, and a word for each code.

A template is filled from an event's own fields: codes become words, agencies their names, times dates. Read once from
`<language>.toml` beside this file. Called by `domain.exhibit_history`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

from domain.catalogue import ClearField, EventType
from domain.codes import codes
from domain.profile import AGENCIES

Language = Literal["en", "mn"]
LANGUAGES: tuple[Language, ...] = ("en", "mn")


@dataclass(frozen=True)
class Words:
    """The words of one language."""

    language: Language
    raw: Mapping[str, Any]

    def phrase(self, name: str, **fields: object) -> str:
        """A phrase of the language, filled."""
        return str(self.raw[name]).format_map(fields)

    def agency(self, agency: str | None) -> str:
        """The agency's name; its id where the profile has no name in this language."""
        known = AGENCIES.get(agency or "")
        if known is None:
            return agency or self.phrase("no_custodian").rstrip(".")
        name = (known.name_mn if self.language == "mn" else known.name_en) or known.name_en
        # What stands in brackets says which unit; it is not read out with every sentence.
        return name.partition(" (")[0]

    def code(self, kind: str, code: str) -> str:
        """The word for a code of a list; a code without one reads as it is written."""
        words: Mapping[str, str] = self.raw["codes"].get(kind, {})
        return words.get(code, code.replace("_", " "))

    def instant(self, text: str) -> str:
        """An instant (UTC, six decimals) to the minute; an empty one stays empty."""
        if len(text) < len("2026-03-02T09:00"):
            return text
        return self.phrase("at", **self._day(text), hour=text[11:13], minute=text[14:16])

    def day(self, text: str) -> str:
        """A day (YYYY-MM-DD)."""
        return self.phrase("date", **self._day(text))

    def _day(self, text: str) -> dict[str, str]:
        number = text[8:10].lstrip("0")
        # The ending of a Mongolian day follows the vowels of its number: 1, 4 and 9 have front vowels.
        ending = "" if self.language == "en" else "-ний" if number[-1:] in "149" else "-ны"
        return {"year": text[:4], "month": self.raw["months"][int(text[5:7]) - 1], "day": number + ending}

    def value(self, field: ClearField, value: Any) -> str:
        """The value of a clear field, in words."""
        if isinstance(value, list):
            return ", ".join(self.value(field, each) for each in value)
        match field.kind:
            case "bool":
                return self.phrase("yes" if value else "no")
            case "time":
                return self.instant(value)
            case "date":
                return self.day(value)
            case "agency":
                return self.agency(value)
            case kind if codes(kind) is not None:
                return self.code(kind, value)
            case _:
                return str(value)

    def sentences(self, known: EventType, data: Mapping[str, Any], **fields: str) -> str | None:
        """The sentences about an event of this type; None for a type that no history tells."""
        template = self.raw["say"].get(known.name)
        if template is None:
            return None
        said = {name: str(value) for name, value in data.items()}
        said |= {each.name: self.value(each, data[each.name]) for each in known.clear if each.name in data}
        said |= fields
        parts = [template, *(part for name, part in self.raw["if"].get(known.name, {}).items() if said.get(name))]
        return " ".join(str(part).format_map(said) for part in parts)


@cache
def words(language: Language) -> Words:
    """The words of a language. Raises FileNotFoundError for one that has none."""
    text = resources.files("domain.exhibit_history").joinpath(f"{language}.toml").read_text(encoding="utf-8")
    return Words(language, tomllib.loads(text))
