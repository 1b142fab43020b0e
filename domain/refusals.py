"""A refusal has a stable code, the schema-known paths that it is about, and nothing of what was refused.

Codes are `area.what`, lower case, and never change their meaning; `domain/sentences/en.toml` says for each what was
wrong and what to do. Raised by submission parsing and by the stages' rules; caught by `domain.judge` alone.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources


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
def sentences(language: str = "en") -> dict[str, dict[str, str]]:
    """Every refusal code with `what` (what was wrong) and `do` (what to do), for people. Read once."""
    text = resources.files("domain.sentences").joinpath(f"{language}.toml").read_text(encoding="utf-8")
    table: dict[str, dict[str, str]] = tomllib.loads(text)
    return table


def explain(code: str, language: str = "en") -> dict[str, str]:
    """The sentences of one code; a code of another version of the ledger gets neutral ones."""
    return sentences(language).get(code) or {
        "what": "The submission was refused under a rule that this version has no words for.",
        "do": "Look the code up in the reference of the ledger's version, or ask its operators.",
    }
