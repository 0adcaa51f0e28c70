"""`pip install .` of a checkout: the command is there, with everything it needs."""

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from tests.acceptance.outsider.company import MANAGER, VPN, file, package, policy
from tests.acceptance.outsider.served import CHECKOUT

pytestmark = pytest.mark.slow
SHIPPED = (
    "bot/manifest.yml",
    "configuration/usher.schema.json",
    "playground/page/index.html",
    "storage/migrations/versions/0001_first.py",
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from the files under version control, as a fresh clone has them."""
    folder = tmp_path_factory.mktemp("checkout")
    archive = subprocess.run(
        ["git", "archive", "HEAD"], cwd=CHECKOUT, capture_output=True, check=True
    )
    subprocess.run(["tar", "-x"], cwd=folder, input=archive.stdout, check=True)
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(out), str(folder)],
        check=True,
        timeout=200,
    )
    return next(out.glob("*.whl"))


def test_the_wheel_has_what_is_no_python(wheel: Path) -> None:
    """Manifest, schema, migrations, the playground's page; and no tests."""
    names = zipfile.ZipFile(wheel).namelist()
    for shipped in SHIPPED:
        assert shipped in names, [name for name in names if not name.endswith(".py")]
    assert not [name for name in names if name.startswith("tests/")]


def test_the_installed_command_works(wheel: Path, tmp_path: Path) -> None:
    """In an environment of its own, from a folder that is no checkout."""
    home = tmp_path / "environment"
    venv.create(home, with_pip=False)
    own = next(path for path in (home / "lib").glob("python*/site-packages"))
    dependencies = next(path for path in sys.path if path.endswith("site-packages"))
    (own / "dependencies.pth").write_text(f"{dependencies}\n")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(own)
    (tmp_path / "usher.yml").write_text(file(package("Office VPN", VPN, policy(MANAGER))))
    for words, said in ((["--help"], "check-config"), (["check-config", "usher.yml"], "usher.yml")):
        done = subprocess.run(
            [str(home / "bin" / "python"), "-c", "from bot.cli import main; main()", *words],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert said in done.stdout
