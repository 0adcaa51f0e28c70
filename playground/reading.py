"""What a person reads: the words of messages and views, with mentions and dates resolved.

Used by the driver, so that tests find and compare things by the words on the screen. Markup signs
are dropped. Date tokens: docs.slack.dev, formatting message text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from playground.clock import moment_of
from playground.records import User
from playground.wire import Json, as_json, as_list, as_text
from playground.workspace import Workspace

TAG = re.compile(r"<([^<>]+)>")
MARKS = re.compile(r"(?<![\w])[*_~`]+(?=\S)|(?<=\S)[*_~`]+(?![\w])|^\s*>\s?", re.MULTILINE)
TOKEN = re.compile(r"\{(\w+)\}")
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]

ATTACHMENT_KEYS = ("pretext", "title", "text", "fallback")

RICH_MENTIONS = {
    "user": ("@", "user_id"),
    "channel": ("#", "channel_id"),
    "usergroup": ("!subteam^", "usergroup_id"),
    "broadcast": ("!", "range"),
}

CHILD_KEYS = (
    "title",
    "subtitle",
    "label",
    "hint",
    "text",
    "fields",
    "body",
    "markdown_text",
    "rows",
    "elements",
    "accessory",
    "element",
    "placeholder",
    "options",
    "option_groups",
    "initial_option",
    "initial_options",
    "description",
    "blocks",
    "child_blocks",
    "actions",
    "rich_text_title",
    "subtext",
    "caption",
    "tasks",
    "alt_text",
)


class Reader:
    """One person's eyes."""

    def __init__(self, workspace: Workspace, user: User) -> None:
        self._workspace = workspace
        self._user = user

    def plain(self, text: str) -> str:
        """Text as shown: markup signs gone, then tags and entities, in which nothing is markup."""
        shown = TAG.sub(self._tag, MARKS.sub("", text))
        return shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")

    def words(self, text: Json) -> str:
        """A text object as shown: in `plain_text` nothing is markup."""
        words = as_text(text.get("text"))
        return words if text.get("type") == "plain_text" else self.plain(words)

    def body(self, body: Json) -> str:
        """A message: its blocks, or its text where there are none, then attachments and files."""
        blocks = as_list(body.get("blocks"))
        parts = [self.blocks(blocks) if blocks else self.plain(as_text(body.get("text")))]
        for attachment in map(as_json, as_list(body.get("attachments"))):
            parts.append(self.blocks(as_list(attachment.get("blocks"))))
            words = (as_text(attachment.get(key)) for key in ATTACHMENT_KEYS)
            parts += [self.plain(one) for one in words]
        parts += [as_text(as_json(one).get("title")) for one in as_list(body.get("files"))]
        return "\n".join(part for part in parts if part)

    def view(self, view: Json) -> str:
        """A modal or a Home tab: title, blocks, buttons."""
        parts = [*self._lines(view.get("title")), self.blocks(as_list(view.get("blocks")))]
        parts += [*self._lines(view.get("submit")), *self._lines(view.get("close"))]
        return "\n".join(part for part in parts if part)

    def blocks(self, blocks: Iterable[object]) -> str:
        """The words of some blocks, one line for each piece of text."""
        return "\n".join(line for block in blocks for line in self._lines(block) if line.strip())

    def _lines(self, value: object) -> Iterator[str]:
        if isinstance(value, str):
            yield self.plain(value)
        elif isinstance(value, list):
            for one in value:
                yield from self._lines(one)
        elif isinstance(value, dict):
            yield from self._object(value)

    def _object(self, value: Json) -> Iterator[str]:
        kind = value.get("type")
        match kind:
            case "plain_text" | "mrkdwn" | "raw_text" | "markdown":
                yield self.words(value)
            case "raw_number":
                yield as_text(value.get("text")) or str(value.get("value", ""))
            case "rich_text_section" | "rich_text_preformatted" | "rich_text_quote":
                yield "".join(self._rich(as_json(one)) for one in as_list(value.get("elements")))
            case _:
                for key in CHILD_KEYS:
                    if key in value:
                        yield from self._lines(value[key])

    def _rich(self, element: Json) -> str:
        kind = as_text(element.get("type"))
        for name, (sign, key) in RICH_MENTIONS.items():
            if kind == name:
                return self._tag_text(f"{sign}{as_text(element.get(key))}")
        if kind == "emoji":
            return f":{as_text(element.get('name'))}:"
        if kind == "date":
            return self.date(float(element.get("timestamp", 0)), as_text(element.get("format")))
        return as_text(element.get("text")) or as_text(element.get("url"))

    # -- tags

    def _tag(self, found: re.Match[str]) -> str:
        return self._tag_text(found[1])

    def _tag_text(self, tag: str) -> str:
        target, _, label = tag.partition("|")
        if target.startswith("@"):
            user = self._workspace.users.get(target[1:])
            return f"@{user.display_name or user.real_name}" if user else label or target
        if target.startswith("#"):
            channel = self._workspace.conversations.get(target[1:])
            return f"#{channel.name}" if channel else f"#{label}"
        if target.startswith("!subteam^"):
            group = self._workspace.usergroups.get(target.removeprefix("!subteam^"))
            return f"@{group.handle}" if group else label
        if target.startswith("!date^"):
            _, stamp, form, *_ = target.split("^")
            return self.date(float(stamp), form) if stamp.replace(".", "").isdigit() else label
        if target.startswith("!"):
            return f"@{target[1:]}"
        return label or target.removeprefix("mailto:")

    def date(self, stamp: float, form: str) -> str:
        """A `<!date^...>` tag in this person's time zone, English."""
        zone = self._zone()
        at = moment_of(stamp).astimezone(zone)
        now = self._workspace.clock.now().astimezone(zone)
        filled = TOKEN.sub(lambda found: date_token(found[1], at, now), form)
        return filled[:1].upper() + filled[1:]

    def _zone(self) -> tzinfo:
        try:
            return ZoneInfo(self._user.tz)
        except (ZoneInfoNotFoundError, ValueError):
            return timezone(timedelta(seconds=self._user.tz_offset))


