"""The card on which a reviewer sees what there is to review: one for each run and stage.

While the stage is open it says what is reviewed, how many lines, until when and how far they have
come, and leads to the form. Where the holders themselves are asked it is one question with two
buttons. Afterwards it says how the review ended. Nothing on it depends on the moment.
"""

from bot.views.action_ids import ActionId, with_part
from bot.views.blocks import (
    Block,
    Message,
    Style,
    actions,
    button,
    context,
    header,
    message,
    section,
)
from bot.views.texts import named, when
from bot.views.wording import reviews as said
from bot.views.wording import words
from engine.application.review_queries import ReviewerSummary, ReviewLineSummary
from engine.domain.review_lines import ReviewVerdict
from engine.domain.reviews import ReviewRun, ReviewState


def render(
    summary: ReviewerSummary, stage: int, *, own: ReviewLineSummary | None = None
) -> Message:
    """The card of this stage for this reviewer; `own` is the line of a self-review.

    Of an earlier stage than the running one it only says that it is over.
    """
    run = summary.run
    running = run.state is ReviewState.IN_PROGRESS and stage == run.stage
    if running and run.rules.self_review:
        return _question(run, own)
    if running:
        return _open(summary)
    asked_themselves = stage < len(run.settings.stages) and run.settings.stages[stage].self_review
    about = said.own_asked(run) if asked_themselves else ""
    if run.closed_at is None:
        return _condensed(run, said.stage_over(run), about=about)
    if asked_themselves and own is not None:
        return _condensed(run, said.own_result(own, run), about=about)
    if stage < run.stage:
        return _condensed(run, said.STAGE_OVER, about=about)
    return _condensed(run, said.over(run, summary.counts), said.gone(summary.counts))


def _open(summary: ReviewerSummary) -> Message:
    run, counts = summary.run, summary.counts
    if not counts.total:
        return _condensed(run, said.NOTHING_FOR_YOU, said.gone(counts))
    done = not counts.undecided
    told = [said.answered(counts)] if counts.decided else []
    blocks = [
        header(said.card_title(run)),
        section(f"{said.what(run)}. {said.silence(run.settings.on_no_response)}"),
        section(fields=_facts(summary)),
        section("\n".join([said.progress(counts), *told])),
        actions(review_button(run, primary=not done)),
        context(*filter(None, _small_print(summary, done=done))),
    ]
    return message(said.please_review(run, counts), blocks)


def _facts(summary: ReviewerSummary) -> list[str]:
    run = summary.run
    closes = run.stage_closes_at
    facts = [f"*{said.HOW_MANY}*\n{summary.counts.total:,}"]
    return [*facts, f"*{said.ANSWER_BY}*\n{when(closes)}"] if closes is not None else facts


def _small_print(summary: ReviewerSummary, *, done: bool) -> tuple[str, ...]:
    run = summary.run
    return (
        said.NOTHING_UNDECIDED if done else said.rules(run),
        said.together(summary.together),
        said.gone(summary.counts),
        " · ".join(filter(None, (said.place(run), said.numbered(run)))),
    )


def review_button(run: ReviewRun, *, primary: bool = False) -> Block:
    """To the form, where they left off."""
    return button(
        words.REVIEW_NOW,
        ActionId.REVIEW_NOW,
        run.id,
        style=Style.PRIMARY if primary else None,
        spoken=f"{words.REVIEW_NOW}: {run.package_name}",
    )


# Self-review ------------------------------------------------------------------------------------


def _question(run: ReviewRun, own: ReviewLineSummary | None) -> Message:
    if own is None:
        return _condensed(run, said.NOTHING_FOR_YOU, about=said.own_asked(run))
    answer = said.own_answer(own, run)
    blocks = [
        header(said.own_question(run)),
        section(said.own_facts(own)),
        section(answer),
        *([] if own.line.gone else [actions(*own_buttons(run, own.line.verdict))]),
        context(said.numbered(run)),
    ]
    return message(f"{said.own_spoken(run)} {answer}", blocks)


def own_buttons(run: ReviewRun, verdict: ReviewVerdict | None = None) -> tuple[Block, Block]:
    """Keep and Remove of a self-review. What was answered stands out; before, neither does."""
    value = with_part(run.id, run.stage)
    keep = button(
        words.KEEP,
        ActionId.KEEP_OWN,
        value,
        style=Style.PRIMARY if verdict is ReviewVerdict.KEEP else None,
        spoken=f"{words.KEEP}: {run.package_name}",
    )
    remove = button(
        words.REMOVE,
        ActionId.REMOVE_OWN,
        value,
        style=Style.DANGER if verdict is ReviewVerdict.REMOVE else None,
        spoken=f"{words.REMOVE}: {run.package_name}",
    )
    return keep, remove


def _condensed(run: ReviewRun, *lines: str, about: str = "") -> Message:
    """Enough to be recognized, and how it ended."""
    told = [line for line in lines if line]
    blocks = [
        section(about or f"{said.what(run)}."),
        section(told[0]),
        context(*told[1:], said.numbered(run)),
    ]
    return message(f"{said.numbered(run)}, {run_name(run)}: {' '.join(told)}", blocks)


def run_name(run: ReviewRun) -> str:
    """The package's name, as markup."""
    return named(run.package_name)
