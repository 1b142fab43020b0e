"""What the pages are made of: everything is escaped, both languages say the same things, a sign-in ends."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any

import pytest

from domain.refusals import LANGUAGES
from html_page import Page
from infra.api import operations
from infra.api.app import build
from infra.api.health import Process, Webhooks
from infra.api.operations import READ_AT, Operations, Partition, Rebuild, ViewRows
from infra.api.pages import session
from infra.api.pages.render import html, prose, shown, style, texts
from infra.api.pages.session import Sessions
from infra.api.pages.tables import Column, Table, tables
from infra.settings import Settings
from projections.all_views import VIEWS

CYRILLIC = re.compile("[\u0430-\u044f]")
EVIL = """<script>alert("1")</script>'&"""
PROBLEM = {"title": EVIL, "detail": EVIL, "do": EVIL, "code": EVIL}


def standing(word: str) -> dict[str, Any]:
    """A document in which every text is the word."""
    found = Operations(
        ledger=word,
        ready=False,
        reasons=[word],
        database=False,
        kafka=True,
        clock_due=4,
        webhooks=Webhooks(active=1),
        partitions=[Partition(partition=0, position=17, void=2, submissions=None, feeds=0)],
        views=[ViewRows(view=word, rows=5, entries=3, seconds=1, read_at=word)],
        rebuilds=[Rebuild(view=word, state="running", entries=6, of_entries=18)],
        processes=[Process(name=word, role=word, state=word, code=word, stale=True)],
    )
    return found.model_dump()


def pages(lang: str, word: str) -> Iterator[str]:
    """Every page, with the word wherever a text can stand."""
    table = Table(f"/v1/{word}", word, "rows", (Column("case_id", word), Column("data", word, "code")))
    who = {"agency": word, "roles": [word], "units": [word], "officer": word, "may": ["read"]}
    yield html("operations.html", lang, found=standing(word))
    yield html("desk.html", lang, who=who, tables={word: table})
    yield html("sign_in.html", lang, private=True, problem=PROBLEM)
    yield html("sign_in.html", lang, private=False, problem=None)
    yield html("problem.html", lang, problem=PROBLEM, private=True)
    rows = [{"case_id": word, "data": {word: [word]}}]
    more = {"twin": word, "following": word, "position": word, "case_id": word}
    yield html("rows.html", lang, table=table, name=word, rows=rows, **more)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_whatever_a_text_holds_a_page_shows_it_and_runs_nothing(lang: str) -> None:
    for text in pages(lang, EVIL):
        assert not re.search(r"<script|<style|style=|\son\w+=|src=|https?:|javascript:", text)
        page = Page(text)
        assert not page.mismatched
        assert not page.open
    assert any(EVIL in row[0] for row in Page(list(pages(lang, EVIL))[-1]).tables["rows"])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_page_says_its_language_and_every_table_has_a_caption_and_headings(lang: str) -> None:
    for text in pages(lang, "word"):
        assert f'<html lang="{lang}">' in text
        assert text.count("<h1>") == 1
        assert text.count("<table") == text.count("<caption") == text.count("<thead>")
        assert text.count("<th") - text.count("<thead") == text.count('<th scope="col"')
        ids = re.findall(r'\bid="([^"]+)"', text)
        assert len(ids) == len(set(ids))
        assert set(re.findall(r'aria-(?:labelledby|describedby)="([^"]+)"', text)) <= set(ids)
        assert set(re.findall(r'<label for="([^"]+)"', text)) <= set(ids)


def members(found: Mapping[str, Any], before: str = "") -> Iterator[str]:
    for name, value in found.items():
        yield from members(value, f"{before}{name}.") if isinstance(value, dict) else (f"{before}{name}",)


def test_both_languages_have_the_same_texts_in_the_same_order_and_none_is_empty() -> None:
    assert tuple(texts()) == LANGUAGES
    en, mn = (list(members(texts()[lang])) for lang in LANGUAGES)
    assert en == mn
    for name, table in texts()["en"]["tables"].items():
        other = texts()["mn"]["tables"][name]
        assert (table["codes"], table["numbers"]) == (other["codes"], other["numbers"])
        assert {*table["codes"], *table["numbers"]} <= table["columns"].keys()
    for lang in LANGUAGES:
        assert all(value for _, value in flat(texts()[lang]) if isinstance(value, str))
    latin = {name for name, value in flat(texts()["mn"]) if isinstance(value, str) and not CYRILLIC.search(value)}
    assert latin == {"docs"}


