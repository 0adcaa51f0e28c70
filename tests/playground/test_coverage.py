"""The table of what is covered is complete, its tests exist, and the documentation has it."""

from __future__ import annotations

import ast
from pathlib import Path

from playground.coverage import METHOD_TESTS, State, lines, page
from playground.web_api import METHODS

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


def test_every_method_has_its_line_and_no_line_is_left_over() -> None:
    """Registered methods and listed ones are the same."""
    assert set(METHOD_TESTS) == set(METHODS)


def test_every_test_named_exists() -> None:
    """By file and function; what is not here names none."""
    known = {
        f"{file.name}::{node.name}"
        for file in HERE.glob("test_*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    }
    for line in lines():
        if line.state is State.NONE:
            assert line.test == ""
        else:
            assert line.test in known, line


def test_the_documentation_has_the_table_as_it_is() -> None:
    """Regenerate with `python -m playground.coverage > docs/playground-coverage.md`."""
    assert (ROOT / "docs" / "playground-coverage.md").read_text(encoding="utf-8") == page()
