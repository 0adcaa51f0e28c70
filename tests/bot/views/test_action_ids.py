"""What buttons carry, and what is refused when it comes back otherwise."""

import pytest

from bot.views.action_ids import (
    MOST_WORDS,
    BadValue,
    ListName,
    Part,
    Place,
    parse_id,
    parse_page,
    parse_part,
    parse_row,
    with_part,
    with_place,
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


@pytest.mark.parametrize("words", ["", "a:1:2", "@rita <b> & ö", "two\nlines", "x" * MOST_WORDS])
def test_a_place_in_a_narrowed_list_comes_back_with_its_words(words: str) -> None:
    """Whatever was typed."""
    place = Place(10, words)
    assert parse_row(with_place("01hx5request0042", place)) == ("01hx5request0042", place)
    assert parse_page(with_place(ListName.ADMIN_REQUESTS, place)) == (
        ListName.ADMIN_REQUESTS,
        place,
    )


def test_more_words_than_a_list_is_narrowed_by_are_refused() -> None:
    """One past the limit."""
    with pytest.raises(BadValue):
        parse_row(with_place("01hx5request0042", Place(10, "x" * (MOST_WORDS + 1))))


def test_a_row_may_be_in_no_list() -> None:
    """The same button stands on a card."""
    assert parse_row("01hx5request0042") == ("01hx5request0042", None)
    with pytest.raises(BadValue):
        parse_row("01hx5request0042:x")


def test_an_id_at_the_limit_is_taken_and_one_past_it_is_not() -> None:
    """A hundred characters."""
    assert parse_id("x" * 100)
    with pytest.raises(BadValue):
        parse_id("x" * 101)


def test_a_page_is_of_a_list_we_know() -> None:
    """Any other list is garbage."""
    assert parse_page("waiting:10") == (ListName.WAITING, Place(10))
    with pytest.raises(BadValue):
        parse_page("secrets:10")
