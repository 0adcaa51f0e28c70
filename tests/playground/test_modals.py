"""Modals and Home tabs (docs.slack.dev, surfaces/modals, surfaces/app-home and the views.* pages)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientSession
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from playground.acts import SlackSays
from playground.delivery import NotAnswered
from playground.driver import Form
from playground.driver_forms import FormRefused
from playground.methods.views import LARGEST_VIEW
from playground.required import NEEDED
from playground.server import Playground
from playground.signed_http import SignedHttp
from tests.playground.answering import Answering
from tests.playground.sample import Stage, actions, request_form, section, text
from tests.playground.test_messages import refused


def modal(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A small modal."""
    shown = list(blocks) or [section("hello")]
    return {"type": "modal", "title": text("Small"), "blocks": shown, **more}


def trigger(playground: Playground, name: str = "rita", view_id: str | None = None) -> str:
    """A fresh trigger of somebody."""
    return playground.views.issue_trigger(playground.person(name).id, view_id=view_id)


async def test_a_trigger_opens_one_view_within_three_seconds(
    playground: Playground, client: AsyncWebClient
) -> None:
    """At three seconds it still works, past them it is expired, and twice it is exchanged."""
    at_bound, past_bound = trigger(playground), trigger(playground)
    playground.clock.move(timedelta(seconds=3))
    await client.views_open(trigger_id=at_bound, view=modal())
    again = client.views_open(trigger_id=at_bound, view=modal())
    assert await refused(again) == "exchanged_trigger_id"
    playground.clock.move(timedelta(milliseconds=1))
    late = client.views_open(trigger_id=past_bound, view=modal())
    assert await refused(late) == "expired_trigger_id"
    wrong = client.views_open(trigger_id="1.2.3", view=modal())
    assert await refused(wrong) == "invalid_trigger_id"


async def test_three_views_fit_on_the_stack_and_a_fourth_does_not(
    playground: Playground, client: AsyncWebClient
) -> None:
    """Each push needs a trigger from inside the modal."""
    opened = await client.views_open(trigger_id=trigger(playground), view=modal())
    view_id = opened["view"]["id"]
    outside = client.views_push(trigger_id=trigger(playground), view=modal())
    assert await refused(outside) == "invalid_trigger_id"
    for _ in range(2):
        inside = trigger(playground, view_id=view_id)
        pushed = await client.views_push(trigger_id=inside, view=modal())
        assert pushed["view"]["root_view_id"] == view_id
        assert pushed["view"]["previous_view_id"] is not None
    inside = trigger(playground, view_id=view_id)
    assert await refused(client.views_push(trigger_id=inside, view=modal())) == (
        "push_limit_reached"
    )


async def test_a_stale_hash_is_refused(playground: Playground, client: AsyncWebClient) -> None:
    """An update with the hash of an earlier state loses against the later one."""
    opened = await client.views_open(trigger_id=trigger(playground), view=modal())
    view_id, first = opened["view"]["id"], opened["view"]["hash"]
    fresh = await client.views_update(view_id=view_id, hash=first, view=modal(section("two")))
    assert fresh["view"]["hash"] != first
    stale = client.views_update(view_id=view_id, hash=first, view=modal(section("three")))
    assert await refused(stale) == "hash_conflict"
    rita = playground.person("rita")
    assert rita.form is not None
    rita.form.sees("two")
    missing = client.views_update(view_id="V0NONE", view=modal())
    assert await refused(missing) == "not_found"


async def test_an_external_id_is_used_once_and_finds_the_view(
    playground: Playground, client: AsyncWebClient
) -> None:
    """The app's own name for a view is unique among open ones."""
    named = modal(external_id="mine")
    await client.views_open(trigger_id=trigger(playground), view=named)
    twice = client.views_open(trigger_id=trigger(playground, "mia"), view=named)
    assert await refused(twice) == "duplicate_external_id"
    await client.views_update(external_id="mine", view=modal(section("found"), external_id="mine"))
    form = playground.person("rita").form
    assert form is not None
    form.sees("found")


