"""A newcomer opens one file and understands it: none of the domain is above 300 lines, and a function fits a screen."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import domain

HERE = Path(domain.__file__).parent
MODULES = sorted(path.relative_to(HERE).as_posix() for path in HERE.rglob("*.py"))
MOST_LINES, A_SCREEN = 300, 40


@pytest.mark.parametrize("name", MODULES)
def test_a_module_is_short_and_its_functions_fit_a_screen(name: str) -> None:
    text = (HERE / name).read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MOST_LINES
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    assert not [each.name for each in functions if (each.end_lineno or 0) - each.lineno >= A_SCREEN]
