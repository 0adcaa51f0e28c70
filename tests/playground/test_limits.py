"""Every limit of Block Kit at its bound, which passes, and one past it, which is refused.

Source: docs.slack.dev/reference/block-kit (blocks, block elements, composition objects) and
surfaces/modals. Each row: what it is, a function from a size to blocks or a view, the bound.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from playground.blocks.check import ALLOWED, check_blocks, check_view
from playground.server import Playground
from tests.playground.parts import (
    Blocks,
    button,
    buttons,
    card,
    confirm,
    container,
    data_table,
    image,
    in_actions,
    in_input,
    menu,
    mrkdwn,
    option,
    options,
    plain,
    section,
    table,
    typing,
)

LIMITS: list[tuple[str, Callable[[int], Blocks], int]] = [
    ("blocks in a message", lambda n: [{"type": "divider"}] * n, 50),
    ("block_id", lambda n: [section(block_id="b" * n)], 255),
    ("action_id", lambda n: in_actions(button(action_id="a" * n)), 255),
    ("section text", lambda n: [section(text=mrkdwn(n))], 3000),
    ("section fields", lambda n: [section(fields=[plain(1)] * n)], 10),
    ("section field", lambda n: [section(fields=[mrkdwn(n)])], 2000),
    ("header", lambda n: [{"type": "header", "text": plain(n)}], 150),
    ("context elements", lambda n: [{"type": "context", "elements": [plain(1)] * n}], 10),
    ("actions elements", lambda n: [{"type": "actions", "elements": buttons(n)}], 25),
    ("button text", lambda n: in_actions(button(text=plain(n))), 75),
    ("button value", lambda n: in_actions(button(value="v" * n)), 2000),
    ("button url", lambda n: in_actions(button(url="h" * n)), 3000),
    ("button label", lambda n: in_actions(button(accessibility_label="l" * n)), 75),
    ("button agent_prompt", lambda n: in_actions(button(agent_prompt="p" * n)), 4000),
    ("confirm title", lambda n: confirm(title=plain(n)), 100),
    ("confirm text", lambda n: confirm(text=mrkdwn(n)), 300),
    ("confirm button", lambda n: confirm(confirm=plain(n)), 30),
    ("confirm other button", lambda n: confirm(deny=plain(n)), 30),
    ("option text", lambda n: in_actions(menu(options=[option(n)])), 75),
    ("option value", lambda n: in_actions(menu(options=[option(value="v" * n)])), 150),
    (
        "option description",
        lambda n: in_actions(menu(options=[option(description=plain(n))])),
        75,
    ),
    ("select options", lambda n: in_actions(menu(options=options(n))), 100),
    (
        "select option groups",
        lambda n: in_actions(menu(option_groups=[{"label": plain(1), "options": options(1)}] * n)),
        100,
    ),
    (
        "options in a group",
        lambda n: in_actions(menu(option_groups=[{"label": plain(1), "options": options(n)}])),
        100,
    ),
    (
        "group label",
        lambda n: in_actions(menu(option_groups=[{"label": plain(n), "options": options(1)}])),
        75,
    ),
    ("overflow options", lambda n: in_actions(menu("overflow", options=options(n))), 5),
    ("checkboxes", lambda n: in_actions(menu("checkboxes", options=options(n))), 10),
    ("radio buttons", lambda n: in_actions(menu("radio_buttons", options=options(n))), 10),
    ("placeholder", lambda n: in_actions(menu("users_select", placeholder=plain(n))), 150),
    ("input label", lambda n: in_input(typing(), label=plain(n)), 2000),
    ("input hint", lambda n: in_input(typing(), hint=plain(n)), 2000),
    ("max_length", lambda n: in_input(typing(max_length=n)), 3000),
    ("min_length", lambda n: in_input(typing(min_length=n)), 3000),
    ("initial value", lambda n: in_input(typing(initial_value="x" * n)), 3000),
    (
        "files",
        lambda n: in_input({"type": "file_input", "action_id": "f", "max_files": n}),
        10,
    ),
    ("image alt text", lambda n: [image(alt_text="a" * n)], 2000),
    ("image url", lambda n: [image(image_url="h" * n)], 3000),
    ("image title", lambda n: [image(title=plain(n))], 2000),
    ("table rows", lambda n: [table(rows=n)], 100),
    ("table columns", lambda n: [table(columns=n)], 20),
    ("data table rows", lambda n: [data_table(n)], 201),
    ("data table page", lambda n: [data_table(page_size=n)], 100),
    (
        "data table text in a message",
        lambda n: [
            data_table(rows=2) | {"rows": [[{"type": "raw_text", "text": "c" * (n // 2)}]] * 2}
        ],
        20_001 - 1,
    ),
    ("markdown block", lambda n: [{"type": "markdown", "text": "m" * n}], 12_000),
    (
        "markdown in a message",
        lambda n: [
            {"type": "markdown", "text": "m" * 6000},
            {"type": "markdown", "text": "m" * (n - 6000)},
        ],
        12_000,
    ),
    ("card title", lambda n: [card(title=plain(n))], 150),
    ("card subtitle", lambda n: [card(subtitle=plain(n))], 150),
    ("card body", lambda n: [card(body=mrkdwn(n))], 200),
    ("card buttons", lambda n: [card(actions=buttons(n))], 3),
    ("carousel cards", lambda n: [{"type": "carousel", "elements": [card()] * n}], 10),
    ("container children", lambda n: [container(child_blocks=[section()] * n)], 10),
    (
        "charts in a message",
        lambda n: [{"type": "data_visualization", "title": "t", "chart": {"type": "pie"}}] * n,
        2,
    ),
    (
        "tasks in a plan",
        lambda n: [
            {
                "type": "plan",
                "title": "p",
                "tasks": [
                    {"type": "task_card", "task_id": f"{k}", "title": "t", "status": "pending"}
                    for k in range(n)
                ],
            }
        ],
        50,
    ),
]


@pytest.mark.parametrize(("what", "made", "bound"), LIMITS, ids=[one[0] for one in LIMITS])
def test_a_limit_holds_at_its_bound_and_not_past_it(
    what: str, made: Callable[[int], Blocks], bound: int
) -> None:
    """At the bound nothing is said; one more is refused."""
    assert check_blocks(made(bound), "message") == []
    past = made(bound + (2 if what.startswith("data table text") else 1))
    complaints = check_blocks(past, "message")
    assert complaints, what
    assert complaints[0].expected == bound


LOWER: list[tuple[str, Blocks]] = [
    ("empty section text", [section(text=plain(""))]),
    ("section without text and fields", [{"type": "section"}]),
    ("no fields", [section(fields=[])]),
    ("empty header", [{"type": "header", "text": plain("")}]),
    ("header in mrkdwn", [{"type": "header", "text": mrkdwn(1)}]),
    ("empty actions", in_actions()),
    ("empty context", [{"type": "context", "elements": []}]),
    ("button in mrkdwn", in_actions(button(text=mrkdwn(1)))),
    ("button of another style", in_actions(button(style="blue"))),
    ("button in a context", [{"type": "context", "elements": [button()]}]),
    ("input element in actions", in_actions(typing())),
    ("no options", in_actions(menu(options=[]))),
    ("neither options nor groups", in_actions(menu())),
    ("empty option text", in_actions(menu(options=[option(0)]))),
    ("empty option value", in_actions(menu(options=[option(value="")]))),
    ("first option not among them", in_actions(menu(options=options(1), initial_option=option()))),
    (
        "first option of other words",
        in_actions(menu(options=[option(1)], initial_option=option(2))),
    ),
    ("negative min_query_length", in_actions(menu("external_select", min_query_length=-1))),
    ("max_length of none", in_input(typing(max_length=0))),
    ("min over max", in_input(typing(min_length=5, max_length=4))),
    ("number input of neither kind", in_input({"type": "number_input", "action_id": "n"})),
    ("no files at all", in_input({"type": "file_input", "action_id": "f", "max_files": 0})),
    ("image without words", [{"type": "image", "image_url": "https://a.example/i.png"}]),
    ("image without source", [{"type": "image", "alt_text": "i"}]),
    ("data table of one row", [data_table(1)]),
    ("table cell of another type", [{"type": "table", "rows": [[{"type": "text", "text": "x"}]]}]),
    ("unknown key", [section(color="red")]),
    ("unknown block", [{"type": "hologram"}]),
    ("no type", [{"text": plain("x")}]),
    ("no object", ["text"]),  # type: ignore[list-item]
    ("same block_id twice", [section(block_id="b"), section(block_id="b")]),
    ("same action_id in a block", in_actions(button(), button())),
    (
        "two in focus",
        [*in_input(typing(focus_on_load=True)), *in_input(typing(focus_on_load=True))],
    ),
    (
        "pending task outside a plan",
        [{"type": "task_card", "task_id": "1", "title": "t", "status": "pending"}],
    ),
    ("wrong date", in_actions({"type": "datepicker", "action_id": "d", "initial_date": "1.2.27"})),
    ("rich text of unknown part", [{"type": "rich_text", "elements": [{"type": "odd"}]}]),
    ("carousel without cards", [{"type": "carousel", "elements": []}]),
    ("collapsed but not collapsible", [container(default_collapsed=True)]),
    ("card of nothing", [{"type": "card"}]),
]


@pytest.mark.parametrize(("what", "blocks"), LOWER, ids=[one[0] for one in LOWER])
def test_what_slack_does_not_take_is_refused(what: str, blocks: Blocks) -> None:
    """Too little, the wrong kind, the wrong place, twice."""
    assert check_blocks(blocks, "message"), what


def view(**more: Any) -> dict[str, Any]:
    """A modal."""
    return {"type": "modal", "title": plain("T"), "blocks": [section()], **more}


VIEW_LIMITS: list[tuple[str, Callable[[int], dict[str, Any]], int]] = [
    ("title", lambda n: view(title=plain(n)), 24),
    ("submit", lambda n: view(submit=plain(n)), 24),
    ("close", lambda n: view(close=plain(n)), 24),
    ("private_metadata", lambda n: view(private_metadata="p" * n), 3000),
    ("callback_id", lambda n: view(callback_id="c" * n), 255),
    ("external_id", lambda n: view(external_id="e" * n), 255),
    ("blocks", lambda n: view(blocks=[{"type": "divider"}] * n), 100),
    ("alert text", lambda n: view(blocks=[{"type": "alert", "text": plain(n)}]), 200),
]


@pytest.mark.parametrize(("what", "made", "bound"), VIEW_LIMITS, ids=[o[0] for o in VIEW_LIMITS])
def test_a_view_limit_holds_at_its_bound_and_not_past_it(
    what: str, made: Callable[[int], dict[str, Any]], bound: int
) -> None:
    """At the bound nothing is said; one more is refused."""
    assert check_view(made(bound), "modal") == []
    assert check_view(made(bound + 1), "modal"), what


def test_a_modal_with_inputs_needs_a_submit_button() -> None:
    """Without inputs it does not."""
    blocks = in_input(typing())
    assert check_view(view(blocks=blocks), "modal")
    assert check_view(view(blocks=blocks, submit=plain("Go")), "modal") == []
    assert check_view({"type": "home", "blocks": blocks}, "home") == []


def test_a_home_tab_takes_a_hundred_blocks() -> None:
    """And no title."""
    home = {"type": "home", "blocks": [{"type": "divider"}] * 100}
    assert check_view(home, "home") == []
    home["blocks"] = [{"type": "divider"}] * 101
    assert check_view(home, "home")
    assert check_view({"type": "home", "blocks": [], "title": plain("T")}, "home")
    assert check_view(home, "modal")


SAMPLES: dict[str, dict[str, Any]] = {
    "actions": in_actions(button())[0],
    "alert": {"type": "alert", "text": plain("x"), "level": "warning"},
    "card": card(),
    "carousel": {"type": "carousel", "elements": [card()]},
    "container": container(),
    "context": {"type": "context", "elements": [mrkdwn(1), image()]},
    "context_actions": {
        "type": "context_actions",
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": "f",
                "positive_button": {"text": plain("Good"), "value": "1"},
                "negative_button": {"text": plain("Bad"), "value": "0"},
            }
        ],
    },
    "data_table": data_table(),
    "data_visualization": {"type": "data_visualization", "title": "t", "chart": {"type": "pie"}},
    "divider": {"type": "divider"},
    "file": {"type": "file", "external_id": "x", "source": "remote"},
    "header": {"type": "header", "text": plain("x")},
    "image": image(),
    "input": in_input(typing())[0],
    "markdown": {"type": "markdown", "text": "m"},
    "plan": {
        "type": "plan",
        "title": "p",
        "tasks": [{"type": "task_card", "task_id": "1", "title": "t", "status": "pending"}],
    },
    "rich_text": {
        "type": "rich_text",
        "elements": [
            {"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]},
            {
                "type": "rich_text_list",
                "style": "bullet",
                "elements": [
                    {"type": "rich_text_section", "elements": [{"type": "user", "user_id": "U1"}]}
                ],
            },
        ],
    },
    "section": section(accessory=menu("multi_users_select", max_selected_items=1)),
    "table": table(2, 2),
    "task_card": {"type": "task_card", "task_id": "1", "title": "t", "status": "complete"},
    "video": {
        "type": "video",
        "alt_text": "v",
        "title": plain("v"),
        "thumbnail_url": "https://a.example/t.png",
        "video_url": "https://a.example/v",
    },
}


@pytest.mark.parametrize("surface", ["message", "modal", "home"])
@pytest.mark.parametrize("kind", SAMPLES)
def test_each_surface_takes_its_own_blocks(surface: str, kind: str) -> None:
    """No tables or markdown in a modal, no alert in a message."""
    complaints = check_blocks([SAMPLES[kind]], surface)
    assert (complaints == []) is (kind in ALLOWED[surface])


def test_every_block_has_a_sample() -> None:
    """So that none goes untried."""
    assert set(SAMPLES) == {kind for kinds in ALLOWED.values() for kind in kinds}


async def judged(client: AsyncWebClient, **given: Any) -> dict[str, Any]:
    """The answer of `blocks.validate`, good or bad."""
    try:
        answer = await client.blocks_validate(**given)
    except SlackApiError as error:
        answer = error.response
    return dict(answer.data)


async def test_slacks_own_validator_answers_with_pointers(
    playground: Playground, client: AsyncWebClient
) -> None:
    """`blocks.validate` takes blocks, a message or a view and posts nothing.

    Page: docs.slack.dev/reference/methods/blocks.validate, whose example is the second one here.
    """
    assert await judged(client, blocks=[section()]) == {"ok": True}
    wrong = {"type": "section", "text": {"type": "invalid", "text": "x"}}
    assert await judged(client, blocks=[wrong]) == {
        "ok": False,
        "error": "invalid_blocks",
        "errors": [
            {
                "code": "failed_constraint",
                "message": "unsupported type: invalid",
                "pointer": "/0/text/type",
                "constraint": {"type": "enum", "expected": ["plain_text", "mrkdwn"]},
            }
        ],
    }
    bad = await judged(client, message={"blocks": [section(x=1)]})
    assert (bad["error"], bad["errors"][0]["pointer"]) == ("invalid_message", "/blocks/0")
    shown = await judged(client, view=view(title=plain(25)))
    assert (shown["error"], shown["errors"][0]["pointer"]) == ("invalid_view", "/title/text")
    assert playground.person("rita").messages == []


async def test_slacks_own_validator_wants_exactly_one_thing(client: AsyncWebClient) -> None:
    """Neither nothing nor two at once."""
    for given in ({}, {"blocks": [section()], "message": {"blocks": [section()]}}):
        told = await judged(client, **given)
        assert told["error"] == "invalid_arguments"
        assert told["response_metadata"]["messages"] == [
            "must provide exactly one of `blocks`, `view`, or `message`"
        ]
