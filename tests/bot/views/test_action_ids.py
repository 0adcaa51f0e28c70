"""What buttons carry, and what is refused when it comes back otherwise."""

import pytest

from bot.views.action_ids import (
    BadValue,
    ListName,
    Part,
    parse_id,
    parse_page,
    parse_part,
    with_part,
)

GARBAGE = [
    "",
    " ",
    "a b",
    "a:",
    ":1",
    "a:-1",
    "a:1:2",
    "a:\u0661",
    "x" * 101,
    "<!channel>",
    None,
    7,
    {},
]


@pytest.mark.parametrize("value", GARBAGE)
def test_garbage_is_no_value_of_ours(value: object) -> None:
    """A damaged or forged button decides nothing."""
    with pytest.raises(BadValue):
        parse_part(value)
    with pytest.raises(BadValue):
        parse_page(value)
    with pytest.raises(BadValue):
        parse_id(value)


def test_what_a_button_carries_comes_back() -> None:
    """An id, or an id and a part."""
    assert parse_id("01hx5request0042") == "01hx5request0042"
    assert parse_part(with_part("01hx5request0042", 3)) == Part(id="01hx5request0042", number=3)


def test_an_id_at_the_limit_is_taken_and_one_past_it_is_not() -> None:
    """A hundred characters."""
    assert parse_id("x" * 100)
    with pytest.raises(BadValue):
        parse_id("x" * 101)


def test_a_page_is_of_a_list_we_know() -> None:
    """Any other list is garbage."""
    assert parse_page("waiting:10") == (ListName.WAITING, 10)
    with pytest.raises(BadValue):
        parse_page("secrets:10")
