"""Lists, their pages, their buttons, and the home tab."""

from dataclasses import replace

import pytest

from bot.views import admin, answers, home_tab, my_access, notices, waiting
from bot.views.action_ids import BadValue, ListName, Part
from bot.views.home_tab import AdminCounts, HomeData
from bot.views.wording import forms, lists
from engine.domain.assignments import AssignmentState
from engine.domain.conversation import Audience, Card, CardKind, NoticeKind
from engine.domain.holdings import Seen
from engine.domain.ids import PersonId, RequestId
from engine.domain.stages import Verdict
from tests.bot.views.house import (
    KNOWN,
    NAME,
    another,
    ended,
    held,
    holds,
    page,
    waits,
    whole,
)
from tests.bot.views.pictures_of_cards import (
    BOARD_HALF,
    BY_HAND,
    DELIVERED,
    DENIED,
    FAILED,
    MORE,
    NOBODY,
    PENDING,
    REMOVAL,
    STUCK,
)
from tests.bot.views.pictures_of_views import STORY
from tests.bot.views.reading import buttons, everything, said, values
from tests.builders import ANN, BEN, MAX

FIVE = tuple(waits(another(PENDING, n)) for n in range(5))


@pytest.mark.parametrize(
    ("offset", "total", "turns", "shown"),
    [
        (0, 5, [], ""),
        (0, 6, ["Next"], "1 to 5 of 6"),
        (5, 23, ["Previous", "Next"], "6 to 10 of 23"),
        (18, 23, ["Previous"], "19 to 23 of 23"),
    ],
)
def test_a_list_says_which_part_is_shown_and_turns_its_pages(
    offset: int, total: int, turns: list[str], shown: str
) -> None:
    """Every list is paged."""
    drawn = waiting.render(page(*FIVE, offset=offset, total=total), KNOWN)

    assert [words for words in buttons(drawn) if words in {"Previous", "Next"}] == turns
    assert shown in said(drawn)


def test_turning_pages_carries_the_list_and_the_place() -> None:
    """Never before the first row."""
    drawn = waiting.render(page(*FIVE, offset=3, total=23), KNOWN)

    assert values(drawn, "Previous") == ["waiting:0"]
    assert values(drawn, "Next") == ["waiting:8"]


def test_a_page_past_the_end_leads_back() -> None:
    """Rows may have gone since the page was turned."""
    drawn = waiting.render(page(offset=10, total=4), KNOWN)

    assert values(drawn, "Previous") == ["waiting:5"]
    assert "Next" not in buttons(drawn)


def test_each_waiting_request_has_its_own_buttons() -> None:
    """With the stage they were shown for."""
    drawn = waiting.render(page(*FIVE[:1]), KNOWN)

    assert buttons(drawn) == ["Approve", "Deny"]
    assert values(drawn, "Approve") == ["01hx5request0000:0"]


def test_several_requests_can_be_decided_at_once() -> None:
    """Ticked, then decided with one press; a single row needs no ticks."""
    drawn = waiting.render(page(*FIVE), KNOWN)

    assert buttons(drawn)[-2:] == ["Approve selected", "Deny selected"]
    assert "Approve selected" not in buttons(waiting.render(page(*FIVE[:1]), KNOWN))


def test_what_is_ticked_is_read_back() -> None:
    """The block's id changes with its rows, so no tick outlives them."""
    one, two = (
        next(b for b in everything(list(view.blocks)) if "block_id" in b)["block_id"]
        for view in (
            waiting.render(page(*FIVE[:2]), KNOWN),
            waiting.render(page(*FIVE[2:4]), KNOWN),
        )
    )
    ticked = {
        "selected_options": [{"value": "01hx5request0000:0"}, {"value": "01hx5request0001:2"}]
    }

    assert one != two
    assert waiting.parse_selection({str(one): {"select_waiting": ticked}}) == (
        Part(id="01hx5request0000", number=0),
        Part(id="01hx5request0001", number=2),
    )
    assert waiting.parse_selection({"note": {"note": {"value": "x"}}}) == ()


def test_a_forged_tick_decides_nothing() -> None:
    """What comes back is not trusted."""
    with pytest.raises(BadValue):
        waiting.parse_selection({"selection": {"a": {"selected_options": [{"value": "all"}]}}})


def test_what_i_hold_has_the_buttons_its_state_allows() -> None:
    """Extend where more time can be had and has not been asked for."""
    rows = page(
        held(),
        held(extension_request_id=RequestId("r")),
        held(holds(lasting=None)),
        held(ended()),
    )
    drawn = my_access.render(rows, page(), KNOWN)

    assert buttons(drawn) == ["Extend", "Give back", "Give back", "Give back", "Request access"]


