"""Forms in front: filled by keyboard alone, refused with words beside the field, kept while open."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.fake_server import FakeServer
from tests.browser.screen import Screen


def open_request(screen: Screen) -> None:
    """Rita opens the request form with a command."""
    screen.types("Rita", "/access request")
    expect(screen.form).to_be_visible()


def last(server: FakeServer, act: str) -> object:
    """The last request of the page that asked for this act."""
    return next(one for one in reversed(server.workspace.asked) if one["do"] == act)


def test_a_form_is_filled_and_sent_with_the_keyboard_alone(
    screen: Screen, server: FakeServer
) -> None:
    """Search, arrows, Tab and Enter are enough; every value arrives in Slack's shape."""
    open_request(screen)
    keyboard = screen.page.keyboard
    assert screen.focused() == "Package"
    keyboard.type("vpn")
    expect(screen.page.get_by_role("option", name="Office VPN")).to_be_visible()
    keyboard.press("Enter")
    expect(screen.field("Package")).to_have_value("Office VPN")
    keyboard.press("Tab")
    keyboard.type("Working from home")
    keyboard.press("Tab")
    keyboard.type("OPS-7")
    keyboard.press("Tab")
    keyboard.press("ArrowDown")
    keyboard.press("ArrowDown")
    keyboard.press("Enter")
    expect(screen.field("For how long")).to_have_value("7 days")
    keyboard.press("Shift+Tab")
    keyboard.press("Enter")
    expect(screen.form).to_be_hidden()
    sent = last(server, "submit")
    assert isinstance(sent, dict)
    values = sent["values"]
    assert values["package"]["package"]["selected_option"]["value"] == "office vpn"
    assert values["why"]["why"] == {"type": "plain_text_input", "value": "Working from home"}
    assert values["long"]["long"]["selected_option"]["value"] == "P7D"
    assert values["starts"]["starts"] == {"type": "datepicker", "selected_date": None}
    assert values["watch"]["watch"] == {"type": "multi_users_select", "selected_users": []}


def test_an_empty_required_field_is_named_before_the_app_is_asked(
    screen: Screen, server: FakeServer
) -> None:
    """The first empty field has the focus, its error belongs to it, nothing was sent."""
    open_request(screen)
    screen.form.get_by_role("button", name="Send to approvers").click()
    expect(screen.form.get_by_text("Please complete this required field.")).to_have_count(3)
    assert screen.focused() == "Package"
    expect(screen.field("Package")).to_have_attribute("aria-invalid", "true")
    assert all(one["do"] != "submit" for one in server.workspace.asked)


def test_the_apps_refusal_stands_beside_its_field_and_keeps_what_was_typed(
    screen: Screen, server: FakeServer
) -> None:
    """Errors come back by block id; the other fields keep their words."""
    open_request(screen)
    screen.field("Package").fill("vpn")
    screen.page.get_by_role("option", name="Office VPN").click()
    screen.field("Justification").fill("Because")
    screen.field("Which ticket").fill("none")
    screen.page.keyboard.press("Enter")
    error = screen.form.locator("[data-block-id=ticket] .input-error")
    expect(error).to_have_text("This is no ticket: it begins with OPS-.")
    expect(screen.field("Justification")).to_have_value("Because")
    expect(screen.field("Package")).to_have_value("Office VPN")
    assert screen.focused() == "Which ticket is this for?"
    screen.field("Which ticket").fill("OPS-1")
    screen.page.keyboard.press("Enter")
    expect(screen.form).to_be_hidden()


def test_the_focus_stays_within_the_form(screen: Screen) -> None:
    """Tab from the last control leads to the first, and back again."""
    open_request(screen)
    screen.form.get_by_role("button", name="Send to approvers").focus()
    screen.page.keyboard.press("Tab")
    assert screen.focused() == "Set aside"
    screen.page.keyboard.press("Shift+Tab")
    assert screen.focused() == "Send to approvers"


def test_escape_closes_first_the_list_and_then_the_form(screen: Screen, server: FakeServer) -> None:
    """An open list takes the first Escape for itself."""
    open_request(screen)
    screen.page.keyboard.type("a")
    listed = screen.page.get_by_role("option", name="Production read access")
    expect(listed).to_be_visible()
    screen.page.keyboard.press("Escape")
    expect(listed).to_be_hidden()
    expect(screen.form).to_be_visible()
    screen.page.keyboard.press("Escape")
    expect(screen.form).to_be_hidden()
    closed = last(server, "close")
    assert isinstance(closed, dict)
    assert closed["all"] is False


