"""From values to text Slack shows well: escaping, cutting, moments, durations, mentions.

Two kinds of text never mix. *Markup* is our own mrkdwn: whatever a person wrote enters it through
`escape` only, so that a reason can neither ping a channel nor fake a link (Slack: Formatting text
for app surfaces, "Escaping text"). *Words* go into plain text objects, where markup means nothing.
Lengths count UTF-16 units, the strictest reading of Slack's "characters".
"""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta

from engine.domain.ids import ChannelId, GroupId, PersonId

ELLIPSIS = "…"
_OPENED_ENTITY = re.compile(r"&[a-z]{0,3}$")
_MENTION_START = re.compile(r"<(?=[!@#])")
_LINK = re.compile(r"https?://[^\s<>|\"]*[^\s<>|\".,;:!?)\]}'…]", re.IGNORECASE)
_SPECIAL_ID = re.compile(r"[^A-Za-z0-9_.-]")


def length(text: str) -> int:
    """How long Slack may think this is: characters beyond the first plane count twice."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def escape(text: str) -> str:
    """What a person wrote, made safe inside markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain(text: str) -> str:
    """What a person wrote, for a plain text object: as it is, on one line, mentions broken.

    Slack parses nothing in plain text. The invisible joiner after `<` is for whatever copies the
    text elsewhere. A text of nothing but blanks becomes a dash, because Slack refuses empty ones.
    """
    return _MENTION_START.sub("<\u2060", " ".join(text.split())) or "-"


def one_line(text: str) -> str:
    """What a person wrote, safe inside markup, without line breaks."""
    return escape(" ".join(text.split())) or "-"


NAME = 150
"""How much of a name a sentence shows."""


def named(name: str, *, bold: bool = True) -> str:
    """A name people gave something, inside a sentence; bold unless it has asterisks itself."""
    shown = cut_markup(one_line(name), NAME)
    return f"*{shown}*" if bold and "*" not in shown else shown


def cut(text: str, limit: int) -> str:
    """At most `limit` long, an ellipsis at its end if something is missing."""
    if length(text) <= limit:
        return text
    kept = text[: limit - 1]
    while length(kept) > limit - 1:
        kept = kept[:-1]
    return kept.rstrip() + ELLIPSIS


def cut_markup(markup: str, limit: int) -> str:
    """`cut` that never leaves half an entity, half a link or half a mention behind."""
    if length(markup) <= limit:
        return markup
    kept = cut(markup, limit).removesuffix(ELLIPSIS)
    opened = kept.rfind("<")
    if opened > kept.rfind(">"):
        kept = kept[:opened]
    return _OPENED_ENTITY.sub("", kept).rstrip() + ELLIPSIS


def quote(text: str, limit: int = 2500) -> str:
    """What a person wrote, as a quotation: escaped, cut to `limit`, each line marked.

    Addresses become links to exactly themselves, since Slack is told to make none by itself.
    """
    lines = [line.rstrip() for line in text.strip().splitlines() if line.strip()]
    escaped = "\n".join(f"> {escape(line)}" for line in lines)
    return _linked(cut_markup(escaped, limit)) if escaped else "> -"


def quote_line(text: str, limit: int) -> str:
    """What a person wrote, as one line of a quotation, without its mark."""
    return _linked(cut_markup(one_line(text), limit))


def _linked(escaped: str) -> str:
    return _LINK.sub(r"<\g<0>>", escaped)


REFERENCE_LENGTH = 6


def reference(id_: str) -> str:
    """The end of an id: enough for a person to name a request or a review by."""
    return id_[-REFERENCE_LENGTH:]


def mention(person_id: PersonId) -> str:
    """A person, by the name Slack shows the reader."""
    return f"<@{_safe(person_id)}>"


def mention_group(group_id: GroupId) -> str:
    """A user group, by its handle."""
    return f"<!subteam^{_safe(group_id)}>"


def mention_channel(channel_id: ChannelId) -> str:
    """A channel, by its name."""
    return f"<#{_safe(channel_id)}>"


def _safe(id_: str) -> str:
    return _SPECIAL_ID.sub("", id_)


def when(moment: datetime) -> str:
    """A moment, in the reader's own time zone; UTC where it cannot be drawn."""
    stamp = int(moment.timestamp())
    return f"<!date^{stamp}^{{date_short_pretty}} at {{time}}|{when_plainly(moment)}>"


def when_plainly(moment: datetime) -> str:
    """A moment for plain text, where Slack draws no dates."""
    utc = moment.astimezone(UTC)
    return f"{utc.day} {utc:%b %Y, %H:%M} UTC"


def day_of(moment: datetime) -> str:
    """The day of a moment, in the reader's own time zone; in UTC where it cannot be drawn."""
    stamp = int(moment.timestamp())
    return f"<!date^{stamp}^{{date_short}}|{day(moment.astimezone(UTC).date())}>"


def day(on: date) -> str:
    """A date."""
    return f"{on.day} {on:%b %Y}"


_UNITS = (("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1))


def how_long(duration: timedelta) -> str:
    """A duration in words: "90 days", "4 hours", "1 minute 30 seconds"."""
    rest = int(duration.total_seconds())
    parts: list[str] = []
    for name, seconds in _UNITS:
        count, rest = divmod(rest, seconds)
        if count:
            parts.append(f"{count:,} {name}{'' if count == 1 else 's'}")
    return " ".join(parts[:2]) or "no time"


def listed(items: Iterable[str], word: str = "and") -> str:
    """Several things as one phrase: "a", "a and b", "a, b and c"."""
    known = tuple(items)
    if len(known) < 2:
        return "".join(known)
    return f"{', '.join(known[:-1])} {word} {known[-1]}"


def people(person_ids: Iterable[PersonId], word: str = "and", *, most: int = 8) -> str:
    """Several people; more than `most` are counted."""
    known = tuple(dict.fromkeys(person_ids))
    shown = [mention(person_id) for person_id in known[:most]]
    if len(known) > most:
        shown = [*shown, f"{len(known) - most} more"]
    return listed(shown, word)


_DATE = re.compile(r"<!date\^[^|>]*\|([^>]*)>")
_PERSON = re.compile(r"<@([A-Za-z0-9_.-]+)>")
_LABELLED = re.compile(r"<[^|>]*\|([^>]*)>")
_BOLD = re.compile(r"\*([^*\n]+)\*")


def plainly(markup: str, name: Callable[[PersonId], str]) -> str:
    """Our markup as plain text, for the few places where Slack draws none: errors at a field."""
    text = _DATE.sub(r"\1", markup)
    text = _PERSON.sub(lambda found: name(PersonId(found[1])), text)
    text = text.replace("<!subteam^", "<group ").replace("<#", "<channel ")
    text = _BOLD.sub(r"\1", _LABELLED.sub(r"\1", text))
    text = re.sub(r"<([^>]*)>", r"\1", text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
