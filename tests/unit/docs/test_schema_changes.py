"""A published version never breaks: each kind of change that would is found, and the tool writes no schema then."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from domain.catalogue import by_name, by_wire, json_schema
from tools.schema_change import broken, digest, shape

ROOT = Path(__file__).parents[3]
SCHEMAS = ROOT / "docs" / "schemas"
PUBLISHED: dict[str, str] = json.loads((SCHEMAS / "published.json").read_text(encoding="utf-8"))["versions"]
REQUESTED = "referral.ReferralRequested"

Change = Callable[[dict[str, Any]], object]


def schema() -> dict[str, Any]:
    """The schema that the rows change, as if it came from a file."""
    made: dict[str, Any] = json.loads(json.dumps(json_schema(by_name[REQUESTED])))
    made["properties"]["attempts"] = {"type": "integer", "minimum": 0, "maximum": 9}
    made["properties"]["lead"] = {"type": "string", "const": "care"}
    return made


def field(name: str, **keywords: Any) -> Change:
    """Sets keywords of a field."""
    return lambda s: s["properties"].setdefault(name, {}).update(keywords)


BREAKING: list[tuple[str, Change, str]] = [
    ("a field is removed", lambda s: s["properties"].pop("due_at"), "field due_at was removed"),
    (
        "a field is renamed",
        lambda s: s["properties"].update(due=s["properties"].pop("due_at")),
        "field due_at was removed",
    ),
    ("a field becomes required", lambda s: s["required"].append("due_at"), "field due_at became required"),
    (
        "a required field is added",
        lambda s: (field("ground", type="string")(s), s["required"].append("ground")),
        "field ground became required",
    ),
    ("a field becomes optional", lambda s: s["required"].remove("reason"), "field reason became optional"),
    ("a code is removed", lambda s: s["properties"]["urgency"]["enum"].remove("urgent"), "code urgent was removed"),
    (
        "a code of a list's items is removed",
        lambda s: s["properties"]["compartments_shared"]["items"]["enum"].remove("family"),
        "items of compartments_shared: code family was removed",
    ),
    ("the only code is another one", field("lead", const="proceedings"), "lead: code care was removed"),
    ("any value becomes a code", field("to_agency", enum=["mn.npa"]), "to_agency: any value became a list of codes"),
    ("a code becomes any value", lambda s: s["properties"]["urgency"].pop("enum"), "a list of codes became any value"),
    ("a type changes", field("attempts", type="string"), "attempts: type was integer and became string"),
    ("a pattern is narrowed", field("to_agency", pattern="^mn\\.[a-z]+$"), "to_agency: pattern was"),
    ("a pattern is widened", field("to_agency", pattern="."), "to_agency: pattern was"),
    ("a pattern is dropped", lambda s: s["properties"]["due_at"].pop("pattern"), "due_at: pattern was"),
    ("a pattern is new", field("attempts", pattern="^1$"), "attempts: pattern was None"),
    ("a bound is narrowed", field("attempts", maximum=5), "attempts: maximum was 9 and became 5"),
    ("a bound is widened", field("attempts", maximum=99), "attempts: maximum was 9 and became 99"),
    ("a list is shortened", field("compartments_shared", maxItems=3), "compartments_shared: maxItems was 32"),
    (
        "a list becomes one value",
        lambda s: s["properties"].update(compartments_shared={"type": "string"}),
        "compartments_shared: a list became one value",
    ),
    (
        "one value becomes a list",
        lambda s: s["properties"].update(reason={"type": "array", "items": s["properties"]["reason"]}),
        "reason: a list became one value, or one value a list",
    ),
    (
        "a list's items change",
        lambda s: s["properties"]["_sd"]["items"].update(pattern="^.{22}$"),
        "items of _sd: pattern was",
    ),
    ("other members are allowed", lambda s: s.update(additionalProperties=True), "additionalProperties was False"),
    ("other members are not spoken of", lambda s: s.pop("additionalProperties"), "additionalProperties was False"),
    ("a rule over several fields is new", lambda s: s.update(minProperties=3), "data: minProperties was None"),
]

ALLOWED: list[tuple[str, Change]] = [
    ("nothing changes", lambda s: None),
    ("an optional field is added", field("ground", type="string")),
    ("a code is added", lambda s: s["properties"]["urgency"]["enum"].append("today")),
    ("a second code is added", lambda s: s["properties"].update(lead={"type": "string", "enum": ["both", "care"]})),
    (
        "a code of a list's items is added",
        lambda s: s["properties"]["compartments_shared"]["items"]["enum"].append("z"),
    ),
    ("codes stand in another order", lambda s: s["properties"]["urgency"]["enum"].reverse()),
    ("fields stand in another order", lambda s: s["required"].reverse()),
    ("prose changes", lambda s: (s.update(description="other"), field("due_at", title="Due", description="when")(s))),
]


@pytest.mark.parametrize(("change", "said"), [row[1:] for row in BREAKING], ids=[row[0] for row in BREAKING])
def test_a_change_that_breaks_writers_or_readers_is_found(change: Change, said: str) -> None:
    after = schema()
    change(after)
    assert any(said in found for found in broken(schema(), after)), broken(schema(), after)
    assert digest(after) != digest(schema())


@pytest.mark.parametrize("change", [row[1] for row in ALLOWED], ids=[row[0] for row in ALLOWED])
def test_a_change_that_breaks_nobody_is_allowed(change: Change) -> None:
    after = schema()
    change(after)
    assert broken(schema(), after) == []


@pytest.mark.parametrize("wire", sorted(PUBLISHED))
def test_a_published_version_is_as_it_was_published_and_the_catalogue_does_not_break_it(wire: str) -> None:
    checked_in = json.loads((SCHEMAS / f"{wire}.json").read_text(encoding="utf-8"))
    assert digest(checked_in) == PUBLISHED[wire], f"{wire}.json was changed by hand"
    assert broken(checked_in, json_schema(by_wire[wire])) == [], "make a new version: docs/adr/0014"


def test_prose_and_order_are_no_part_of_the_shape() -> None:
    other = schema() | {"description": "other", "required": schema()["required"][::-1]}
    assert shape(other) == shape(schema())


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of what the tool reads and writes."""
    for folder in ("domain", "tools", "docs/schemas"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def written(project: Path, *arguments: str) -> tuple[int, str, dict[str, str]]:
    """Exit status and messages of the tool, and the schemas after it."""
    command = [sys.executable, str(project / "tools/schemas.py"), *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60)
    found = {file.name: file.read_text(encoding="utf-8") for file in (project / "docs/schemas").glob("*.json")}
    return ran.returncode, ran.stderr, found


def edit(project: Path, before: str, after: str) -> None:
    """Change the copy's catalogue."""
    file = project / "domain/data/event_catalogue.json"
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after), encoding="utf-8")