def date_token(token: str, at: datetime, now: datetime) -> str:
    """One token of a date format; an unknown one stays as it is."""
    month, day = MONTHS[at.month - 1], f"{at.day}{_ordinal(at.day)}"
    hour = f"{(at.hour - 1) % 12 + 1}:{at.minute:02d}"
    long = f"{DAYS[at.weekday()]}, {month} {day}"
    forms = {
        "date_num": f"{at.year}-{at.month:02d}-{at.day:02d}",
        "date_slash": f"{at.month:02d}/{at.day:02d}/{at.year}",
        "date": f"{month} {day}, {at.year}",
        "date_short": f"{month[:3]} {at.day}, {at.year}",
        "date_long": f"{long}, {at.year}",
        "date_long_full": f"{month} {at.day}, {at.year}",
        "day_divider": long if at.year == now.year else f"{long}, {at.year}",
        "time": f"{hour} {'AM' if at.hour < 12 else 'PM'}",
        "time_secs": f"{hour}:{at.second:02d} {'AM' if at.hour < 12 else 'PM'}",
        "ago": _ago(at, now),
    }
    plain = token.removesuffix("_pretty")
    if plain != token:
        away = (at.date() - now.date()).days
        word = {0: "today", 1: "tomorrow", -1: "yesterday"}.get(away)
        if word is not None:
            return word
    return forms.get(plain, "{" + token + "}")


def squeezed(text: str) -> str:
    """For comparing words: lower case, no @, single blanks."""
    return " ".join(text.replace("@", "").split()).casefold()


def _ago(at: datetime, now: datetime) -> str:
    seconds = (now.astimezone(UTC) - at.astimezone(UTC)).total_seconds()
    past, amount = seconds >= 0, abs(seconds)
    for size, name in ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")):
        if amount >= size:
            count = int(amount // size)
            words = f"{count} {name}{'' if count == 1 else 's'}"
            return f"{words} ago" if past else f"in {words}"
    return "now"


def _ordinal(day: int) -> str:
    if 11 <= day <= 13:
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
