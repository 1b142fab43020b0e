"""The page about the pages says of routes, tables and the cookie what the code says."""

from __future__ import annotations

import json
import re
from pathlib import Path

from infra.api.operations import Operations
from infra.api.pages import session
from infra.api.pages.desk import router
from infra.api.pages.render import texts

DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "reference" / "pages.md").read_text(encoding="utf-8")


def test_every_table_of_the_operations_page_is_documented_in_its_order() -> None:
    said = re.findall(r"^\| `(\w+)` \| ", PAGE, re.M)
    assert [name for name in said if name in Operations.model_fields] == list(texts()["en"]["tables"])


def test_every_page_and_its_twin_is_documented() -> None:
    paths = {re.sub(r"{(\w+?)(_id)?}", r"<\1>", route.path) for route in router.routes}  # type: ignore[attr-defined]
    paths = {path.replace("<name>", "<list>") for path in paths} - {"/style.css", "/desk/sign-out"}
    assert {path for path in paths if f"`{path}`" not in PAGE} == set()
    routes = json.loads((DOCS / "openapi.json").read_text(encoding="utf-8"))["paths"]
    twins = set(re.findall(r"`GET (/[^`<]*)`", PAGE))
    assert twins <= routes.keys()
    assert "/operations" in twins


def test_the_cookie_is_documented_as_it_is_set() -> None:
    assert f"`{session.COOKIE}`" in PAGE
    assert f"`Path={session.PATH}`" in PAGE
    assert (session.IDLE_SECONDS, session.MOST_SECONDS) == (30 * 60, 8 * 60 * 60)
