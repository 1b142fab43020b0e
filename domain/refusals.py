"""A refusal has a stable code, the schema-known paths that it is about, and nothing of what was refused.

Codes are `area.what`, lower case, and never change their meaning. `domain/sentences/<language>/<area>.toml` says of
each what was wrong (`what`) and what to do (`do`), for the agency's developer, and one sentence without technical words
for the officer (`officer`). Raised by submission parsing and by the stages' rules; caught by `domain.judge` alone.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any


class Refusal(Exception):
    """A submission that is not recorded as an event.

    `code` is the stable code (`area.what`), `paths` name fields of the published schema such as `data.to_agency`;
    neither ever carries a value that the sender wrote.
    """

    def __init__(self, code: str, *paths: str) -> None:
        super().__init__(code)
        self.code = code
        self.paths = paths


LANGUAGES = ("en", "mn")
"""The languages of the sentences, ISO 639-1; the first is the one for everybody else."""

MEMBERS = ("what", "do", "officer")
"""What is said of each code."""


@cache
def _areas(language: str) -> dict[str, dict[str, Any]]:
    """The files of a language by area. Read once."""
    files = [file for file in resources.files("domain.sentences").joinpath(language).iterdir() if file.is_file()]
    return {file.name.removesuffix(".toml"): tomllib.loads(file.read_text(encoding="utf-8")) for file in files}


@cache
def _neutral() -> dict[str, dict[str, str]]:
    """What is said by language of a code that no file has."""
    file = resources.files("domain.sentences").joinpath("unknown-code.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


@cache
def sentences(language: str = "en") -> dict[str, dict[str, str]]:
    """Every refusal code with its `MEMBERS`, for people."""
    areas = sorted(_areas(language).items())
    return {code: said for _, area in areas for code, said in area.items() if code != "about"}


@cache
def about(language: str = "en") -> dict[str, str]:
    """What each area of codes is about."""
    return {name: area["about"] for name, area in _areas(language).items()}


def missing() -> list[str]:
    """What is still to be written: `<language> <code> <member>`, over the codes that any language has."""
    codes = sorted({code for language in LANGUAGES for code in sentences(language)})
    return [
        f"{language} {code} {member}"
        for language in LANGUAGES
        for code in codes
        for member in MEMBERS
        if not sentences(language).get(code, {}).get(member)
    ]


def explain(code: str, language: str = "en") -> dict[str, str]:
    """The `MEMBERS` of one code in a language of `LANGUAGES`; a code of another version gets neutral ones.

    Never fails: a refusal is answered even where a sentence is not written yet.
    """
    return {**_neutral()[language], **sentences(language).get(code, {})}