async def test_a_view_of_250_kilobytes_passes_and_a_byte_more_does_not(
    playground: Playground, client: AsyncWebClient
) -> None:
    """Size is counted as compact JSON."""
    options = [{"text": text("o" * 75), "value": f"{n:0150d}"} for n in range(100)]

    def sized(padding: int) -> dict[str, Any]:
        menus = [
            section(
                "s",
                accessory={"type": "static_select", "action_id": f"a{n}", "options": options},
            )
            for n in range(8)
        ]
        return modal(*menus, section("x" * 3000), private_metadata="p" * padding)

    def size(view: dict[str, Any]) -> int:
        return len(json.dumps(view, separators=(",", ":")).encode())

    fixed = sized(0)
    while LARGEST_VIEW - size(fixed) > 3000:
        fixed["blocks"].append(section("x" * 2900))
    fixed["private_metadata"] = "p" * (LARGEST_VIEW - size(fixed))
    assert size(fixed) == LARGEST_VIEW
    await client.views_open(trigger_id=trigger(playground), view=fixed)
    fixed["private_metadata"] += "p"
    over = client.views_open(trigger_id=trigger(playground), view=fixed)
    assert await refused(over) == "view_too_large"


async def test_bad_views_are_refused_with_pointers(
    playground: Playground, client: AsyncWebClient
) -> None:
    """Faults in a view are named with their place."""
    with pytest.raises(SlackApiError) as failure:
        await client.views_open(
            trigger_id=trigger(playground),
            view=modal(request_form()["blocks"][1], title=text("t" * 25)),
        )
    answer = failure.value.response
    assert answer["error"] == "invalid_arguments"
    told = answer["response_metadata"]["messages"]
    assert told[0] == "[ERROR] must be less than 25 characters [json-pointer:/view/title/text]"
    assert "submit" in told[1]


async def test_typed_input_survives_an_update_that_keeps_the_ids(stage: Stage) -> None:
    """What has the same block_id and action_id stays; what has not is gone."""
    form = await stage.playground.person("rita").types("/access request")
    assert isinstance(form, Form)
    await form.fill("Justification", "because")
    view = stage.playground.views.stack(stage.playground.person("rita").id)[-1]
    changed = request_form()
    changed["title"] = text("Changed")
    await stage.client.views_update(view_id=view.id, view=changed)
    assert form.title == "Changed"
    assert form.value("Justification") == "because"
    changed["blocks"][1]["block_id"] = "other"
    await stage.client.views_update(view_id=view.id, view=changed)
    assert form.value("Justification") == ""


async def test_untouched_and_first_values_are_in_the_state(
    playground: Playground, client: AsyncWebClient
) -> None:
    """`state.values` has every input, empty ones as null and first ones as given."""
    option = {"text": text("One"), "value": "1"}
    view = modal(
        {
            "type": "input",
            "block_id": "b1",
            "optional": True,
            "label": text("Words"),
            "element": {"type": "plain_text_input", "action_id": "words"},
        },
        {
            "type": "input",
            "block_id": "b2",
            "label": text("Pick"),
            "element": {
                "type": "static_select",
                "action_id": "pick",
                "options": [option],
                "initial_option": option,
            },
        },
        {
            "type": "input",
            "block_id": "b3",
            "optional": True,
            "label": text("Many"),
            "element": {"type": "checkboxes", "action_id": "many", "options": [option]},
        },
        submit=text("Go"),
    )
    opened = await client.views_open(trigger_id=trigger(playground), view=view)
    assert opened["view"]["state"]["values"] == {
        "b1": {"words": {"type": "plain_text_input", "value": None}},
        "b2": {"pick": {"type": "static_select", "selected_option": option}},
        "b3": {"many": {"type": "checkboxes", "selected_options": []}},
    }


async def test_a_required_field_left_empty_never_reaches_the_app(stage: Stage) -> None:
    """Slack's client asks for it itself."""
    form = await stage.playground.person("rita").types("/access request")
    assert isinstance(form, Form)
    with pytest.raises(FormRefused) as refusal:
        await form.submit()
    assert refusal.value.errors == {"Package": NEEDED, "Justification": NEEDED}
    sent = [one.what for one in stage.playground.journal.exchanges]
    assert not [one for one in sent if one.startswith("view_submission")]


