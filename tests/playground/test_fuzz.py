"""Nonsense over the Web API: whatever is sent, the answer is Slack's envelope and never a 500."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from aiohttp import ClientSession

from playground.clock import Clock
from playground.server import Playground
from playground.web_api import METHODS
from tests.playground.conftest import START
from tests.playground.sample import CHANNELS, PEOPLE, USERGROUPS

SEEDS = range(8)
CALLS_PER_SEED = 250

NAMES = [
    "channel",
    "user",
    "users",
    "ts",
    "thread_ts",
    "message_ts",
    "text",
    "blocks",
    "attachments",
    "view",
    "view_id",
    "external_id",
    "hash",
    "trigger_id",
    "user_id",
    "metadata",
    "usergroup",
    "name",
    "handle",
    "cursor",
    "limit",
    "oldest",
    "latest",
    "types",
    "email",
    "files",
    "filename",
    "length",
    "unfurls",
    "markdown_text",
    "is_private",
    "inclusive",
    "include_all_metadata",
    "message",
    "file",
    "channels",
    "bot",
    "error",
    "team",
    "return_im",
    "force",
    "initial_comment",
    "include_disabled",
]


def value(chance: random.Random, ids: list[str], depth: int = 0) -> Any:
    """Some value: ids that exist, odd text, numbers, nested nonsense."""
    kind = chance.randrange(9 if depth < 3 else 6)
    match kind:
        case 0 | 1:
            return chance.choice(ids)
        case 2:
            return chance.choice(["", "x" * 5000, "\x00", "é😀", "-1", "1.5.2", "{", "[", "null"])
        case 3:
            return chance.choice([None, True, False])
        case 4:
            return chance.choice([0, -1, 10**30, 1.5])
        case 5:
            return chance.choice(["modal", "home", "section", "actions", "button", "plain_text"])
        case 6:
            return [value(chance, ids, depth + 1) for _ in range(chance.randrange(4))]
        case 7:
            return json.dumps(value(chance, ids, depth + 1))
        case _:
            keys = ["type", "text", "blocks", "elements", "element", "accessory", "options"]
            keys += ["action_id", "block_id", "title", "rows", "event_type", "event_payload", "id"]
            return {
                chance.choice(keys): value(chance, ids, depth + 1)
                for _ in range(chance.randrange(5))
            }


def known_ids(playground: Playground) -> list[str]:
    """Ids that mean something."""
    workspace = playground.workspace
    ids = [*workspace.users, *workspace.conversations, *workspace.usergroups]
    rita = playground.person("rita").id
    for conversation in workspace.conversations.values():
        ids += [one.ts for one in conversation.messages[-3:]]
    return [*ids, playground.views.issue_trigger(rita)]


@pytest.mark.parametrize("seed", SEEDS)
async def test_nonsense_is_refused_in_slacks_words(seed: int) -> None:
    """Every method gets odd arguments in odd wire forms; each answer says ok or names an error."""
    chance = random.Random(seed)
    playground = Playground(
        people=PEOPLE,
        channels=CHANNELS,
        usergroups=USERGROUPS,
        clock=Clock(START, running=False),
        burst=float("inf"),
    )
    await playground.start()
    headers = {"Authorization": f"Bearer {playground.bot_token}"}
    async with ClientSession() as session:
        for _ in range(CALLS_PER_SEED):
            method = chance.choice(sorted(METHODS))
            ids = known_ids(playground)
            names = [*chance.sample(NAMES, chance.randrange(1, 6)), "channel"]
            args = {name: value(chance, ids) for name in names}
            url = f"{playground.url}/api/{method}"
            if chance.random() < 0.7:
                sent = session.post(url, json=args, headers=headers)
            else:
                form = {
                    key: one if isinstance(one, str) else json.dumps(one)
                    for key, one in args.items()
                }
                sent = session.post(url, data=form, headers=headers)
            async with sent as response:
                assert response.status == 200, (method, args, await response.text())
                answer = await response.json()
            assert answer["ok"] is True or answer["error"], (method, args)
    await playground.stop()


@pytest.mark.parametrize("seed", SEEDS)
async def test_odd_payloads_never_break_what_people_see(seed: int) -> None:
    """Whatever was accepted can be read and pressed without an exception."""
    chance = random.Random(seed)
    playground = Playground(people=PEOPLE, clock=Clock(START, running=False), burst=float("inf"))
    await playground.start()
    headers = {"Authorization": f"Bearer {playground.bot_token}"}
    rita = playground.person("rita")
    async with ClientSession() as session:
        for _ in range(60):
            args = {
                "channel": rita.id,
                "text": chance.choice(["x", "<@U>", "<!date^x^{ago}|f>", "<!date^1^{date}^u|f>"]),
                "attachments": [value(chance, [rita.id], 1)],
                "blocks": [value(chance, [rita.id], 1) for _ in range(chance.randrange(3))],
            }
            url = f"{playground.url}/api/chat.postMessage"
            async with session.post(url, json=args, headers=headers) as response:
                assert response.status == 200, await response.text()
            assert isinstance(rita.messages, list)
            async with session.get(
                f"{playground.url}/page-api/conversation", params={"as": rita.id, "with": "app"}
            ) as response:
                assert response.status == 200, await response.text()
    await playground.stop()
