"""Every sentence about a configuration file, in one place: `form` and `meaning`.

`form` speaks of what a file looks like, whoever is in the directory: YAML and its structure.
`meaning` speaks of what it says: people, names, times and who could ever decide.
"""

from collections.abc import Iterable
from difflib import get_close_matches


def shown(value: object) -> str:
    """What somebody wrote, in double quotes and not too long."""
    text = str(value)
    return f'"{text if len(text) <= 60 else text[:57] + "..."}"'


def listed(words: Iterable[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    every = list(words)
    if len(every) < 2:
        return "".join(every)
    return f"{', '.join(every[:-1])} {last} {every[-1]}"


def counted(number: int, one: str, many: str) -> str:
    """`1 person`, `3 people`."""
    return f"{number} {one if number == 1 else many}"


def closest(name: str, known: Iterable[str]) -> str | None:
    """The known name closest to a misspelt one, whatever its case; None when none is close."""
    by_folded = {each.casefold(): each for each in known}
    found = get_close_matches(name.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[found[0]] if found else None


def did_you_mean(name: str | None) -> str:
    """The suggestion of a closest name, empty without one."""
    return "" if name is None else f"Did you mean {name}?"
