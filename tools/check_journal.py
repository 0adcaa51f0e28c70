"""Run other people's validators over everything the tests sent to Slack.

Usage: check_journal.py FOLDER

The validators stand in a folder `shared/checks` beside the checkout when there is one: the Block
Kit models of two independent libraries, Slack's own TypeScript types, and the scopes each Web API
method needs. Without that folder this says so and checks nothing: the project's own tests stand
alone.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parent.parent
CHECKS = ROOT.parent / "shared" / "checks"
WORK = ROOT / "var" / "checks"
TYPES = ("typescript@5", "@slack/types@2", "@slack/web-api@7")
"""What the TypeScript check needs from npm."""
MOST_PAYLOADS = 4000
"""More distinct payloads than this say nothing new and take minutes."""


def main(folder: Path) -> int:
    """Run every validator that can run; answers the number that found something."""
    if not CHECKS.is_dir():
        print("No independent checks beside this checkout; nothing more to run.")
        return 0
    payloads = list(_payloads(folder))
    if not payloads:
        print(f"No payloads were recorded in {folder}; the tests write them there.")
        return 1
    WORK.mkdir(parents=True, exist_ok=True)
    lines = WORK / "payloads.jsonl"
    lines.write_text("".join(json.dumps(row) + "\n" for row in payloads), encoding="utf-8")
    failed = _block_kit(lines) + _types(lines) + _scopes(folder)
    print(f"{len(payloads)} distinct payloads, {failed} validators with complaints")
    return failed


def _payloads(folder: Path) -> Iterator[dict[str, object]]:
    """Every distinct payload once, with a name that says where it was first seen."""
    seen: set[str] = set()
    for path in sorted(folder.rglob("payloads-*.jsonl")):
        for number, row in enumerate(_rows(path), start=1):
            canonical = json.dumps([row["surface"], row["payload"]], sort_keys=True)
            if canonical in seen or len(seen) >= MOST_PAYLOADS:
                continue
            seen.add(canonical)
            yield {**row, "name": f"{row['name']} ({path.name}:{number})"}


def _rows(path: Path) -> Iterable[dict[str, object]]:
    return map(json.loads, path.read_text(encoding="utf-8").splitlines())


def _block_kit(lines: Path) -> int:
    run = subprocess.run(  # noqa: S603 - our own interpreter on a file of ours
        [sys.executable, str(CHECKS / "blockkit_oracle.py"), str(lines)],
        capture_output=True,
        text=True,
        check=False,
    )
    complaints = [row for row in run.stdout.splitlines() if _complains(json.loads(row))]
    return _report("two Block Kit libraries", run.returncode, complaints, run.stderr)


def _types(lines: Path) -> int:
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        print("skipped  Slack's TypeScript types: node and npm are not installed")
        return 0
    if not (WORK / "node_modules" / ".bin" / "tsc").exists():
        (WORK / "package.json").write_text('{"private": true}', encoding="utf-8")
        subprocess.run(  # noqa: S603 - npm from the PATH, fixed names
            [npm, "install", "--silent", "--no-audit", "--no-fund", *TYPES],
            cwd=WORK,
            check=True,
        )
    run = subprocess.run(  # noqa: S603 - node from the PATH, fixed files
        [node, str(CHECKS / "tscheck.mjs"), lines.name],
        cwd=WORK,
        capture_output=True,
        text=True,
        check=False,
    )
    complaints = [row for row in run.stdout.splitlines() if _complains(json.loads(row))]
    return _report("Slack's TypeScript types", run.returncode, complaints, run.stderr)


def _scopes(folder: Path) -> int:
    manifest = YAML(typ="safe").load((ROOT / "manifest.yml").read_text(encoding="utf-8"))
    scopes = manifest["oauth_config"]["scopes"]
    scopes["bot"] = [*scopes["bot"], *scopes.get("bot_optional", [])]
    as_json = WORK / "manifest.json"
    as_json.write_text(json.dumps(manifest), encoding="utf-8")
    called = {
        str(row["what"])
        for path in folder.rglob("exchanges-*.jsonl")
        for row in _rows(path)
        if row["direction"] == "app_to_slack" and "." in str(row["what"])
    }
    methods = sorted(name for name in called if (CHECKS / "data/methods" / f"{name}.json").exists())
    run = subprocess.run(  # noqa: S603 - our own interpreter on files of ours
        [
            sys.executable,
            str(CHECKS / "scope_check.py"),
            str(CHECKS / "data/methods"),
            str(as_json),
            *methods,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    complaints = [row for row in run.stdout.splitlines() if row.startswith("missing")]
    return _report(f"scopes of {len(methods)} methods", run.returncode, complaints, run.stderr)


def _complains(row: dict[str, object]) -> bool:
    return any(value for key, value in row.items() if key != "name")


def _report(what: str, code: int, complaints: list[str], trouble: str) -> int:
    if code == 0 and not complaints:
        print(f"ok       {what}")
        return 0
    print(f"FAILED   {what}")
    for line in complaints[:20]:
        print(f"         {line}")
    if not complaints:
        print(trouble.strip()[-2000:])
    return 1


if __name__ == "__main__":
    sys.exit(1 if main(Path(sys.argv[1])) else 0)
