"""Writes `docs/reference/refusals.md` from `domain/sentences` and the API's own problems.

python tools/refusals_page.py [--check]
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from itertools import groupby

from generated import cell, settle

from domain.refusals import LANGUAGES, about, explain, sentences
from infra.api.problems import TABLE

PAGE = "docs/reference/refusals.md"

HEAD = """<!-- Written by tools/refusals_page.py from domain/sentences and infra/api/problems.py. -->
# Refusals

A refused submission gets an entry of its own in the ledger, sealed like every other: its code, the paths of
schema-known fields that the code is about, and a salted digest of what was refused; none of its content. A code never
changes its meaning. A refused event's id is not taken: put right what is named and send it again, with the same id or
another. How the entry looks stands in [entry.md](entry.md#refused).

`POST /v1/submissions` answers a refusal with status 422 and a problem (RFC 9457) that holds the code, what was wrong
(`detail`) and what to do (`do`) for the agency's developer, and one sentence for the officer (`officer`);
`GET /v1/submissions/{submission}` gives the same for what was published over Kafka, and `tamga submit` prints it. All
of it is there in English and Mongolian: `Accept-Language: mn` and `--language mn` choose Mongolian. Below, the
developer's sentences stand in English and the officer's in both languages.
"""

COLUMNS = """| code | what was wrong | what to do | for the officer | албан хаагчид |
|---|---|---|---|---|
"""

PROBLEMS = """## Problems of the HTTP API

These say that a request was not answered, and are no outcome of a submission: nothing stands in the ledger because of
them. They too come in the language of `Accept-Language`.

| code | status | what was wrong | what to do |
|---|---|---|---|
"""


def area_of(code: str) -> str:
    """The part before the dot."""
    return code.partition(".")[0]


def page() -> str:
    """The page."""
    known = sentences()
    contents = "".join(
        f"- [`{area}`](#{area}): {about()[area]}\n" for area in sorted({area_of(code) for code in known})
    )
    contents += "- [problems of the HTTP API](#problems-of-the-http-api)\n"
    return f"{HEAD}\n{contents}\n{''.join(_areas(known))}{_problems()}"


def _areas(codes: Iterable[str]) -> Iterator[str]:
    known = sentences()
    for area, members in groupby(sorted(codes), key=area_of):
        yield f"## {area}\n\n{about()[area]}\n\n{COLUMNS}"
        for code in members:
            said = [known[code]["what"], known[code]["do"], *(explain(code, each)["officer"] for each in LANGUAGES)]
            yield f"| `{code}` | {' | '.join(map(cell, said))} |\n"
        yield "\n"


def _problems() -> str:
    rows = (f"| `{code}` | {s.status} | {cell(s.detail)} | {cell(s.do)} |\n" for code, s in sorted(TABLE.items()))
    return PROBLEMS + "".join(rows)


if __name__ == "__main__":
    raise SystemExit(settle("refusals_page", {PAGE: page()}, check="--check" in sys.argv[1:]))
