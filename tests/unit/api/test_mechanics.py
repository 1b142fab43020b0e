"""The shared mechanics of routes, each by its own rule: limits, tags, forms of an answer, positions, roles."""

from __future__ import annotations

import asyncio

import pytest
from starlette.requests import Request
from starlette.types import Message, Scope

from domain.roles import ACTS, Act, may
from infra.api import etag, export, position
from infra.api.caller import system
from infra.api.limits import MOST_BUCKETS, Limits
from infra.api.problems import ProblemError


class Clock:
    """Seconds, as the test has them."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_gives_what_it_holds_and_fills_by_its_rate() -> None:
    clock = Clock()
    limits = Limits("read", rate=2, burst=3, clock=clock)
    assert [limits.take("a").wait for _ in range(4)] == [0, 0, 0, 1]
    assert limits.take("b").wait == 0
    clock.now += 0.5
    assert [limits.take("a").wait for _ in range(2)] == [0, 1]
    clock.now += 1000
    assert [limits.take("a").wait for _ in range(4)] == [0, 0, 0, 1]


def test_what_is_left_stands_in_the_headers() -> None:
    limits = Limits("submit", rate=0.5, burst=2, clock=Clock())
    assert limits.take("a").headers == {"RateLimit-Policy": '"submit";q=2;w=4', "RateLimit": '"submit";r=1;t=2'}
    limits.take("a")
    refused = limits.take("a")
    assert (refused.wait, refused.headers["RateLimit"]) == (2, '"submit";r=0;t=4')


def test_callers_that_have_not_come_for_long_take_no_memory() -> None:
    clock = Clock()
    limits = Limits("read", rate=1, burst=1, clock=clock)
    for number in range(MOST_BUCKETS):
        limits.take(number)
    clock.now += 0.5
    limits.take("late")
    clock.now += 0.75
    assert limits.take("another").wait == 0
    assert len(limits._buckets) == 2
    assert limits.take("late").wait == 1


TAGS = [
    ("none", None, 200),
    ("this one", '"{}"', 304),
    ("weak", 'W/"{}"', 304),
    ("among others", '"x", "{}" , W/"y"', 304),
    ("any", " * ", 304),
    ("another", '"x"', 200),
    ("without quotes", "{}", 200),
    ("nothing", "", 200),
    ("a part of it", '"{}x"', 200),
]


async def answered(headers: dict[str, str], *, place: str | None, status: int = 200) -> tuple[Message, bytes]:
    """(start, body) of an answer `[1]` through the middleware; `place` None: the route did not mark it."""

    async def app(scope: Scope, receive: object, send: object) -> None:
        if place is not None:
            etag.mark(Request(scope), place)
        length = {"type": "http.response.start", "status": status, "headers": [(b"content-length", b"3")]}
        await send(length)  # type: ignore[operator]
        await send({"type": "http.response.body", "body": b"[1]"})  # type: ignore[operator]

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "GET", "path": "/", "headers": raw, "query_string": b""}
    await etag.Conditional(app)(scope, None, send)  # type: ignore[arg-type]
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    return sent[0], sent[1]["body"]


def tag_of(start: Message) -> str | None:
    return next((value.decode().strip('"') for name, value in start["headers"] if name == b"etag"), None)


@pytest.mark.parametrize(("known", "status"), [row[1:] for row in TAGS], ids=[row[0] for row in TAGS])
def test_an_answer_that_is_known_is_304_without_its_body(known: str | None, status: int) -> None:
    first, _ = asyncio.run(answered({}, place=""))
    tag = tag_of(first) or ""
    headers = {} if known is None else {"if-none-match": known.format(tag)}
    start, body = asyncio.run(answered(headers, place=""))
    assert (start["status"], body) == (status, b"" if status == 304 else b"[1]")
    assert tag_of(start) == tag
    assert (b"content-length" in dict(start["headers"])) == (status == 200)


def test_the_tag_of_a_case_begins_with_its_position_and_other_answers_have_none() -> None:
    start, _ = asyncio.run(answered({}, place="0-17"))
    assert (tag_of(start) or "").startswith("0-17.")
    assert tag_of(asyncio.run(answered({}, place=None))[0]) is None
    refused, body = asyncio.run(answered({"if-none-match": "*"}, place="", status=404))
    assert (refused["status"], tag_of(refused), body) == (404, None, b"[1]")


FORMS: list[tuple[str, bool | None]] = [
    ("", False),
    ("*/*", False),
    ("application/json", False),
    ("application/x-ndjson", True),
    ("APPLICATION/X-NDJSON; charset=utf-8", True),
    ("application/*", False),
    ("application/x-ndjson, application/json;q=0.5", True),
    ("application/json, application/x-ndjson", False),
    ("text/html, */*;q=0.1", False),
    ("application/x-ndjson;q=0, */*", False),
    ("text/html", None),
    ("application/json;q=0", None),
    ("application/json;q=many", None),
]


@pytest.mark.parametrize(("accepted", "lines"), FORMS)
def test_a_list_is_a_page_or_lines_as_it_is_asked_for(accepted: str, lines: bool | None) -> None:
    headers = [(b"accept", accepted.encode())] if accepted else []
    request = Request({"type": "http", "headers": headers})
    if lines is None:
        with pytest.raises(ProblemError, match=r"request\.not_acceptable"):
            export.wanted(request)
    else:
        assert export.wanted(request) == lines


def test_positions_are_written_and_read_alike() -> None:
    assert position.written({1: 4, 0: 17}) == "0-17,1-4"
    assert position.parsed("0-17,1-4") == {0: 17, 1: 4}
    assert position.parsed("0-3,0-17,0-5") == {0: 17}
    assert position.written({}) == ""


MAY: list[tuple[str, set[Act]]] = [
    ("system", {"read", "submit"}),
    ("supervisor", {"read", "submit"}),
    ("auditor", {"read"}),
    ("officer", {"read", "submit"}),
    ("duty", {"read", "submit"}),
    ("operator", {"operate"}),
]


@pytest.mark.parametrize(("role", "acts"), MAY)
def test_a_role_allows_what_the_table_says(role: str, acts: set[Act]) -> None:
    every: tuple[Act, ...] = ("read", "submit", "operate")
    assert {act for act in every if may([role], act)} == acts
    assert len(MAY) == len(ACTS)


def test_roles_allow_together_what_each_allows_and_unknown_ones_nothing() -> None:
    assert may(["auditor", "operator"], "operate")
    assert not may(["root", ""], "read")
    assert not may([], "read")


def test_an_api_key_is_the_agencys_system_for_every_unit() -> None:
    assert system("mn.npa").settings == ("mn.npa", "|*|", "|system|", "")
