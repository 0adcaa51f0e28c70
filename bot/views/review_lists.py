"""Lists of reviews: those that wait for somebody, and the administrators'."""

from bot.views.action_ids import ActionId, ListName
from bot.views.admin import rows_of_story
from bot.views.blocks import (
    Block,
    Message,
    Style,
    actions,
    button,
    confirm,
    context,
    divider,
    header,
    message,
    say,
    section,
)
from bot.views.known import Known
from bot.views.paging import pager
from bot.views.review_card import own_buttons, review_button
from bot.views.wording import admin_menu as menu_words
from bot.views.wording import review_lists as said
from bot.views.wording import review_story as told
from bot.views.wording import words
from engine.application.queries import Page
from engine.application.review_queries import (
    PlannedReview,
    ReviewerSummary,
    ReviewResults,
    ReviewStory,
    ReviewSummary,
)
from engine.domain.ids import ReviewRunId
from engine.domain.reviews import ReviewRun, ReviewState

PAGE_SIZE = 5
"""Reviews beside approvals."""
ADMIN_PAGE_SIZE = 10
PLANNED_SHOWN = 20


def waiting_reviews(page: Page[ReviewerSummary], name: ListName) -> list[Block]:
    """The reviews of one person, beside their approvals; nothing where there are none."""
    if not page.total:
        return []
    blocks: list[Block] = [header(said.REVIEWS_TITLE)]
    for row in page.rows[:PAGE_SIZE]:
        blocks.append(section(said.waiting(row)))
        if row.run.rules.self_review:
            blocks.append(actions(*own_buttons(row.run, said.own_verdict(row.counts))))
        else:
            blocks.append(actions(review_button(row.run)))
    return [*blocks, *pager(name, page, PAGE_SIZE)]


def undecided(page: Page[ReviewerSummary]) -> int:
    """How many of these reviews still wait for an answer."""
    return sum(1 for row in page.rows if row.counts.undecided)


# Administrators ---------------------------------------------------------------------------------


def overview(
    page: Page[ReviewSummary], planned: tuple[PlannedReview, ...], known: Known
) -> Message:
    """Every run, newest first, with its progress; and what is planned."""
    spoken = said.list_spoken(page.total)
    if not page.total and not planned:
        return message(said.NO_REVIEWS, [section(said.NO_REVIEWS)])
    rows = [block for row in page.rows[:ADMIN_PAGE_SIZE] for block in _run(row)]
    ahead = [
        said.planned(plan, known.package_name(plan.package_id), known.policy_name(plan.policy_id))
        for plan in planned[:PLANNED_SHOWN]
    ]
    blocks = [
        header(said.ADMIN_TITLE),
        *(rows or [section(spoken)]),
        *pager(ListName.ADMIN_REVIEWS, page, ADMIN_PAGE_SIZE),
        *_planned(ahead),
        context(said.LIST_HINT),
    ]
    return message(spoken, blocks)


def _run(row: ReviewSummary) -> list[Block]:
    """One run with its story, and what can be done about it while it is not over, asking first."""
    run = row.run
    told = section(said.row(row))
    spoken = f"{menu_words.STORY}: {run.package_name}"
    found = [button(menu_words.STORY, ActionId.STORY, run.id, spoken=spoken)]
    if run.over:
        return [told, actions(*found)]
    stop = said.stop_question(row)
    found.append(_asking(run, ActionId.STOP_REVIEW, said.STOP, said.STOP_TITLE, stop))
    if run.state is ReviewState.IN_PROGRESS and row.in_stage.decided:
        clear = said.clear_question(row)
        found.append(_asking(run, ActionId.RESET_REVIEW, said.CLEAR, said.CLEAR_TITLE, clear))
    return [told, actions(*found)]


def _asking(run: ReviewRun, action_id: ActionId, words_: str, title: str, question: str) -> Block:
    return button(
        words_,
        action_id,
        run.id,
        confirm=confirm(title, question, words_, words.NOT_NOW, style=Style.DANGER),
        spoken=f"{words_}: {run.package_name}",
    )


def _planned(lines: list[str]) -> list[Block]:
    """A few lines share a section, for names may be long."""
    if not lines:
        return []
    parts = [section("\n".join(lines[n : n + 5])) for n in range(0, len(lines), 5)]
    return [section(said.PLANNED_TITLE), *parts]


def report(page: Page[ReviewSummary], *, sending: ReviewRun | None = None) -> Message:
    """The closed runs, each with the button that sends its results again."""
    if not page.total:
        return message(said.NO_REPORTS, [section(said.NO_REPORTS)])
    first = said.results_on_their_way(sending) if sending else said.list_spoken(page.total)
    blocks = [header(said.REPORT_TITLE)]
    if sending is not None:
        blocks.append(section(first))
    blocks += [
        section(said.row(row), accessory=_send_results(row.run))
        for row in page.rows[:ADMIN_PAGE_SIZE]
    ]
    return message(first, [*blocks, *pager(ListName.REPORT_REVIEWS, page, ADMIN_PAGE_SIZE)])


def _send_results(run: ReviewRun) -> Block | None:
    """None where there was nobody to review."""
    if not run.lines:
        return None
    spoken = f"{said.SEND_RESULTS}: {run.package_name}"
    return button(said.SEND_RESULTS, ActionId.SEND_RESULTS, run.id, spoken=spoken)


def story(of: ReviewStory) -> Message:
    """The audit of one review, oldest first; of very long ones the latest rows."""
    lines = [told.told(entry) for entry in of.entries]
    head = told.story_head(of.run)
    rows = rows_of_story(lines, left_out=of.total - len(lines))
    return message(head, [header(told.STORY_TITLE), section(head), divider(), *rows])


# Answers ----------------------------------------------------------------------------------------


def started(package_name: str, review_ids: tuple[ReviewRunId, ...], *, held: bool) -> Message:
    """After `review start`; `held`: somebody has the package."""
    return say(said.started(package_name, review_ids, held=held))


def stopped(results: ReviewResults) -> Message:
    """After `review stop`."""
    return say(said.stopped(results))


def reset(run: ReviewRun, cleared: int) -> Message:
    """After `review reset`."""
    return say(said.reset(run, cleared))


def results_sent(run: ReviewRun) -> Message:
    """After Send results."""
    return say(said.results_on_their_way(run))


def no_results(run: ReviewRun) -> Message:
    """A report was asked for of a review that is not over, or found nobody."""
    return say(said.without_lines(run) if run.over else said.not_closed(run))