def test_what_i_asked_for_can_be_canceled_while_that_is_possible() -> None:
    """Not once it is being delivered."""
    drawn = my_access.render(page(), page(whole(PENDING), whole(FAILED)), KNOWN)

    assert buttons(drawn) == ["Cancel request", "Request access"]
    assert values(drawn, "Cancel request") == [PENDING.id]


@pytest.mark.parametrize("state", list(AssignmentState))
def test_every_state_of_what_i_hold_has_words(state: AssignmentState) -> None:
    """Nothing is left without a line."""
    drawn = said(my_access.render(page(held(holds(state))), page(), KNOWN))

    assert "_" not in drawn.replace("date_short_pretty", "")


# Home --------------------------------------------------------------------------------------------


def test_whoever_is_new_sees_what_to_do_first() -> None:
    """An empty dashboard explains itself."""
    home = home_tab.build(HomeData(), KNOWN)

    assert buttons(home) == ["Request access", "Explain a package", "Help"]
    assert "Press *Request access*" in said(home)


def test_administration_is_shown_to_administrators_only() -> None:
    """With what needs them."""
    counts = AdminCounts(failed=2, parked=1, pending=3)

    assert "Administration" not in said(home_tab.build(HomeData(), KNOWN))
    assert "2 deliveries have failed" in said(home_tab.build(HomeData(admin=counts), KNOWN))


def test_the_home_tab_remembers_where_each_list_stands() -> None:
    """Turning one page leaves the others where they are."""
    data = HomeData(waiting=page(*FIVE, offset=5, total=30), held=page(held(), offset=10, total=11))
    home = home_tab.build(data, KNOWN)

    assert home_tab.offsets(str(home["private_metadata"])) == {
        ListName.HOME_WAITING: 5,
        ListName.HOME_HELD: 10,
    }


@pytest.mark.parametrize(
    "kept", ["", "x", "[1]", '{"home_held": -1}', '{"home_held": true}', '{"home_held": "5"}']
)
def test_a_damaged_place_is_the_first_page(kept: str) -> None:
    """What comes back is not trusted."""
    assert home_tab.offsets(kept) == {}


def test_the_fullest_home_tab_fits() -> None:
    """A hundred blocks are allowed; five rows of each list need fewer."""
    data = HomeData(
        waiting=page(*FIVE, offset=5, total=30),
        requests=page(*[whole(PENDING)] * 5, offset=5, total=30),
        held=page(*[held()] * 5, offset=5, total=30),
        tasks=page(*[BY_HAND] * 5, offset=5, total=30),
        admin=AdminCounts(),
    )
    blocks = home_tab.build(data, KNOWN)["blocks"]

    assert isinstance(blocks, list)
    assert 60 < len(blocks) < 100
    assert blocks[-1]["type"] == "context"


# Administrators ----------------------------------------------------------------------------------


def test_a_story_at_the_limit_is_whole_and_one_past_it_says_so() -> None:
    """The latest rows are shown; the export has all."""
    rows = [replace(STORY[0], why=f"row {n}.") for n in range(121)]

    assert "earlier row" not in said(admin.story(whole(DELIVERED), rows[:120], KNOWN))
    drawn = admin.story(whole(DELIVERED), rows, KNOWN)
    assert "… 1 earlier row;" in said(drawn)
    assert "row 0." not in said(drawn)
    assert len(drawn.blocks) <= 50


def test_an_activity_without_words_is_shown_as_it_is_called() -> None:
    """A story never hides a row."""
    assert "something: quite new" in said(admin.story(whole(DELIVERED), STORY, KNOWN))


@pytest.mark.parametrize(("fitting", "more"), [(10, False), (11, True)])
def test_of_many_packages_that_fit_ten_are_named(fitting: int, more: bool) -> None:
    """The rest is counted; the list below finds them all."""
    told = forms.found("package", [f"Package {n}" for n in range(fitting)])

    assert "Package 9" in told
    assert ("and 1 more" in told) is more


