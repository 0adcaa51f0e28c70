"""The form in which a reviewer decides, ten lines at a time.

Every line has its own three buttons, and an answer is saved when it is pressed: there is nothing
to send at the end, and closing the form loses nothing. Above the lines are the choice of which to
show and the two ways to decide many at once; below them the way to the next ten.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.views.action_ids import ActionId, BlockId, CallbackId
from bot.views.blocks import (
    OPTIONS,
    Block,
    Option,
    Style,
    View,
    actions,
    button,
    context,
    divider,
    modal,
    section,
    static_select,
)
from bot.views.known import Known
from bot.views.review_state import (
    PAGE_SIZE,
    FormState,
    Show,
    chosen_counts,
    department_of,
    mark_of,
)
from bot.views.wording import review_form as said
from bot.views.wording import reviews, words
from engine.application.review_queries import DepartmentCounts, ReviewerSummary, ReviewLineSummary
from engine.domain.ids import PersonId
from engine.domain.review_lines import ReviewDecision, ReviewVerdict
from engine.domain.review_settings import ReviewReason

OTHERS_SHOWN = 3
EVERYWHERE = "all"
"""The value of the choice of all departments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormLine:
    """A line, and what others said of it before its present answer."""

    row: ReviewLineSummary
    others: tuple[ReviewDecision, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FormData:
    """What the form shows."""

    state: FormState
    """With the lines and places of this page."""
    summary: ReviewerSummary
    lines: tuple[FormLine, ...]
    fitting: int
    """How many lines the choice lets through."""
    note: str = ""
    """What has just been done."""


def build(data: FormData, known: Known) -> View:
    """The form."""
    run = data.summary.run
    return modal(
        CallbackId.REVIEW_FORM,
        said.FORM_TITLE,
        [
            section(said.form_head(run, data.summary.counts)),
            *([context(data.note)] if data.note else []),
            actions(*_filters(data), block_id=_filter_id(data)),
            *_at_once(data),
            *_lines(data, known),
            *_pages(data, known),
            context(said.SAVED),
        ],
        close=words.CLOSE,
        private_metadata=data.state.kept(),
    )


# The choice of lines ----------------------------------------------------------------------------


def _filter_id(data: FormData) -> str:
    """Changes with the choice and the numbers, so that Slack shows them as they are now."""
    state, summary = data.state, data.summary
    numbers = f"{summary.counts.undecided}:{summary.counts.total}:{summary.to_remove}"
    return f"{BlockId.LINES}:{state.show}:{state.department or EVERYWHERE}:{numbers}"


def _filters(data: FormData) -> Iterator[Block]:
    counts, state = data.summary.counts, data.state
    numbers = {
        Show.UNDECIDED: (said.SHOW_UNDECIDED, counts.undecided),
        Show.TO_REMOVE: (said.SHOW_TO_REMOVE, data.summary.to_remove),
        Show.ALL: (said.SHOW_ALL, counts.total),
    }
    shows = {
        show: Option(words=said.choice(*named), value=show.value) for show, named in numbers.items()
    }
    yield static_select(
        ActionId.CHOOSE_LINES,
        tuple(shows.values()),
        initial=shows[state.show],
        placeholder=said.CHOOSE_LINES,
    )
    if len(_with_lines(data)) > 1 or state.department is not None:
        yield _departments(data)


def _departments(data: FormData) -> Block:
    chosen = department_of(data.state, data.summary)
    known = _with_lines(data)[: OPTIONS - 2]
    if chosen is not None and all(each.department != chosen for each in known):
        known = (*known, *(d for d in data.summary.departments if d.department == chosen))
    options = {each.department: _department(each) for each in known}
    everywhere = Option(words=said.ALL_DEPARTMENTS, value=EVERYWHERE)
    return static_select(
        ActionId.CHOOSE_DEPARTMENT,
        (everywhere, *options.values()),
        initial=options[chosen] if chosen is not None else everywhere,
        placeholder=said.CHOOSE_DEPARTMENT,
    )


def _with_lines(data: FormData) -> tuple[DepartmentCounts, ...]:
    """Departments in which not everything has fallen out."""
    return tuple(each for each in data.summary.departments if each.counts.total)


def _department(each: DepartmentCounts) -> Option:
    name = each.department or said.NO_DEPARTMENT
    return Option(words=said.choice(name, each.counts.total), value=mark_of(each.department))


def chosen(state: Mapping[str, object], before: FormState) -> FormState:
    """The choice of lines after one of the two menus was used."""
    picked = dict(_picked(state))
    show = picked.get(ActionId.CHOOSE_LINES, before.show.value)
    department = picked.get(ActionId.CHOOSE_DEPARTMENT, before.department)
    return before.filtered(
        Show(show) if show in set(Show) else before.show,
        None if department == EVERYWHERE else department,
    )


def _picked(state: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for block_id, block in state.items():
        if block_id.partition(":")[0] != BlockId.LINES or not isinstance(block, Mapping):
            continue
        for action_id, element in block.items():
            option = element.get("selected_option") if isinstance(element, Mapping) else None
            value = option.get("value") if isinstance(option, Mapping) else None
            if isinstance(value, str):
                yield str(action_id), value


def _at_once(data: FormData) -> list[Block]:
    buttons = []
    if (to_keep := chosen_counts(data.state, data.summary).to_keep) > 1:
        buttons.append(button(said.keep_recommended(to_keep), ActionId.KEEP_RECOMMENDED))
    if data.fitting > 1:
        buttons.append(button(said.decide_shown(data.fitting), ActionId.DECIDE_SHOWN))
    return [actions(*buttons)] if buttons else []


# The lines --------------------------------------------------------------------------------------


def _lines(data: FormData, known: Known) -> list[Block]:
    if not data.lines:
        chosen = department_of(data.state, data.summary)
        elsewhere = chosen is not None and data.state.show is Show.UNDECIDED
        undecided = data.summary.counts.undecided
        return [divider(), section(said.nothing_shown(undecided, elsewhere=elsewhere))]
    blocks: list[Block] = []
    for line in data.lines[:PAGE_SIZE]:
        blocks += [divider(), section(_text(line, data.summary.person_id))]
        if line.row.line.gone is None:
            blocks.append(context(said.facts(line.row)))
            blocks.append(actions(*_buttons(line.row, known)))
    return [*blocks, divider()]


def _text(line: FormLine, viewer: PersonId) -> str:
    row = line.row
    if row.line.gone is not None:
        return f"{said.line(row)}\n{reviews.fell_out(row)}"
    parts = [
        said.line(row),
        *(said.said_earlier(decision, viewer) for decision in row.earlier),
        *(said.said_before(decision, viewer) for decision in line.others[-OTHERS_SHOWN:]),
        said.said_of(row, viewer),
    ]
    return "\n".join(filter(None, parts))


_PRESSES = {
    ReviewVerdict.KEEP: (ActionId.KEEP, Style.PRIMARY),
    ReviewVerdict.REMOVE: (ActionId.REMOVE, Style.DANGER),
    ReviewVerdict.DONT_KNOW: (ActionId.DONT_KNOW, Style.PRIMARY),
}


def _buttons(row: ReviewLineSummary, known: Known) -> list[Block]:
    """The three answers; the present one stands out. And, where there is one, its reason."""
    name = row.person.name if row.person else known.name(row.line.target_id)
    found = [
        button(
            reviews.VERDICTS[verdict],
            action_id,
            row.line.assignment_id,
            style=style if row.line.verdict is verdict else None,
            spoken=f"{reviews.VERDICTS[verdict]}: {name}",
        )
        for verdict, (action_id, style) in _PRESSES.items()
    ]
    if row.line.verdict is not None:
        words_ = said.CHANGE_REASON if row.line.reason else said.ADD_REASON
        reason = button(
            words_, ActionId.LINE_REASON, row.line.assignment_id, spoken=f"{words_}: {name}"
        )
        found.append(reason)
    return found


# The pages --------------------------------------------------------------------------------------


def _pages(data: FormData, known: Known) -> list[Block]:
    turns = []
    if data.state.before is not None:
        turns.append(button(words.PREVIOUS, ActionId.LINES_BEFORE))
    if data.state.after is not None:
        turns.append(button(words.NEXT, ActionId.LINES_AFTER))
    if not data.lines:
        return [actions(*turns)] if turns else []
    first, last = (
        row.person.name if row.person else known.name(row.line.target_id)
        for row in (data.lines[0].row, data.lines[-1].row)
    )
    where = context(said.range_shown(len(data.lines), data.fitting, first, last))
    return [where, actions(*turns)] if turns else [where]


def needs_reason(summary: ReviewerSummary) -> bool:
    """Whether an answer without a reason is refused."""
    return summary.run.settings.reason is ReviewReason.REQUIRED
