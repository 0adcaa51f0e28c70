"""What somebody does on the page, turned into an act. The contract's `POST /page-api/act`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playground.acts import SlackSays
from playground.page_reads import place_of
from playground.records import Conversation, Message, User
from playground.views import View
from playground.wire import Json, as_json, as_text

if TYPE_CHECKING:
    from playground.server import Playground


async def act(playground: Playground, what: Json) -> Json:
    """Carry out one act; raises SlackSays with words for the person."""
    user = playground.workspace.person(as_text(what.get("as")))
    acts = playground.acts
    match what.get("do"):
        case "command":
            text = as_text(what.get("text"))
            await acts.command(user, _place(playground, user, what), text)
            playground.story.did(f"command:{text.strip()}", user.id)
        case "say":
            thread_ts = as_text(what.get("thread_ts")) or None
            place = _place(playground, user, what)
            acts.say(user, place, as_text(what.get("text")), thread_ts=thread_ts)
        case "press":
            await _press(playground, user, what)
        case "options":
            return {"ok": True, **await _options(playground, user, what)}
        case "submit":
            errors = await acts.submit(user, _view(playground, user, what), _values(what))
            if not errors:
                playground.story.did("submit", user.id)
            return {"ok": True, "errors": errors or None}
        case "remember":
            acts.remember(_view(playground, user, what), _values(what))
        case "close":
            view = _view(playground, user, what)
            await acts.close(user, view, everything=what.get("all") is True)
        case "open_home":
            acts.open_home(user)
        case "read":
            _read(playground, user, what)
        case other:
            raise ValueError(f"nobody can {other}")
    return {"ok": True}


async def _press(playground: Playground, user: User, what: Json) -> None:
    container = _container(playground, user, as_json(what.get("container")))
    block_id, action_id = as_text(what.get("block_id")), as_text(what.get("action_id"))
    given = what.get("value")
    value = given if isinstance(given, dict) else None
    if isinstance(container, View):
        await playground.acts.press_in_view(user, container, block_id, action_id, value)
    else:
        await playground.acts.press_in_message(user, container, block_id, action_id, value)
    playground.story.did(f"press:{action_id}", user.id)


async def _options(playground: Playground, user: User, what: Json) -> Json:
    container = _container(playground, user, as_json(what.get("container")))
    block_id, action_id = as_text(what.get("block_id")), as_text(what.get("action_id"))
    query = as_text(what.get("query"))
    return await playground.acts.options(user, container, block_id, action_id, query)


def _container(playground: Playground, user: User, container: Json) -> Message | View:
    if container.get("type") == "view":
        return _view(playground, user, container)
    place = place_of(playground, user, as_text(container.get("channel")) or "app")
    message = place.by_ts.get(as_text(container.get("ts")))
    if message is None or message.ephemeral_to not in (None, user.id):
        raise SlackSays("This message is not there any more")
    return message


def _view(playground: Playground, user: User, what: Json) -> View:
    wanted = as_text(what.get("view_id"))
    home = playground.views.homes.get(user.id)
    for view in [*playground.views.stack(user.id), *([home] if home else [])]:
        if view.id == wanted:
            return view
    raise SlackSays("This form is closed")


def _place(playground: Playground, user: User, what: Json) -> Conversation:
    return place_of(playground, user, as_text(what.get("channel")) or "app")


def _values(what: Json) -> dict[str, dict[str, Json]]:
    return {
        block_id: {action_id: as_json(state) for action_id, state in as_json(held).items()}
        for block_id, held in as_json(what.get("values")).items()
    }


def _read(playground: Playground, user: User, what: Json) -> None:
    place = place_of(playground, user, as_text(what.get("with")) or "app")
    ts = as_text(what.get("ts"))
    if ts > place.read_until.get(user.id, "0"):
        place.read_until[user.id] = ts
        ids = {"as": user.id, "with": as_text(what.get("with")) or "app", "unread": "0"}
        playground.workspace.tell("unread", **ids)
