"""The page about the HTTP API says of roles, settings, headers and problems what the code says."""

from __future__ import annotations

import re
from pathlib import Path

from domain.roles import ACTS
from infra.api.problems import TABLE
from infra.settings import Settings

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "http.md").read_text(encoding="utf-8")


def test_each_role_stands_there_with_what_it_may_do() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (yes|) ?\| (yes|) ?\| (yes|) ?\|$", PAGE, re.M)
    columns = ("read", "submit", "operate")
    found = {role: {act for act, said in zip(columns, marks, strict=True) if said} for role, *marks in rows}
    assert found == ACTS


def test_every_setting_of_the_api_is_explained_and_there_is_each_that_it_names() -> None:
    named = set(re.findall(r"`TAMGA_(\w+)`", PAGE))
    known = {name.upper() for name in Settings.model_fields}
    assert named <= known
    ours = {name for name in known if name.startswith(("READ_", "SUBMIT_", "EVENT_", "MIN_POSITION", "IDEMPOTENCY"))}
    assert ours <= named
    claims = {name for name in Settings.model_fields if name.endswith("_claim")}
    assert all(f"| `{Settings.model_fields[name].default}` |" in PAGE for name in claims)


def test_problems_that_it_names_there_are_with_their_status() -> None:
    for code, status in re.findall(r"`((?:request|service)\.\w+)` \((\d{3})\)", PAGE):
        assert TABLE[code].status == int(status)


def test_there_is_a_problem_for_every_status_that_a_route_may_refuse_with() -> None:
    needed = {400, 401, 403, 404, 405, 406, 409, 412, 413, 415, 422, 428, 429, 500, 503}
    assert {sentences.status for sentences in TABLE.values()} == needed