def test_a_second_view_lies_on_the_first_and_going_back_shows_it_as_it_was(screen: Screen) -> None:
    """A pushed view has a way back; what was typed below is still there."""
    screen.types("Rita", "/access every")
    screen.field("Long text").fill("kept")
    screen.form.get_by_role("button", name="Open one more").click()
    expect(screen.form.get_by_role("heading", name="Request access")).to_be_visible()
    screen.form.get_by_role("button", name="Back").click()
    expect(screen.form.get_by_role("heading", name="Every kind of field")).to_be_visible()
    expect(screen.field("Long text")).to_have_value("kept")


def test_a_press_in_a_form_carries_what_has_been_typed(screen: Screen, server: FakeServer) -> None:
    """The state is remembered before the press, so that block_actions holds it."""
    screen.types("Rita", "/access every")
    screen.field("Long text").fill("typed")
    screen.form.get_by_role("button", name="Open one more").click()
    expect(screen.form.get_by_role("heading", name="Request access")).to_be_visible()
    acts = [one["do"] for one in server.workspace.asked]
    assert acts.index("remember") < acts.index("press")
    remembered = last(server, "remember")
    assert isinstance(remembered, dict)
    assert remembered["values"]["many"]["a"]["value"] == "typed"


def test_a_form_set_aside_waits_in_its_persons_column(screen: Screen) -> None:
    """Others can be looked at meanwhile; the form comes back with its words."""
    open_request(screen)
    screen.field("Justification").fill("half a thought")
    screen.form.get_by_role("button", name="Set aside").click()
    expect(screen.form).to_be_hidden()
    screen.column("Rita").get_by_role("button", name="Show it").click()
    expect(screen.field("Justification")).to_have_value("half a thought")


def test_a_wrong_number_and_address_are_refused_at_their_bounds(screen: Screen) -> None:
    """Ten is the most: ten passes, eleven does not; an address needs its sign."""
    screen.types("Rita", "/access every")
    screen.field("Number").fill("11")
    screen.field("E-mail").fill("nobody")
    screen.form.get_by_role("button", name="Save").click()
    expect(screen.form.get_by_text("Please enter 10 or less.")).to_be_visible()
    expect(screen.form.get_by_text("Please enter a valid email address.")).to_be_visible()
    screen.field("Number").fill("10")
    screen.field("E-mail").fill("rita@contoso.example")
    screen.form.get_by_role("button", name="Save").click()
    expect(screen.form).to_be_hidden()


def test_a_moment_is_picked_in_the_persons_own_time_zone(
    screen: Screen, server: FakeServer
) -> None:
    """Half past nine in London is half past four in New York, where Rita sits."""
    screen.types("Rita", "/access every")
    expect(screen.field("A moment")).to_have_value("2027-02-03T04:30")
    screen.field("A moment").fill("2027-07-01T09:00")
    screen.form.get_by_role("button", name="Save").click()
    expect(screen.form).to_be_hidden()
    sent = last(server, "submit")
    assert isinstance(sent, dict)
    assert sent["values"]["dt"]["a"]["selected_date_time"] == 1814446800


def test_several_are_chosen_and_dropped_again(screen: Screen, server: FakeServer) -> None:
    """A menu for many holds at most as many as the app allows, and each has a way out."""
    screen.types("Rita", "/access every")
    field = screen.form.locator("[data-block-id=multi]")
    field.get_by_role("combobox").click()
    screen.page.get_by_role("option", name="Blue").click()
    field.get_by_role("combobox").click()
    screen.page.get_by_role("option", name="Green").click()
    expect(screen.page.get_by_text("At most 2.")).to_be_visible()
    screen.page.keyboard.press("Escape")
    field.get_by_role("button", name="Remove Red").click()
    screen.form.get_by_role("button", name="Save").click()
    expect(screen.form).to_be_hidden()
    sent = last(server, "submit")
    assert isinstance(sent, dict)
    chosen = sent["values"]["multi"]["a"]["selected_options"]
    assert [one["value"] for one in chosen] == ["blue"]


def test_a_form_without_inputs_begins_at_its_title(screen: Screen, server: FakeServer) -> None:
    """A menu among its buttons is no field; nobody chooses there by accident."""
    menu = {"type": "users_select", "action_id": "who"}
    server.workspace.stacks["U01RITA"] = [
        {
            "id": "V01READ",
            "type": "modal",
            "hash": "1",
            "title": {"type": "plain_text", "text": "Just reading"},
            "blocks": [{"type": "actions", "block_id": "a", "elements": [menu]}],
            "state": {"values": {}},
        }
    ]
    server.tell("view", **{"as": "U01RITA"})
    expect(screen.form.get_by_role("heading", name="Just reading")).to_be_focused()
