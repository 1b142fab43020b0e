"""The page on streams names the kinds, the namespace and the ids that the code has."""

from __future__ import annotations

import re
from pathlib import Path
from uuid import UUID, uuid5

from domain.catalogue import STREAM_ID, read
from domain.stages.streams import NAMESPACE, body_id, programme_id

PAGE = (Path(__file__).parents[3] / "docs/reference/streams.md").read_text(encoding="utf-8")
NAMED = dict(re.findall(r"^\| `((?:body|programme)/[^`]+)` \| `([0-9a-f-]{36})` \|$", PAGE, re.MULTILINE))


def test_the_ids_on_the_page_are_those_of_the_code() -> None:
    assert {
        "body/mn.mdtf": body_id("mn.mdtf"),
        "programme/mn.gabp/2026": programme_id("mn.gabp", "2026"),
    } == NAMED
    assert all(str(uuid5(NAMESPACE, name)) == made for name, made in NAMED.items())


def test_the_page_and_the_catalogue_name_the_namespace() -> None:
    assert set(map(UUID, re.findall(r"(?:namespace `|UUID\(\")([0-9a-f-]{36})", PAGE))) == {NAMESPACE}
    streams = read()["streams"]
    assert all(str(NAMESPACE) in streams[kind] for kind in ("body", "programme"))


def test_the_page_names_every_kind_of_stream() -> None:
    assert all(f"| {kind} |" in PAGE and f"`{field}`" in PAGE for kind, field in STREAM_ID.items())