# Notices -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "subject", "detail", "viewer"),
    [
        (NoticeKind.APPROVAL_REMINDER, whole(DENIED), "0", None),
        (NoticeKind.APPROVAL_REMINDER, whole(PENDING), "1", None),
        (NoticeKind.APPROVAL_REMINDER, whole(BOARD_HALF), "0", ANN),
        (NoticeKind.REQUEST_DENIED, whole(PENDING), "", None),
        (NoticeKind.REQUEST_EXPIRED, whole(DENIED), "", None),
        (NoticeKind.APPROVERS_NOT_FOUND, whole(PENDING), "0", None),
        (NoticeKind.ACCESS_ENDED, held(), "", None),
        (NoticeKind.ACCESS_ENDING, held(ended()), "", None),
        (NoticeKind.ACCESS_ENDING, held(holds(lasting=None)), "", None),
        (NoticeKind.ACCESS_DELIVERED, held(ended()), "", None),
        (NoticeKind.TASK_REMINDER, BY_HAND, "2", None),
        (NoticeKind.TASK_REMINDER, STUCK, "1", None),
        (NoticeKind.REMOVAL_FAILING, BY_HAND, "", None),
        (NoticeKind.REMOVAL_FAILING, replace(REMOVAL, seen=Seen.ABSENT), "", None),
        (NoticeKind.ACCESS_ENDED, None, "", None),
    ],
)
def test_what_is_no_longer_true_is_not_said(
    kind: NoticeKind, subject: object, detail: str, viewer: PersonId | None
) -> None:
    """A notice may be sent later than it was made."""
    assert notices.render(kind, subject, KNOWN, detail=detail, viewer=viewer) is None


def test_a_notice_about_the_wrong_thing_is_a_mistake_of_ours() -> None:
    """Said loudly, not swallowed."""
    with pytest.raises(TypeError, match="is not about"):
        notices.render(NoticeKind.ACCESS_ENDED, whole(PENDING), KNOWN)


def test_a_reminder_leads_to_its_card_and_leaves_no_button_to_go_stale() -> None:
    """With a link where there is one, else to the list that is always fresh."""
    link = "https://contoso.slack.com/archives/D1/p1"
    args = (NoticeKind.APPROVAL_REMINDER, whole(PENDING), KNOWN)
    linked = notices.render(*args, detail="0", viewer=MAX, link=link)
    alone = notices.render(*args, detail="0", viewer=MAX)

    assert linked is not None
    assert alone is not None
    assert buttons(linked) == []
    assert f"<{link}|" in said(linked)
    assert buttons(alone) == ["Waiting for me"]


def test_the_card_of_a_reminder_can_be_looked_up() -> None:
    """The approver's, or the fulfiller's."""
    audience = Audience(person_id=BEN)
    found = notices.card_of(NoticeKind.APPROVAL_REMINDER, "r", "1", audience)

    assert found == Card(kind=CardKind.APPROVAL, subject_id="r", part=1, audience=audience)
    assert notices.card_of(NoticeKind.TASK_REMINDER, "h", "2", audience) == Card(
        kind=CardKind.TASK, subject_id="h", part=2, audience=audience
    )
    assert notices.card_of(NoticeKind.ACCESS_ENDED, "a", "", audience) is None


def test_an_ending_can_be_put_off_from_its_warning() -> None:
    """NOT-3: with Extend where more time can be had."""
    warning = notices.render(NoticeKind.ACCESS_ENDING, held(), KNOWN)

    assert warning is not None
    assert buttons(warning) == ["Extend", "Give back"]


def test_administrators_learn_how_to_help_a_request_nobody_can_decide() -> None:
    """APR-20: with the words to type."""
    told = notices.render(NoticeKind.APPROVERS_NOT_FOUND, whole(NOBODY), KNOWN, detail="0")

    assert told is not None
    assert "`/access-admin reassign st0042 @person`" in said(told)


@pytest.mark.parametrize("kind", [NoticeKind.MANY_ENDINGS, NoticeKind.MANY_LEAVING])
def test_odd_numbers_of_the_brake_are_left_out(kind: NoticeKind) -> None:
    """The message is needed more than its figures."""
    told = notices.render(kind, None, KNOWN, detail="many")

    assert told is not None
    assert "I have stopped to ask" in told.text


@pytest.mark.parametrize("verdict", list(Verdict))
def test_a_bulk_decision_tells_how_many(verdict: Verdict) -> None:
    """None is an answer too."""
    told = answers.decided_several(verdict, 0, [], KNOWN)

    assert told.text == f"No request was {verdict}."
    assert NAME in said(answers.given_back(NAME))


def test_a_request_for_more_time_is_told_from_one_for_the_package() -> None:
    """Whoever has it and asks for longer sees which of the two is which."""
    assert lists.open_request(whole(MORE)).startswith("*More time: Production read access*")
    assert lists.open_request(whole(PENDING)).startswith("*Production read access*")