async def test_closing_is_told_only_when_asked_for(
    playground: Playground, client: AsyncWebClient
) -> None:
    """`notify_on_close` brings view_closed; the cross says is_cleared and names the root."""
    app = Answering(playground)
    rita = playground.person("rita")
    await client.views_open(trigger_id=trigger(playground), view=modal())
    assert rita.form is not None
    await rita.form.close()
    assert app.parcels == []
    loud = modal(notify_on_close=True, callback_id="loud")
    root = await client.views_open(trigger_id=trigger(playground), view=loud)
    inside = trigger(playground, view_id=root["view"]["id"])
    await client.views_push(trigger_id=inside, view=loud)
    await rita.form.dismiss()
    [told] = app.parcels
    assert told.payload["is_cleared"] is True
    assert told.payload["view"]["id"] == root["view"]["id"]
    assert rita.form is None


async def test_a_view_may_clear_the_whole_stack_when_it_is_closed(
    playground: Playground, client: AsyncWebClient
) -> None:
    """`clear_on_close`: Cancel on the upper form takes the lower one away too, and says so."""
    app = Answering(playground)
    rita = playground.person("rita")
    loud = modal(notify_on_close=True)
    root = await client.views_open(trigger_id=trigger(playground), view=loud)
    inside = trigger(playground, view_id=root["view"]["id"])
    await client.views_push(trigger_id=inside, view=modal(clear_on_close=True))
    assert rita.form is not None
    await rita.form.close()
    assert rita.form is None
    [told] = app.parcels
    assert told.payload["is_cleared"] is True
    assert told.payload["view"]["id"] == root["view"]["id"]


async def test_answers_to_a_submission_are_carried_out(
    playground: Playground, client: AsyncWebClient
) -> None:
    """Push, update, clear and a bad answer each show in front of the person."""
    app = Answering(playground)
    rita = playground.person("rita")
    await client.views_open(trigger_id=trigger(playground), view=modal(submit=text("Go")))
    form = rita.form
    assert form is not None
    app.answers.append(
        {"response_action": "push", "view": modal(section("second"), submit=text("Go"))}
    )
    second = await form.submit()
    assert isinstance(second, Form)
    second.sees("second")
    app.answers.append(
        {"response_action": "update", "view": modal(section("third"), submit=text("Go"))}
    )
    third = await second.submit()
    assert isinstance(third, Form)
    third.sees("third")
    app.answers.append({"response_action": "errors", "errors": {"nowhere": "x"}})
    with pytest.raises(SlackSays, match="trouble connecting"):
        await third.submit()
    app.answers.append({"response_action": "update", "view": {"type": "modal"}})
    with pytest.raises(SlackSays, match="trouble connecting"):
        await third.submit()
    app.answers.append({"response_action": "clear"})
    await third.submit()
    assert rita.form is None


async def test_an_empty_answer_closes_the_top_view_only(
    playground: Playground, client: AsyncWebClient
) -> None:
    """The one below comes back."""
    Answering(playground)
    first = await client.views_open(
        trigger_id=trigger(playground), view=modal(section("below"), submit=text("Go"))
    )
    inside = trigger(playground, view_id=first["view"]["id"])
    await client.views_push(trigger_id=inside, view=modal(section("top"), submit=text("Go")))
    rita = playground.person("rita")
    assert rita.form is not None
    await rita.form.submit()
    assert rita.form is not None
    rita.form.sees("below")


