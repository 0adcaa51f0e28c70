"""Rules for rich text. Source: docs.slack.dev/reference/block-kit/blocks/rich-text-block."""

from __future__ import annotations

from playground.blocks.objects import URL
from playground.blocks.shapes import Rule, by_type, flag, listing, one_of, shape, string, whole

STYLE = shape(
    {},
    dict.fromkeys(
        (
            "bold",
            "italic",
            "strike",
            "code",
            "underline",
            "highlight",
            "client_highlight",
            "unlink",
        ),
        flag,
    ),
)

LEAVES: dict[str, Rule] = {
    "text": shape({"text": string()}, {"style": STYLE}),
    "link": shape({"url": URL}, {"text": string(), "unsafe": flag, "style": STYLE}),
    "emoji": shape(
        {"name": string()}, {"unicode": string(), "skin_tone": whole(1, 6), "style": STYLE}
    ),
    "user": shape({"user_id": string()}, {"style": STYLE}),
    "usergroup": shape({"usergroup_id": string()}, {"style": STYLE}),
    "channel": shape({"channel_id": string()}, {"style": STYLE}),
    "team": shape({"team_id": string()}, {"style": STYLE}),
    "broadcast": shape({"range": one_of("here", "channel", "everyone")}, {"style": STYLE}),
    "color": shape({"value": string()}, {"style": STYLE}),
    "date": shape(
        {"timestamp": whole(0), "format": string()},
        {"url": URL, "fallback": string(), "style": STYLE},
    ),
}

INLINE = listing(by_type(LEAVES), least=0)
SECTION = shape({"elements": INLINE})

PARTS: dict[str, Rule] = {
    "rich_text_section": SECTION,
    "rich_text_preformatted": shape(
        {"elements": INLINE}, {"border": whole(0, 1), "language": string()}
    ),
    "rich_text_quote": shape({"elements": INLINE}, {"border": whole(0, 1)}),
    "rich_text_list": shape(
        {
            "style": one_of("bullet", "ordered"),
            "elements": listing(by_type({"rich_text_section": SECTION}), least=0),
        },
        {"indent": whole(0, 8), "offset": whole(0), "border": whole(0, 1)},
    ),
}

RICH_TEXT = shape(
    {"elements": listing(by_type(PARTS), least=1)}, {"block_id": string(255, least=0)}
)
