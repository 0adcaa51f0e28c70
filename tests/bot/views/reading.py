"""Reading payloads in tests: their buttons, fields and every text in them."""

from collections.abc import Iterator, Mapping, Sequence

from bot.views.blocks import Message, View


def everything(payload: object) -> Iterator[dict[str, object]]:
    """Every object in a payload, outermost first."""
    if isinstance(payload, dict):
        yield payload
        for value in payload.values():
            yield from everything(value)
    elif isinstance(payload, Sequence) and not isinstance(payload, str):
        for value in payload:
            yield from everything(value)


def body(shown: Message | View) -> dict[str, object]:
    """What Slack gets."""
    return shown.payload() if isinstance(shown, Message) else shown


def buttons(shown: Message | View) -> list[str]:
    """The words on its buttons, in order."""
    found = [each for each in everything(body(shown)) if each.get("type") == "button"]
    return [str(each["text"]["text"]) for each in found]


def values(shown: Message | View, words: str) -> list[object]:
    """What the buttons with these words carry."""
    return [
        each.get("value")
        for each in everything(body(shown))
        if each.get("type") == "button" and each["text"]["text"] == words
    ]


def fields(shown: Message | View) -> dict[str, dict[str, object]]:
    """The fields of a form by their labels."""
    found = [each for each in everything(body(shown)) if each.get("type") == "input"]
    return {str(each["label"]["text"]): each for each in found}


def texts_of(shown: Message | View) -> list[tuple[str, str]]:
    """Every text with its type, the notification's as markup."""
    payload = body(shown)
    found = [
        (str(each["type"]), str(each["text"]))
        for each in everything(payload)
        if each.get("type") in {"mrkdwn", "plain_text"}
    ]
    spoken = payload.get("text")
    return [*found, ("mrkdwn", spoken)] if isinstance(spoken, str) else found


def said(shown: Message | View) -> str:
    """All its texts."""
    return "\n".join(text for _, text in texts_of(shown))


def state(**filled: Mapping[str, object]) -> dict[str, object]:
    """What Slack says was filled in: block id to the element's value."""
    return {block_id: {"element": value} for block_id, value in filled.items()}


def option(value: str) -> dict[str, object]:
    """A chosen option."""
    return {"type": "static_select", "selected_option": {"value": value}}


def written(value: str | None) -> dict[str, object]:
    """What was written into a field."""
    return {"type": "plain_text_input", "value": value}