def flat(found: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in found.items():
        yield from flat(value) if isinstance(value, dict) else ((name, value),)


def test_the_page_has_a_table_for_each_list_of_the_document_and_a_column_for_each_member() -> None:
    lists = {
        name: field.annotation.__args__[0].model_fields
        for name, field in Operations.model_fields.items()
        if name != "reasons" and getattr(field.annotation, "__origin__", None) is list
    }
    said = {name: table["columns"].keys() for name, table in texts()["en"]["tables"].items()}
    assert said == {name: fields.keys() for name, fields in lists.items()}
    assert Webhooks.model_fields.keys() == texts()["en"]["webhooks"].keys()


def test_each_list_of_the_api_has_a_page_whose_columns_are_those_of_its_rows() -> None:
    found = tables(build(Settings()).openapi())
    assert {
        "cases",
        "cases/{case_id}/timeline",
        "referrals",
        "refusals",
        "reference",
        "worklist",
        "care",
    } <= found.keys()
    assert {name for name in found if "{" not in name} | {"timeline"} == texts()["en"]["views"].keys()
    for name, table in found.items():
        assert table.path == f"/v1/{name}"
        assert table.columns
    assert [column.name for column in found["cases"].columns][:2] == ["case_id", "position"]
    assert set(READ_AT) <= set(VIEWS)


def test_a_value_is_shown_as_a_text() -> None:
    t = texts()["en"]
    values = {"": "-", "x": "x", 0: "0"}
    assert [shown(value, t) for value in values] == list(values.values())
    assert [shown(value, t) for value in (None, True, False, [], {}, ["a"], {"a": 1}, 2.5)] == [
        *("-", "yes", "no", "-", "-"), '["a"]', '{"a":1}', "2.5",
    ]  # fmt: skip


def test_names_between_backticks_are_set_apart_and_escaped() -> None:
    assert prose("a `b<` & `c") == "a <code>b&lt;</code> &amp; <code>c</code>"


def test_colours_of_text_stand_out_from_their_ground() -> None:
    named = dict(re.findall(r"--(\w+): (#[0-9a-f]{3,6})", style()))
    for text in ("ink", "quiet", "link", "good", "bad"):
        for ground in ("paper", "band"):
            assert contrast(named[text], named[ground]) >= 4.5, (text, ground)


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, contrast ratio."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(d * 2 for d in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


class Clock:
    """Seconds that a test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_sign_in_ends_unused_after_half_an_hour_and_used_after_eight_hours() -> None:
    clock = Clock()
    sessions = Sessions(clock)
    token = sessions.begin("key")
    clock.now = session.IDLE_SECONDS
    assert sessions.credential(token) == "key"
    clock.now += session.IDLE_SECONDS + 1
    assert sessions.credential(token) is None
    token = sessions.begin("key")
    begun = clock.now
    while clock.now - begun < session.MOST_SECONDS:
        assert sessions.credential(token) == "key"
        clock.now += session.IDLE_SECONDS
    clock.now += 1
    assert sessions.credential(token) is None


def test_a_cookie_stands_for_what_it_was_handed_out_for_until_it_is_given_back() -> None:
    sessions = Sessions(Clock())
    one, other = sessions.begin("key-1"), sessions.begin("key-2")
    assert (sessions.credential(one), sessions.credential(other)) == ("key-1", "key-2")
    assert [sessions.credential(token) for token in (None, "", "x", one[:-1])] == [None] * 4
    sessions.end(one)
    assert (sessions.credential(one), sessions.credential(other)) == (None, "key-2")


def test_beyond_the_most_sessions_the_one_used_longest_ago_ends() -> None:
    clock = Clock()
    sessions = Sessions(clock)
    tokens = []
    for clock.now in range(session.MOST_SESSIONS):
        tokens.append(sessions.begin("key"))
    clock.now += 1
    assert sessions.credential(tokens[0]) == "key"
    sessions.begin("key")
    assert [sessions.credential(token) for token in tokens[:3]] == ["key", None, "key"]


def test_templates_and_texts_are_part_of_the_package() -> None:
    folder = resources.files("infra.api.pages")
    names = {file.name for file in folder.joinpath("templates").iterdir()}
    assert {"base.html", "operations.html", "rows.html", "desk.html", "sign_in.html", "problem.html"} <= names
    assert operations.KEPT_SECONDS <= 1
