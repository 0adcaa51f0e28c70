"""Every limit of Block Kit, at it and one past it."""

from collections.abc import Callable

import pytest

from bot.views import blocks
from bot.views.blocks import Block, Option
from bot.views.texts import length

Make = Callable[[str], Block]

CUT: dict[str, tuple[int, Make, Callable[[Block], object]]] = {
    "section": (3000, blocks.section, lambda b: b["text"]),
    "field": (2000, lambda t: blocks.section(fields=[t]), lambda b: b["fields"][0]),
    "header": (150, blocks.header, lambda b: b["text"]),
    "context": (2000, blocks.context, lambda b: b["elements"][0]),
    "button": (75, lambda t: blocks.button(t, "a"), lambda b: b["text"]),
    "option": (75, lambda t: Option(words=t, value="v").block(), lambda b: b["text"]),
    "description": (
        75,
        lambda t: Option(words="w", value="v", description=t).block(),
        lambda b: b["description"],
    ),
    "label": (
        2000,
        lambda t: blocks.input_block("b", t, blocks.text_input("a", multiline=False, most=1)),
        lambda b: b["label"],
    ),
    "placeholder": (
        150,
        lambda t: blocks.external_select("a", initial=None, placeholder=t),
        lambda b: b["placeholder"],
    ),
    "confirm title": (100, lambda t: blocks.confirm(t, "w", "y", "n"), lambda b: b["title"]),
    "confirm text": (300, lambda t: blocks.confirm("t", t, "y", "n"), lambda b: b["text"]),
    "confirm button": (30, lambda t: blocks.confirm("t", "w", t, "n"), lambda b: b["confirm"]),
    "title": (24, lambda t: blocks.modal("c", t, []), lambda b: b["title"]),
    "submit": (24, lambda t: blocks.modal("c", "t", [], submit=t), lambda b: b["submit"]),
}


@pytest.mark.parametrize("what", CUT)
def test_text_at_the_limit_stays_and_one_past_it_is_cut(what: str) -> None:
    """Slack refuses the whole message for one character too many."""
    limit, make, found = CUT[what]

    whole = found(make("x" * limit))
    cut = found(make("x" * (limit + 1)))

    assert isinstance(whole, dict)
    assert isinstance(cut, dict)
    assert whole["text"] == "x" * limit
    assert length(cut["text"]) == limit
    assert cut["text"].endswith("…")


def test_spoken_words_of_a_button_are_cut_too() -> None:
    """What a screen reader says has a limit of its own."""
    at = blocks.button("b", "a", spoken="x" * 75)
    past = blocks.button("b", "a", spoken="x" * 76)

    assert at["accessibility_label"] == "x" * 75
    assert past["accessibility_label"] == "x" * 74 + "…"


def test_the_text_of_a_message_stays_below_what_an_update_takes() -> None:
    """`chat.update` refuses more than 4,000 characters."""
    assert blocks.message("x" * 3000).text == "x" * 3000
    assert length(blocks.message("x" * 3001).text) == 3000


def test_a_message_has_fifty_blocks_at_most() -> None:
    """More is a mistake of ours, not of people's words."""
    assert blocks.message("t", [blocks.divider()] * 50)
    with pytest.raises(ValueError, match="50 blocks"):
        blocks.message("t", [blocks.divider()] * 51)
    with pytest.raises(ValueError, match="has a text"):
        blocks.message("")


def test_values_that_do_not_fit_are_mistakes_of_ours() -> None:
    """An id is never cut: it would name something else."""
    assert blocks.button("b", "a", "x" * 2000)
    with pytest.raises(ValueError, match="2,000"):
        blocks.button("b", "a", "x" * 2001)
    assert Option(words="w", value="x" * 150).block()
    with pytest.raises(ValueError, match="150"):
        Option(words="w", value="x" * 151).block()
    with pytest.raises(ValueError, match="150"):
        Option(words="w", value="").block()
    assert blocks.modal("c", "t", [], private_metadata="x" * 3000)
    with pytest.raises(ValueError, match="3,000"):
        blocks.modal("c", "t", [], private_metadata="x" * 3001)


@pytest.mark.parametrize(
    ("most", "make"),
    [
        (10, lambda n: blocks.section(fields=["f"] * n)["fields"]),
        (10, lambda n: blocks.context(*["c"] * n)["elements"]),
        (25, lambda n: blocks.actions(*[blocks.divider()] * n)["elements"]),
        (100, lambda n: blocks.options([Option(words="w", value="v")] * n)),
        (10, lambda n: blocks.checkboxes("a", [Option(words="w", value="v")] * n)["options"]),
        (100, lambda n: blocks.modal("c", "t", [blocks.divider()] * n)["blocks"]),
    ],
)
def test_no_list_is_longer_than_slack_takes(most: int, make: Callable[[int], list[Block]]) -> None:
    """What is past the limit is left out."""
    assert len(make(most)) == most
    assert len(make(most + 1)) == most


def test_slack_makes_nothing_of_our_markup_by_itself() -> None:
    """No channel name typed into a reason becomes a mention."""
    assert blocks.mrkdwn("see #general")["verbatim"] is True
