"""A refusal has a stable code, the schema-known paths that it is about, and nothing of what was refused.

Codes are `area.what`, lower case, and never change their meaning; `domain/sentences/<language>/<area>.toml` says what
was wrong and what to do. Raised by submission parsing and by the stages' rules; caught by `domain.judge` alone.
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


@cache
def _areas(language: str) -> dict[str, dict[str, Any]]:
    """The files of a language by area. Read once."""
    files = [file for file in resources.files("domain.sentences").joinpath(language).iterdir() if file.is_file()]
    return {file.name.removesuffix(".toml"): tomllib.loads(file.read_text(encoding="utf-8")) for file in files}


@cache
def sentences(language: str = "en") -> dict[str, dict[str, str]]:
    """Every refusal code with `what` (what was wrong) and `do` (what to do), for people."""
    areas = sorted(_areas(language).items())
    return {code: said for _, area in areas for code, said in area.items() if code != "about"}


@cache
def about(language: str = "en") -> dict[str, str]:
    """What each area of codes is about."""
    return {name: area["about"] for name, area in _areas(language).items()}


def explain(code: str, language: str = "en") -> dict[str, str]:
    """The sentences of one code; a code of another version of the ledger gets neutral ones."""
    return sentences(language).get(code) or {
        "what": "The submission was refused under a rule that this version has no words for.",
        "do": "Look the code up in the reference of the ledger's version, or ask its operators.",
    }
