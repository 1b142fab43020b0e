"""Sentences are in the language that the caller prefers, English for everybody else, and each problem has both."""

from __future__ import annotations

import asyncio
import re

import httpx
import orjson
import pytest
from fastapi import FastAPI

from domain import outcome
from domain.record.entry import Said
from domain.refusals import LANGUAGES, explain
from infra.api.language import chosen
from infra.api.outcome_document import Outcome, describe
from infra.api.outcomes import Judged
from infra.api.problems import TABLE, ProblemError, install, said

ROWS = [
    ("nothing is said", None, "en"),
    ("nothing stands there", "", "en"),
    ("Mongolian", "mn", "mn"),
    ("Mongolian of Mongolia", "mn-MN", "mn"),
    ("Mongolian in its own script", "mn-Cyrl-MN", "mn"),
    ("in capitals", "MN", "mn"),
    ("Mongolian before English", "mn,en;q=0.8", "mn"),
    ("English before Mongolian", "en, mn;q=0.9", "en"),
    ("the heavier one, not the first", "en;q=0.2, mn;q=0.3", "mn"),
    ("of equal ones the first", "mn;q=0.5,en;q=0.5", "mn"),
    ("a language that there is not", "ru", "en"),
    ("a language that there is not, then Mongolian", "ru, mn;q=0.1", "mn"),
    ("any language", "*", "en"),
    ("any but English", "en;q=0, *", "mn"),
    ("a weight with spaces", "mn ; q=1.000", "mn"),
    ("a weight that is none", "mn;q=2", "en"),
    ("no language tag", "мн, ;;, =, q=1", "en"),
    ("a tag too long", "mongolian", "en"),
    ("many", ",".join(["x"] * 2000) + ",mn", "mn"),
]


@pytest.mark.parametrize(("accepted", "wanted"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_the_language_is_the_one_that_weighs_most(accepted: str | None, wanted: str) -> None:
    assert chosen(accepted) == wanted


@pytest.mark.parametrize("code", sorted(TABLE))
def test_each_problem_of_the_api_is_said_in_every_language(code: str) -> None:
    english, mongolian = (said(code, language) for language in LANGUAGES)
    assert english.status == mongolian.status
    for text in (mongolian.detail, mongolian.do):
        assert len(re.findall("[\u0400-\u04ff]", text)) > 10
        assert text.endswith(".")
    assert re.search("[\u0400-\u04ff]", mongolian.title)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_problem_is_answered_in_the_language_that_was_asked_for(language: str) -> None:
    app = FastAPI()
    install(app)

    @app.get("/case")
    def case() -> None:
        raise ProblemError("case.unknown")

    for path, code in (("/case", "case.unknown"), ("/nowhere", "request.not_found")):
        answer = asyncio.run(_get(app, path, language))
        _, title, detail, do = said(code, language)
        found = answer.json()
        assert (found["code"], found["title"], found["detail"], found["do"]) == (code, title, detail, do)
        assert (answer.headers["content-language"], answer.headers["vary"]) == (language, "Accept-Language")


async def _get(app: FastAPI, path: str, language: str) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api") as client:
        return await client.get(path, headers={"Accept-Language": language})


def outcome_in(language: str, body: bytes) -> Outcome:
    """The outcome of a body, as its publisher reads it."""
    found = describe(0, 7, Judged(1, 7, orjson.loads(body)), "mn.npa", language)
    assert found is not None
    return found


SAID = Said("2026-03-02T09:00:00.000000Z", 1, "desk/0", 1, (0, 7))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", ["case.closed", "rule.of_tomorrow"])
def test_a_refusal_is_explained_to_developer_and_officer(code: str, language: str) -> None:
    body = outcome.refused(code, [], {"publisher": "mn.npa"}, SAID, record=b"x", salt=bytes(16))
    found = outcome_in(language, body)
    assert {"what": found.what, "do": found.do, "officer": found.officer} == explain(code, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_lost_submission_is_explained(language: str) -> None:
    found = outcome_in(language, outcome.intake(5, 9, "deleted unread", SAID))
    assert (found.outcome, found.do) == ("lost", said("submission.lost", language).do)