async def test_home_tabs_are_published_per_person(
    playground: Playground, client: AsyncWebClient
) -> None:
    """Each person has one; its hash guards it; its buttons can be pressed."""
    app = Answering(playground)
    rita = playground.person("rita")
    home = {"type": "home", "blocks": [section("Your access"), actions("Extend")]}
    published = await client.views_publish(user_id=rita.id, view=home)
    stale = published["view"]["hash"]
    await client.views_publish(user_id=rita.id, hash=stale, view=home)
    late = client.views_publish(user_id=rita.id, hash=stale, view=home)
    assert await refused(late) == "hash_conflict"
    seen = await rita.opens_home()
    seen.sees("Your access")
    assert seen.buttons == ("Extend",)
    await rita.presses("Extend", where="home")
    pressed = app.parcels[-1].payload
    assert pressed["view"]["type"] == "home"
    assert pressed["container"] == {"type": "view", "view_id": published["view"]["id"]}
    nobody = client.views_publish(user_id="U0NOBODY", view=home)
    assert await refused(nobody) == "user_not_found"


async def test_input_elements_send_no_action_unless_told_to(
    playground: Playground, client: AsyncWebClient
) -> None:
    """`dispatch_action` makes an input block speak at once."""
    app = Answering(playground)

    def field(name: str, **more: Any) -> dict[str, Any]:
        element = {"type": "users_select", "action_id": name}
        return {"type": "input", "label": text(name), "element": element, **more}

    view = modal(field("quiet"), field("loud", dispatch_action=True), submit=text("Go"))
    await client.views_open(trigger_id=trigger(playground), view=view)
    form = playground.person("rita").form
    assert form is not None
    await form.choose("quiet", "Mia Torres")
    assert app.parcels == []
    await form.choose("loud", "@mia")
    [told] = app.parcels
    assert told.payload["actions"][0]["selected_user"] == playground.person("mia").id
    values = told.payload["view"]["state"]["values"]
    assert len([one for block in values.values() for one in block.values()]) == 2


async def test_an_app_that_does_not_answer_leaves_the_person_with_a_sentence(
    playground: Playground, client: AsyncWebClient
) -> None:
    """Commands, presses, options and submissions each have their words."""
    playground.http = SignedHttp("http://127.0.0.1:1/slack/events", "secret")
    rita = playground.person("rita")
    with pytest.raises(SlackSays, match='/access failed with the error "dispatch_failed"'):
        await rita.types("/access")
    await client.chat_postMessage(channel=rita.id, text="x", blocks=[actions("Approve")])
    with pytest.raises(SlackSays, match="Approve: This app could not be reached"):
        await rita.presses("Approve")
    await playground.http.close()
    app = Answering(playground)
    for failure, words in (
        (NotAnswered("http_timeout"), "Operation timed out. Apps need to respond within 3 sec"),
        (NotAnswered("http_error", status=404), "This app responded with Status Code 404."),
    ):
        app.answers.append(failure)
        with pytest.raises(SlackSays, match=words):
            await rita.presses("Approve")
    app.answers += [NotAnswered("http_timeout")] * 2
    view = request_form()
    view["blocks"].pop()
    await client.views_open(trigger_id=trigger(playground), view=view)
    assert rita.form is not None
    with pytest.raises(SlackSays, match="options could not be loaded"):
        await rita.form.options("Package", "x")
    await client.views_open(trigger_id=trigger(playground), view=modal(submit=text("Go")))
    with pytest.raises(SlackSays, match="trouble connecting"):
        await rita.form.submit()


async def test_a_channel_chosen_in_a_modal_can_be_answered(
    playground: Playground, client: AsyncWebClient
) -> None:
    """`response_url_enabled` gives an address for that channel."""
    app = Answering(playground)
    menu = {"type": "conversations_select", "action_id": "c", "response_url_enabled": True}
    block = {"type": "input", "block_id": "b", "label": text("Where"), "element": menu}
    view = modal(block, submit=text("Go"))
    await client.views_open(trigger_id=trigger(playground), view=view)
    form = playground.person("rita").form
    assert form is not None
    await form.choose("Where", "general")
    await form.submit()
    [given] = app.parcels[-1].payload["response_urls"]
    assert given["channel_id"] == playground.workspace.channel("general").id
    async with ClientSession() as session:
        said = {"text": "from the form", "response_type": "in_channel"}
        await session.post(given["response_url"], json=said)
    playground.person("mia").sees("from the form")
