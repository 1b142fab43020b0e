"""What there is, is documented, and what the documentation names, there is; generated pages are those of this code."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from domain.catalogue import by_name
from domain.record.entry import GENESIS_PREV
from domain.refusals import sentences
from domain.registry import RECORDS as REGISTRY_RECORDS
from infra.api.metrics import Metrics
from infra.api.problems import TABLE
from infra.settings import Settings
from projections.all_views import VIEWS
from projections.engine import columns

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs"
REFERENCE = DOCS / "reference"
PAGES = sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md"), *ROOT.glob("clients/*/*.md")])
HAS_CLI = importlib.util.find_spec("infra.cli") is not None
GENERATORS = [
    pytest.param(tool, marks=pytest.mark.skipif(tool == "cli_page" and not HAS_CLI, reason="no command line yet"))
    for tool in (
        *("refusals_page", "events_page", "settings_page", "cli_page", "views_page", "sharing_page"),
        *("schemas", "entry_example", "openapi", "asyncapi", "client_types"),
    )
]


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def sources(*folders: str) -> str:
    """The text of every module below the folders."""
    return "\n".join(read(file) for folder in folders for file in sorted((ROOT / folder).rglob("*.py")))


def section(page: str, heading: str) -> str:
    """The text below a heading of the second level."""
    return page.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize("tool", GENERATORS)
def test_generated_pages_are_fresh(tool: str) -> None:
    ran = subprocess.run(
        [sys.executable, f"tools/{tool}.py", "--check"], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize("code", sorted({*sentences(), *TABLE}))
def test_every_refusal_and_problem_is_documented(code: str) -> None:
    assert f"| `{code}` |" in read(REFERENCE / "refusals.md")


def test_every_code_that_is_refused_with_has_sentences() -> None:
    raised = set(re.findall(r'Refusal\(\s*"([a-z_]+\.[a-z0-9_]+)"', sources("domain")))
    assert raised
    assert raised <= sentences().keys()


@pytest.mark.parametrize("name", sorted(by_name))
def test_every_event_type_is_documented_and_has_a_schema(name: str) -> None:
    known = by_name[name]
    assert f"\n`{known.wire}`\n" in read(REFERENCE / "events.md")
    assert json.loads(read(DOCS / "schemas" / f"{known.wire}.json"))["title"] == known.wire


@pytest.mark.parametrize("name", list(Settings.model_fields))
def test_every_setting_is_documented_and_described(name: str) -> None:
    assert Settings.model_fields[name].description
    assert f"| `TAMGA_{name.upper()}` |" in read(REFERENCE / "settings.md")


def test_every_variable_that_is_read_is_documented() -> None:
    named = set(re.findall(r"\bTAMGA_[A-Z][A-Z_]*[A-Z]\b", sources("infra", "consumers")))
    assert {name for name in named if f"`{name}`" not in read(REFERENCE / "settings.md")} == set()


@pytest.mark.parametrize("view", sorted(VIEWS))
def test_every_view_and_column_is_documented(view: str) -> None:
    text = section(read(REFERENCE / "views.md"), view)
    documented = re.findall(r"^\| `([a-z_]+)` \|", text, re.M)
    assert documented == [name for name, _ in columns(VIEWS[view])]
    key = ", ".join(f"`{name}`" for name, _ in columns(VIEWS[view])[: VIEWS[view].keys])
    assert f"Key: {key}" in " ".join(text.split())


def test_every_metric_is_documented() -> None:
    said = Metrics().text().decode()
    kinds = dict(re.findall(r"^# TYPE (tamga_\w+) (counter|gauge|histogram)$", said, re.M))
    kinds = {name: kind for name, kind in kinds.items() if not name.endswith("_created")}
    page = section(read(REFERENCE / "metrics-and-health.md"), "Metrics")
    assert dict(re.findall(r"^\| `(tamga_\w+)` \| (\w+) \|", page, re.M)) == kinds


def test_every_alarm_is_documented() -> None:
    code = sources("infra", "consumers")
    raised = set(re.findall(r'(?:LogFault|Stop)\(\s*"([a-z]+\.[a-z_]+)"', code))
    page = section(read(REFERENCE / "metrics-and-health.md"), "Alarms")
    assert set(re.findall(r"^\| `([a-z]+\.[a-z_]+)` \|", page, re.M)) == raised


@pytest.mark.parametrize("name", sorted(REGISTRY_RECORDS))
def test_every_registry_record_is_documented(name: str) -> None:
    assert f"| `{name}` |" in section(read(REFERENCE / "registry.md"), "Records")


def test_the_record_is_described_as_it_is_read() -> None:
    page = read(REFERENCE / "entry.md")
    tail = re.search(r"_TAIL = re\.compile\(\s*rb'(.*)'\s*\)", read(ROOT / "domain/record/entry.py"))
    assert tail is not None
    assert f"```\n{tail[1]}\n```" in page
    assert GENESIS_PREV in page


@pytest.mark.skipif(not (DOCS / "openapi.json").exists(), reason="no OpenAPI document yet")
def test_every_route_is_described() -> None:
    for path, methods in json.loads(read(DOCS / "openapi.json"))["paths"].items():
        for method, operation in methods.items():
            assert operation.get("description") or operation.get("summary"), f"{method} {path}"
            assert operation["operationId"]


@pytest.mark.skipif(not HAS_CLI, reason="no command line yet")
def test_every_command_is_documented() -> None:
    from typer.main import get_command

    from infra.cli.main import app

    def words(command: object, before: tuple[str, ...] = ()) -> list[str]:
        nested = getattr(command, "commands", None)
        return [" ".join(before)] if nested is None else [w for n, c in nested.items() for w in words(c, (*before, n))]

    page = read(REFERENCE / "cli.md")
    assert [name for name in words(get_command(app)) if f"\n## tamga {name}\n" not in page] == []


def test_commands_that_pages_name_exist() -> None:
    documented = set(re.findall(r"^## tamga ([a-z -]+)$", read(REFERENCE / "cli.md"), re.M))
    first = {name.split()[0] for name in documented}
    prose = [page for page in PAGES if page.name != "cli.md"]
    named = {(page.name, word) for page in prose for word in re.findall(r"`tamga ([a-z-]+)[^`<]*`", read(page))}
    assert {(page, word) for page, word in named if word not in first} == set()


def test_make_targets_that_pages_name_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", read(ROOT / "Makefile"), re.M))
    named = {(page.name, target) for page in PAGES for target in re.findall(r"\bmake ([a-z-]+)\b", _code(read(page)))}
    assert {(page, target) for page, target in named if target not in targets} == set()


def _code(text: str) -> str:
    """What stands in code spans and blocks."""
    return "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text, re.S))


def test_the_readme_names_folders_that_exist_and_misses_none() -> None:
    block = section(read(ROOT / "README.md"), "The folders")
    lines = re.findall(r"^( *)([a-z]+)/ ", block, re.M)
    top = [name for indent, name in lines if not indent]
    assert [name for name in top if not (ROOT / name).is_dir()] == []
    assert [name for indent, name in lines if indent and not (ROOT / "domain" / name).is_dir()] == []
    there = {p.name for p in ROOT.iterdir() if p.is_dir() and not p.name.startswith((".", "__"))}
    assert there - {"build", "dist"} <= set(top)


def _anchors(text: str) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", text, re.M)
    return {re.sub(r"[^a-z0-9 _-]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = read(page)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith("http"):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), target
        if anchor and file.suffix == ".md":
            assert anchor in _anchors(read(file)), target


def test_every_decision_has_its_four_parts() -> None:
    for page in sorted((DOCS / "adr").glob("*.md")):
        parts = re.findall(r"^## (.+)$", read(page), re.M)
        assert parts == ["Context", "Decision", "What it costs", "What would change our mind"], page.name
        assert read(page).startswith(f"# {page.name[:4]}: ")


def test_files_that_pages_name_exist() -> None:
    path = re.compile(r"`((?:domain|projections|consumers|infra|tools|tests|examples|docs)/[\w./-]+)`")
    for page in PAGES:
        for name in path.findall(read(page)):
            assert (ROOT / name).exists(), f"{page.name}: {name}"
