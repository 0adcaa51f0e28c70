"""What people in a story got to see, and the failure that says what they saw instead."""

from __future__ import annotations

from dataclasses import dataclass, field

from playground.reading import squeezed


class NotThere(AssertionError):
    """What was looked for is not what the person sees; the message says what is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A message as one person sees it."""

    text: str
    ts: str
    channel: str
    ephemeral: bool
    buttons: tuple[str, ...] = ()
    notification: str = ""
    """The top-level text, which phones and screen readers use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """What somebody saw happen after an act: messages that came or changed, newest last."""

    who: str
    messages: tuple[Seen, ...] = field(default=())
    asked: str = ""
    """The words of the confirmation dialog that was answered, if there was one."""

    @property
    def text(self) -> str:
        """All of it in one text."""
        return "\n".join(one.text for one in self.messages)

    @property
    def ephemeral(self) -> str:
        """What only this person sees."""
        return "\n".join(one.text for one in self.messages if one.ephemeral)

    def sees(self, words: str) -> None:
        """Fail unless these words are in it."""
        if squeezed(words) not in squeezed(self.text):
            raise NotThere(
                f"{self.who} did not get to see {words!r}, but:\n{self.text or 'nothing'}"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """The app's Home tab as one person sees it."""

    who: str
    text: str
    buttons: tuple[str, ...]

    def sees(self, words: str) -> None:
        """Fail unless these words are on it."""
        if squeezed(words) not in squeezed(self.text):
            raise NotThere(f"{self.who}'s Home tab does not show {words!r}, but:\n{self.text}")

    def does_not_see(self, words: str) -> None:
        """Fail if these words are on it."""
        if squeezed(words) in squeezed(self.text):
            raise NotThere(f"{self.who}'s Home tab shows {words!r}:\n{self.text}")
