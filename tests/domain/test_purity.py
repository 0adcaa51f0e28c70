"""The rules are pure: nothing in engine/domain can know the time, draw lots, wait or talk."""

import ast
import sys
from pathlib import Path

import pytest

import engine.domain

FILES = sorted(Path(engine.domain.__file__).parent.glob("**/*.py"))
IMPURE = {
    "asyncio",
    "concurrent",
    "http",
    "io",
    "logging",
    "multiprocessing",
    "os",
    "pathlib",
    "random",
    "secrets",
    "select",
    "shutil",
    "signal",
    "socket",
    "sqlite3",
    "ssl",
    "subprocess",
    "sys",
    "tempfile",
    "threading",
    "time",
    "urllib",
    "uuid",
}
SAYS_NOW = {"now", "today", "utcnow", "fromtimestamp"}
TALKS = {"print", "open", "input", "exec", "eval", "__import__", "id", "hash", "globals"}


def impurities(source: str) -> list[str]:
    """What a file does that a rule may not, each with its line."""
    found = []
    for node in ast.walk(ast.parse(source)):
        problem = _impurity(node)
        if problem is not None:
            found.append(f"{getattr(node, 'lineno', 0)}: {problem}")
    return found


def _impurity(node: ast.AST) -> str | None:
    match node:
        case ast.Import(names=names):
            return next((p for n in names if (p := _forbidden(n.name))), None)
        case ast.ImportFrom(module=module, level=level):
            return "relative import" if level else _forbidden(module or "")
        case ast.AsyncFunctionDef() | ast.Await() | ast.AsyncFor() | ast.AsyncWith():
            return "waits"
        case ast.Global() | ast.Nonlocal():
            return "keeps a state of its own"
        case ast.Call(func=ast.Attribute(value=ast.Name(id="datetime" | "date"), attr=attr)):
            return f"asks the clock: {attr}" if attr in SAYS_NOW else None
        case ast.Call(func=ast.Name(id=name)):
            return f"calls {name}" if name in TALKS else None
    return None


def _forbidden(module: str) -> str | None:
    if module == "engine.domain" or module.startswith("engine.domain."):
        return None
    top, _, _ = module.partition(".")
    pure = top in sys.stdlib_module_names and top not in IMPURE
    return None if pure else f"imports {module}"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_rule_is_pure(file: Path) -> None:
    """Only the standard library without clock, lots, system and network, and the rules."""
    assert impurities(file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "import asyncio",
        "import os.path",
        "from uuid import uuid4",
        "from time import monotonic",
        "import sqlalchemy",
        "from engine.application import ports",
        "import engine",
        "from . import stages",
        "async def wait() -> None: ...",
        "datetime.now(UTC)",
        "date.today()",
        "datetime.fromtimestamp(0)",
        "print('approved')",
        "def count() -> None:\n    global total",
    ],
)
def test_an_impure_rule_is_found(source: str) -> None:
    """What this test is for, planted one by one."""
    assert len(impurities(source)) == 1


def test_there_are_rules_to_look_at() -> None:
    """A test over no files would always be content."""
    assert {"stages.py", "assignment_requests.py", "holdings.py"} <= {f.name for f in FILES}
