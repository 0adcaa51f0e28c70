"""What is wrong with a file, and where. Collected until the end: every fault at once.

A fault stops the file from being used. A warning does not: it names something that is allowed and
probably not meant. Both say what is the matter in one sentence and what to do in another. The
sentences themselves are in `wording/`.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What is the matter, and what to do about it (empty when the first sentence says it)."""

    message: str
    suggestion: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Finding:
    """Something to say about one line of a file. Lines count from 1."""

    filename: str
    line: int
    message: str
    suggestion: str = ""

    def __str__(self) -> str:
        """Say where, what is the matter and what to do: `usher.yml:12: Text. More text.`."""
        return f"{self.filename}:{self.line}: {self.message} {self.suggestion}".rstrip()


class Fault(Finding):
    """Something that must be changed before the file can be used."""

    __slots__ = ()


class ConfigurationWarning(Finding):
    """Something that works and is probably not what was meant."""

    __slots__ = ()


class ConfigurationFaults(Exception):
    """The file cannot be used. `faults` has every reason, in the order of the lines."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        """Keep the faults; the message is one line for each."""
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


class Findings:
    """Collects faults and warnings of one file while it is read."""

    def __init__(self, filename: str) -> None:
        """Start with nothing found."""
        self._filename = filename
        self._faults: set[Fault] = set()
        self._warnings: set[ConfigurationWarning] = set()

    def fault(self, line: int, words: Words) -> None:
        """Note a fault. The same words on the same line are one fault."""
        self._faults.add(
            Fault(
                filename=self._filename,
                line=line,
                message=words.message,
                suggestion=words.suggestion,
            )
        )

    def warn(self, line: int, words: Words) -> None:
        """Note a warning."""
        self._warnings.add(
            ConfigurationWarning(
                filename=self._filename,
                line=line,
                message=words.message,
                suggestion=words.suggestion,
            )
        )

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Every fault so far, in the order of the lines."""
        return tuple(sorted(self._faults))

    @property
    def warnings(self) -> tuple[ConfigurationWarning, ...]:
        """Every warning so far, in the order of the lines."""
        return tuple(sorted(self._warnings))
