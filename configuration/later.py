"""What the file's schema already describes and Usher cannot do yet: refused, never ignored.

A part that is silently skipped would be a promise broken: questions nobody asks, guests
nobody sends away. So each is a fault that says so. Whole keys are refused here, before the
structure is checked; single values (a scope, a connector) where their meaning is read.
"""

from collections.abc import Iterator

from configuration.document import Document, Path, Plain
from configuration.faults import Findings
from configuration.wording import meaning

_CATALOG = ("catalogs", "*")
_POLICY = (*_CATALOG, "packages", "*", "policies", "*")
KEYS: tuple[tuple[str, ...], ...] = (
    ("guests",),
    ("connected_organizations",),
    (*_CATALOG, "package_managers"),
    (*_CATALOG, "assignment_managers"),
    (*_CATALOG, "readers"),
    (*_POLICY, "questions"),
)
"""Keys refused wherever they stand; `*` is every item of a list."""
SCOPES = frozenset(
    {"connected_organizations", "all_configured_organizations", "all_external_users", "automatic"}
)
CONNECTORS = ("webhook", "entra_group", "entra_app", "scim")


def refuse(document: Document, findings: Findings) -> Document:
    """Report every key that is not supported yet; return the document without them."""
    gone = [path for pattern in KEYS for path in _places(document.value, pattern, ())]
    for path in gone:
        findings.fault(document.line(path), meaning.not_supported_yet(str(path[-1])))
    return document.without(gone)


def _places(value: Plain, pattern: tuple[str, ...], path: Path) -> Iterator[Path]:
    """Every path in a value that a pattern describes."""
    if not pattern:
        yield path
    elif pattern[0] == "*":
        for at, item in enumerate(value if isinstance(value, list) else ()):
            yield from _places(item, pattern[1:], (*path, at))
    elif isinstance(value, dict) and pattern[0] in value:
        yield from _places(value[pattern[0]], pattern[1:], (*path, pattern[0]))
