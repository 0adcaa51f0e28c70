"""Escaping, cutting, moments and durations: what stands between people's words and Slack's markup."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.views import texts
from engine.domain.ids import ChannelId, GroupId, PersonId
from tests.builders import ANN, BEN, CAT

MOMENT = datetime(2027, 3, 4, 15, 30, tzinfo=UTC)


def test_control_characters_of_markup_become_entities() -> None:
    """A reason can neither ping a channel nor fake a link."""
    assert texts.escape("<!channel> & <a|b>") == "&lt;!channel&gt; &amp; &lt;a|b&gt;"


def test_an_entity_people_typed_is_shown_as_they_typed_it() -> None:
    """What looks escaped is escaped again."""
    assert texts.escape("&lt;") == "&amp;lt;"


def test_text_at_the_limit_stays_whole() -> None:
    """Nothing is cut without need."""
    assert texts.cut("x" * 75, 75) == "x" * 75


def test_text_one_past_the_limit_ends_in_an_ellipsis() -> None:
    """The reader sees that something is missing."""
    assert texts.cut("x" * 76, 75) == "x" * 74 + "…"


def test_emoji_count_as_slack_may_count_them() -> None:
    """A character beyond the first plane is two UTF-16 units."""
    assert texts.cut("😀" * 10, 20) == "😀" * 10
    assert texts.cut("😀" * 11, 20) == "😀" * 9 + "…"


@pytest.mark.parametrize("limit", range(10, 20))
def test_a_cut_never_leaves_half_an_entity(limit: int) -> None:
    """Half an entity would be shown as letters."""
    cut = texts.cut_markup("12345678&amp;&amp;&amp;", limit)

    assert re.fullmatch(r"12345678(&amp;)*…", cut)


@pytest.mark.parametrize("limit", range(8, 30))
def test_a_cut_never_leaves_half_a_mention(limit: int) -> None:
    """Half a mention would swallow what follows."""
    cut = texts.cut_markup("Ask <@U012ABC> or <@U345DEF>.", limit)

    assert cut.count("<") == cut.count(">")


@settings(deadline=None)
@given(st.text(), st.integers(min_value=2, max_value=60))
def test_any_text_fits_and_has_no_markup_after_escape_and_cut(text: str, limit: int) -> None:
    """Cutting comes after escaping, so no limit is broken by an entity."""
    cut = texts.cut_markup(texts.escape(text), limit)

    assert texts.length(cut) <= limit
    assert not set("<>") & set(cut)


def test_a_quotation_marks_every_line_and_links_addresses() -> None:
    """Slack is told to make no links by itself; an address links to exactly itself."""
    quoted = texts.quote("See http://a.example/x?a=1&b=2.\n\n*now* <@U1>")

    assert quoted == "> See <http://a.example/x?a=1&amp;b=2>.\n> *now* &lt;@U1&gt;"


def test_a_quotation_of_nothing_is_still_something() -> None:
    """Slack refuses empty texts."""
    assert texts.quote("  \n ") == "> -"


def test_plain_text_is_one_line_with_its_mentions_broken() -> None:
    """Nothing is parsed in plain text; whatever copies it elsewhere finds no mention either."""
    assert texts.plain(" R&D\n<b> <!channel> ") == "R&D <b> <\u2060!channel>"
    assert texts.plain("   ") == "-"


def test_a_name_is_bold_unless_that_would_break_it() -> None:
    """Asterisks in a name would end the bold too early."""
    assert texts.named("R&D") == "*R&amp;D*"
    assert texts.named("A*") == "A*"


def test_ids_from_outside_cannot_leave_their_mention() -> None:
    """An id is letters and digits; anything else in it is dropped."""
    assert texts.mention(PersonId("U1>!")) == "<@U1>"
    assert texts.mention_group(GroupId("S1|x")) == "<!subteam^S1x>"
    assert texts.mention_channel(ChannelId("C1")) == "<#C1>"


def test_a_moment_is_drawn_in_the_readers_zone_and_spelled_in_utc() -> None:
    """Slack replaces the date; whoever cannot draw it reads UTC."""
    assert texts.when(MOMENT) == (
        "<!date^1804174200^{date_short_pretty} at {time}|4 Mar 2027, 15:30 UTC>"
    )


def test_a_moment_of_another_zone_is_spelled_in_utc() -> None:
    """The fallback names the zone it is in."""
    elsewhere = datetime.fromisoformat("2027-03-04T20:30:00+05:00")

    assert texts.when_plainly(elsewhere) == "4 Mar 2027, 15:30 UTC"
    assert texts.day(date(2027, 6, 30)) == "30 Jun 2027"


@pytest.mark.parametrize(
    ("duration", "words"),
    [
        (timedelta(days=90), "90 days"),
        (timedelta(days=1), "1 day"),
        (timedelta(hours=4), "4 hours"),
        (timedelta(seconds=5), "5 seconds"),
        (timedelta(seconds=90), "1 minute 30 seconds"),
        (timedelta(days=2, hours=3, minutes=4), "2 days 3 hours"),
        (timedelta(days=3660), "3,660 days"),
        (timedelta(), "no time"),
    ],
)
def test_a_duration_in_words(duration: timedelta, words: str) -> None:
    """The two largest units say enough."""
    assert texts.how_long(duration) == words


def test_things_are_listed_as_people_say_them() -> None:
    """Commas, and a word before the last."""
    assert texts.listed([]) == ""
    assert texts.listed(["a"]) == "a"
    assert texts.listed(["a", "b"]) == "a and b"
    assert texts.listed(["a", "b", "c"], "or") == "a, b or c"


def test_many_people_are_counted() -> None:
    """A card is no attendance list; nobody is named twice."""
    assert texts.people([ANN, BEN, ANN]) == "<@ann> and <@ben>"
    assert texts.people([ANN, BEN, CAT], most=2) == "<@ann>, <@ben> and 1 more"


def test_a_sentence_can_be_said_where_slack_draws_no_markup() -> None:
    """Errors at a field are plain text: names, dates and words instead of markup."""
    markup = f"*R&amp;D*: <@ann> {texts.when(MOMENT)}, <https://x.example|see>"

    plain = texts.plainly(markup, {ANN: "Ann Abel"}.__getitem__)

    assert plain == "R&D: Ann Abel 4 Mar 2027, 15:30 UTC, see"
