"""What people type after a command, as they typed it.

Slack sends it escaped: `&`, `<` and `>` as entities, and whom or what it names as `<@U1>`,
`<#C1|name>` or `<https://...>`. A name is looked for, and a reason kept, as it was typed.
"""

import re

from bot.desk import Desk
from engine.domain.ids import PersonId

_SHORT_ID = 4
_TAG = re.compile(r"<([^<>|]+)(?:\|([^<>]*))?>")


def unescaped(text: str) -> str:
    """The text without entities; what it names stays marked."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def plain_name(words: str) -> str:
    """The name that is meant, as names are told apart: whatever its case, without quotes."""
    return " ".join(words.strip().strip('"“”').casefold().split())


def reference(words: str) -> str | None:
    """The id, or its last characters; None: too few to look for."""
    meant = words.strip().strip("`").upper()
    return meant if len(meant) >= _SHORT_ID else None


async def in_words(desk: Desk, text: str) -> str:
    """The text with the names of whom and what it marks, to be kept and read by others."""
    ids = [PersonId(tag[1][1:]) for tag in _TAG.finditer(text) if tag[1].startswith("@")]
    known = await desk.known(people=ids)

    def name(tag: re.Match[str]) -> str:
        meant, label = tag[1], tag[2] or ""
        match meant[0]:
            case "@":
                return f"@{known.name(PersonId(meant[1:]))}"
            case "#":
                return f"#{label or 'channel'}"
            case "!":
                return label or f"@{meant[1:]}"
            case _ if "://" in meant or meant.startswith("mailto:"):
                return label or meant
            case _:
                return tag[0]

    return _TAG.sub(name, text)
