"""The page of event types says of each when, by whom and under which rules it is published, and explains every name."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from domain.catalogue import UNITS, by_name, by_wire, json_schema, read

ROOT = Path(__file__).parents[3]
SCRIPT = "import sys; sys.path.insert(0, 'tools'); import events_page; print(events_page.page())"


@cache
def page() -> str:
    """The page as it is written now."""
    ran = subprocess.run([sys.executable, "-c", SCRIPT], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def section(name: str) -> str:
    """The text below a type's heading."""
    return page().partition(f"\n`{by_name[name].wire}`\n")[2].partition("\n### ")[0].partition("\n## ")[0]


def table(title: str) -> set[str]:
    """The first column of a section's table."""
    text = page().partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    return {found.strip("`") for found in re.findall(r"^\| ([^|]+) \|", text, re.M)}


@pytest.mark.parametrize("name", sorted(by_name))
def test_each_type_says_when_by_whom_and_under_which_rules_it_is_published(name: str) -> None:
    known, text = by_name[name], section(name)
    for row in ("effect", "kind", "published", "stream", "source of the rule"):
        assert re.search(rf"^\| {row} \| \S", text, re.M), row
    assert ("| published by |" in text) is (known.kind != "effect")
    assert ("| relation |" in text) is (known.relation is not None)
    assert ("| approval |" in text) is (known.approval is not None)
    assert all(rule in text for rule in known.requires)
    assert all(f"`{code}`" in text for code in known.breaches)
    assert all(f"{due.deadline} (" in text and f"`{due.clock}`" in text for due in known.due)
    assert all(re.search(rf"^\| `{field.name}(\[\])?\??` \| \[", text, re.M) for field in known.clear)
    assert all(f"| `{field}` | {compartment} |" in text for field, compartment in known.disclosed)


def test_what_types_name_is_explained() -> None:
    known = by_name.values()
    assert {part.removeprefix("not ") for k in known for name in k.requires for part in name.split(" or ")} <= table(
        "Rules"
    )
    assert {code for k in known for code in k.breaches} <= table("Breaches")
    assert {category for k in known for category in k.mandate} <= table("Who publishes")


def test_an_earlier_version_is_named_with_why_it_was_left() -> None:
    newest = {known.wire for known in by_name.values()}
    for wire, version in by_wire.items():
        if wire not in newest:
            assert f"| earlier versions | `{wire}` (" in section(version.name)


def test_every_whole_number_has_a_unit() -> None:
    named = {
        field.partition(":")[0].removesuffix("?").removesuffix("[]")
        for entry in read()["types"]
        for field in entry["clear"]
        if field.endswith(":int")
    }
    assert named == UNITS.keys()
    schema = json_schema(by_name["referral.AddresseeReportedUnavailable"])
    assert schema["properties"]["attempts"]["description"] == UNITS["attempts"]
    assert "description" not in schema["properties"]["tried_at"]
