"""The configuration file: read it, check it, write it, say what it would change.

A file is text from a person's editor. `read` makes one value of it, or reports every fault at
once, each on its line with a suggestion; `export` makes the file of the value again, such that
reading it gives the same value. Between the two: YAML with line numbers (`document.py`), the
published JSON Schema (`structure.py`), what is not supported yet (`later.py`), names to ids
(`lookups.py`, `names.py`) and the meaning (`build.py`, `build_policies.py`, `approvability.py`).
All sentences are in `wording/`. Nothing here reads a clock, a network or a database.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from importlib.resources import files

from configuration import build, later, shape, structure
from configuration.document import parse
from configuration.export import export
from configuration.faults import (
    ConfigurationFaults,
    ConfigurationWarning,
    Fault,
    Finding,
    Findings,
)
from configuration.lookups import Lookups
from configuration.plan import describe
from configuration.reading import Reading
from configuration.structure import schema_text
from configuration.wording import form
from engine.application.directory import DirectoryNames
from engine.domain.configuration import Configuration

__all__ = [
    "ConfigurationFaults",
    "ConfigurationWarning",
    "Fault",
    "Finding",
    "Read",
    "check",
    "describe",
    "export",
    "read",
    "sample_text",
    "schema_text",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A file that can be used, and what to say about it all the same."""

    configuration: Configuration
    warnings: tuple[ConfigurationWarning, ...] = ()


def read(
    text: str,
    *,
    filename: str,
    directory: DirectoryNames,
    today: date,
    connectors: Iterable[str] = (),
) -> Read:
    """The configuration a file describes.

    `filename` is only for the messages; `today` (UTC) is the day an end date must not be before;
    `connectors` may be named besides the built-in ones.
    Raises `ConfigurationFaults` with every fault of the file.
    """
    findings = Findings(filename)
    configuration = _examine(text, findings, directory, today, connectors)
    if configuration is None or findings.faults:
        raise ConfigurationFaults(findings.faults)
    return Read(configuration=configuration, warnings=findings.warnings)


def check(
    text: str,
    *,
    filename: str,
    directory: DirectoryNames | None,
    today: date,
    connectors: Iterable[str] = (),
) -> tuple[tuple[Fault, ...], tuple[ConfigurationWarning, ...]]:
    """Every fault and every warning of a file.

    Without a directory nobody is looked up: structure, names, references and times are checked,
    and whether people exist is not.
    """
    findings = Findings(filename)
    _examine(text, findings, directory, today, connectors)
    return findings.faults, findings.warnings


def sample_text() -> str:
    """The sample configuration of the playground: an invented organization, with comments."""
    return files("configuration").joinpath("sample.yml").read_text(encoding="utf-8")


def _examine(
    text: str,
    findings: Findings,
    directory: DirectoryNames | None,
    today: date,
    connectors: Iterable[str],
) -> Configuration | None:
    """Every step as far as it can go. What comes out is only to be used without faults."""
    document = parse(text, findings)
    if document is None:
        return None
    if document.value is None:
        findings.fault(1, form.empty_file())
        return None
    document = structure.check(later.refuse(document, findings), findings)
    reading = Reading(
        document=document,
        findings=findings,
        lookups=Lookups(directory),
        today=today,
        connectors=tuple(connectors),
    )
    return build.configuration(reading, shape.fill(document))
