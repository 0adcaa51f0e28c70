"""Markup as Slack reads it, where a mistake would change what a message says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.fake_server import FakeServer
from tests.browser.screen import Screen

NOW = 1_801_647_000
DAY = 86_400

HTML = """async ([text, zone]) => {
  const { mrkdwn } = await import("/page/mrkdwn.js");
  const place = document.createElement("div");
  for (const node of mrkdwn(text, { tz: zone, personId: "U02MIA" })) place.append(node);
  for (const one of place.querySelectorAll("*"))
    for (const name of one.getAttributeNames()) if (name !== "href") one.removeAttribute(name);
  return place.innerHTML;
}"""

WORDS = """async ([text, zone]) => {
  const { mrkdwn } = await import("/page/mrkdwn.js");
  const place = document.createElement("div");
  for (const node of mrkdwn(text, { tz: zone })) place.append(node);
  return place.textContent;
}"""

CASES = [
    ("*bold* _slanted_ ~gone~", "<strong>bold</strong> <em>slanted</em> <s>gone</s>"),
    ("*_both_*", "<strong><em>both</em></strong>"),
    ("2*3*4 and snake_case_name", "2*3*4 and snake_case_name"),
    ("* not bold * and _ not _", "* not bold * and _ not _"),
    ("(*bold*), *bold*.", "(<strong>bold</strong>), <strong>bold</strong>."),
    ("`*raw*`", "<code>*raw*</code>"),
    ("```*raw*\nline```", "<pre><code>*raw*\nline</code></pre>"),
    ("```open", "```open"),
    (">quoted\nnot", "<blockquote>quoted</blockquote>not"),
    ("&gt;quoted", "<blockquote>quoted</blockquote>"),
    (">>>all\nof it", "<blockquote>all<br>of it</blockquote>"),
    ("<https://a.example|*a*>", '<a href="https://a.example">*a*</a>'),
    ("<javascript:alert(1)|no>", "<span>no</span>"),
    ("https://a.example/x. End", '<a href="https://a.example/x">https://a.example/x</a>. End'),
    ("<@U01RITA> <@U99|Nobody>", "<span>@Rita Reyes</span> <span>@Nobody</span>"),
    ("<#C01GENERAL|x> <#C99|>", "<span>#general</span> <span>#C99</span>"),
    ("<!subteam^S01LEADS>", "<span>@it-leads</span>"),
    ("<!channel>", "<span>@channel</span>"),
    ("&lt;@U01RITA&gt; &amp;amp;", "&lt;@U01RITA&gt; &amp;amp;"),
    ("1 < 2 > 0", "1 &lt; 2 &gt; 0"),
    (":not_one: 10:30:45", ":not_one: 10:30:45"),
    (":wave::skin-tone-3:", "<span>👋🏼</span>"),
]


@pytest.fixture(scope="module")
def reader(browser: Browser) -> Iterator[Page]:
    """A page that the tests only ask and never change."""
    server = FakeServer()
    server.start()
    context = browser.new_context(timezone_id="UTC", locale="en-US")
    screen = Screen(context.new_page(), server.url)
    screen.open()
    yield screen.page
    context.close()
    server.stop()


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_markup_becomes_elements(reader: Page, text: str, expected: str) -> None:
    """Marks count at the edge of words only, and escaped signs stay signs."""
    assert reader.evaluate(HTML, [text, "UTC"]) == expected


DATES = [
    (NOW, "{date_num} {time}", "2027-02-03 9:30 AM"),
    (NOW, "{date_slash}", "02/03/2027"),
    (NOW, "{date}", "February 3rd, 2027"),
    (NOW, "{date_long_full}", "February 3, 2027"),
    (NOW, "{day_divider_pretty}", "Today"),
    (NOW + 7 * DAY, "{day_divider_pretty}", "Wednesday, February 10th"),
    (NOW - 90 * DAY, "{day_divider_pretty}", "Thursday, November 5th, 2026"),
    (NOW, "{date_long}", "Wednesday, February 3rd, 2027"),
    (NOW, "{date_short_pretty} at {time}", "Today at 9:30 AM"),
    (NOW, "Due {date_pretty}", "Due today"),
    (NOW - DAY, "{date_pretty}", "Yesterday"),
    (NOW + DAY, "{date_long_pretty}", "Tomorrow"),
    (NOW + 2 * DAY, "{date_short_pretty}", "Feb 5, 2027"),
    (NOW - 3 * 3600, "{ago}", "3 hours ago"),
    (NOW + DAY, "{ago}", "In 1 day"),
    (NOW, "\u200b{date_pretty}", "\u200btoday"),
    (NOW, "{time_secs} {unknown}", "9:30:00 AM {unknown}"),
]


@pytest.mark.parametrize(("at", "form", "expected"), DATES)
def test_a_date_is_written_against_the_workspaces_clock(
    reader: Page, at: int, form: str, expected: str
) -> None:
    """Every token of Slack's page on formatting, in UTC."""
    assert reader.evaluate(WORDS, [f"<!date^{at}^{form}|x>", "UTC"]) == expected


def test_a_date_is_written_in_the_readers_zone(reader: Page) -> None:
    """Half past nine in London is half past four in New York and the next day in Auckland."""
    text = f"<!date^{NOW + 12 * 3600}^{{date_num}} {{time}}|x>"
    assert reader.evaluate(WORDS, [text, "America/New_York"]) == "2027-02-03 4:30 PM"
    assert reader.evaluate(WORDS, [text, "Pacific/Auckland"]) == "2027-02-04 10:30 AM"
    assert reader.evaluate(WORDS, ["<!date^soon^{date}|some day>", "UTC"]) == "some day"


def test_todays_words_change_when_the_day_does(screen: Screen) -> None:
    """A drawn date follows the clock without being fetched again."""
    card = screen.column("Mia").locator(".section-field", has_text="Starts")
    expect(card).to_contain_text("Today at 11:30 AM")
    screen.page.get_by_role("button", name="+1 day").click()
    expect(card).to_contain_text("Yesterday at 11:30 AM")