CLEAR = '"clear": ["accepted_by_role:reporter_role", "first_contact_due:time"]'
ACCEPTED = "mn.tamga.referral.referral_accepted.v1"


def test_the_tool_writes_no_schema_while_a_published_version_would_break(project: Path) -> None:
    assert written(project)[0] == 0
    before = written(project)[2]
    edit(project, CLEAR, CLEAR.replace('"first_contact_due:time"', '"first_contact_by:time"'))
    for arguments in ((), ("--check",), ("--publish",)):
        status, said, after = written(project, *arguments)
        assert (status, after) == (1, before)
        assert f"{ACCEPTED}: field first_contact_due was removed" in said


def test_the_tool_writes_an_optional_field_and_its_new_digest(project: Path) -> None:
    edit(project, CLEAR, CLEAR.replace("due:time", 'due:time", "note?:bool'))
    assert written(project)[0] == 0
    status, _, found = written(project, "--check")
    assert (status, "note" in json.loads(found[f"{ACCEPTED}.json"])["properties"]) == (0, True)
    assert json.loads(found["published.json"])["versions"][ACCEPTED] != PUBLISHED[ACCEPTED]


def test_a_published_version_is_neither_lost_nor_changed_by_hand(project: Path) -> None:
    assert written(project)[0] == 0
    file = project / "docs/schemas" / f"{ACCEPTED}.json"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('"required": [', '"required": ["case_id",'), encoding="utf-8")
    assert f"{ACCEPTED} is not the schema that was published" in written(project)[1]
    file.unlink()
    assert f"{ACCEPTED} is published and its schema is not checked in" in written(project)[1]
    file.write_text(text, encoding="utf-8")
    edit(project, f'"wire": "{ACCEPTED}"', f'"wire": "{ACCEPTED[:-1]}2"')
    assert f"{ACCEPTED} is published and the catalogue has lost it" in written(project)[1]


def test_an_unpublished_version_may_change_until_it_is_published(project: Path) -> None:
    registry = project / "docs/schemas/published.json"
    said = json.loads(registry.read_text(encoding="utf-8"))
    del said["versions"][ACCEPTED]
    registry.write_text(json.dumps(said), encoding="utf-8")
    edit(project, CLEAR, CLEAR.replace("first_contact_due", "first_contact_by"))
    assert written(project)[0] == 0
    assert written(project, "--publish")[0] == 0
    assert ACCEPTED in json.loads(registry.read_text(encoding="utf-8"))["versions"]
