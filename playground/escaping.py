"""How Slack rewrites what people type: mentions, links and the three reserved characters.

Source: docs.slack.dev, formatting message text; slash commands with `should_escape`.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from playground.workspace import Workspace

WORD = re.compile(
    r"(?<![\w.])(?P<url>https?://[^\s<>|]+)|(?<![\w@.<])@(?P<at>[\w.-]+)|(?<![\w#])#(?P<hash>[\w-]+)"
)


def escaped(workspace: Workspace, text: str) -> str:
    """`@name` to `<@U1>`, `#name` to `<#C1|name>`, links in brackets, `& < >` as entities."""
    handles = {one.name: one.id for one in workspace.users.values()}
    groups = {one.handle: one.id for one in workspace.usergroups.values()}
    channels = {
        one.name: one for one in workspace.conversations.values() if one.name and not one.is_mpim
    }

    def rewritten(found: re.Match[str]) -> str:
        if found["url"]:
            return f"<{found['url']}>"
        if found["at"]:
            name = found["at"].rstrip(".")
            rest = found["at"][len(name) :]
            if name in handles:
                return f"<@{handles[name]}>{rest}"
            if name in groups:
                return f"<!subteam^{groups[name]}|@{name}>{rest}"
            return found[0]
        channel = channels.get(found["hash"])
        if channel is None:
            return found[0]
        return f"<#{channel.id}|{'' if channel.is_private else channel.name}>"

    plain = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return WORD.sub(rewritten, plain)


def links_in(text: str) -> list[str]:
    """The addresses in what somebody typed."""
    return [found["url"] for found in WORD.finditer(text) if found["url"]]


def is_within(url: str, domains: tuple[str, ...]) -> bool:
    """Whether an address belongs to one of the domains, or to a part of one."""
    host = urlsplit(url).hostname or ""
    return any(host == one or host.endswith(f".{one}") for one in domains)
