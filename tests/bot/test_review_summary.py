"""The picture and the file of a review's results, as far as no workspace is needed for them."""

import subprocess
import sys
from dataclasses import replace

import pytest

from bot import review_chart, review_summary
from bot.views.texts import length
from bot.views.wording import review_file, review_results
from engine.application.review_queries import DepartmentCounts, ReviewCounts
from engine.domain.assignments import EndReason
from engine.domain.ids import PersonId
from engine.domain.review_lines import ApplyResult
from tests.bot.views import review_house as house
from tests.bot.views.review_house import V, a_decision, a_line, applied, gone
from tests.builders import MAX, ROB

PNG = b"\x89PNG\r\n\x1a\n"


def departments(number: int) -> list[DepartmentCounts]:
    """So many, each larger than the one before."""
    return [
        DepartmentCounts(department=f"Department {n}", counts=ReviewCounts(kept=n, undecided=1))
        for n in range(1, number + 1)
    ]


def name(person_id: PersonId) -> str:
    """Everybody by their id."""
    return person_id.capitalize()


@pytest.mark.parametrize("module", ["bot.house", "bot.main", "bot.playground_app"])
def test_serving_does_not_pay_for_the_plotting_library(module: str) -> None:
    """It is imported when the first picture is drawn."""
    code = f"import sys, {module}; sys.exit('matplotlib' in sys.modules or 'numpy' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_fifteen_departments_have_a_bar_each() -> None:
    """The largest first."""
    bars = review_chart.bars(departments(review_chart.BARS))

    assert [bar.department for bar in bars][:2] == ["Department 15", "Department 14"]
    assert len(bars) == review_chart.BARS


def test_with_one_more_the_smallest_share_a_bar_and_nothing_is_lost() -> None:
    """Two departments stand together as the last."""
    every = departments(review_chart.BARS + 1)
    bars = review_chart.bars(every)

    assert len(bars) == review_chart.BARS
    assert bars[-1].department == "2 other departments"
    assert sum(bar.counts.total for bar in bars) == sum(each.counts.total for each in every)


def test_departments_in_which_everything_fell_out_have_no_bar() -> None:
    """There is nothing to draw."""
    empty = DepartmentCounts(department="Sales", counts=ReviewCounts(gone=3))

    assert review_chart.bars([empty]) == ()


@pytest.mark.parametrize(
    "department", ["", "Sales & $x$", "営業部", "😀", "\\frac{1}{2}", "x" * 300, "a\nb", "\x00"]
)
def test_any_department_can_be_drawn(department: str) -> None:
    """Letters the font lacks, formulas, blanks."""
    bars = [DepartmentCounts(department=department, counts=ReviewCounts(kept=2, removed=1))]

    assert review_chart.draw(f"Answers in {department}", bars).startswith(PNG)


def test_the_same_results_draw_the_same_picture() -> None:
    """Nothing of the moment is in it."""
    bars = review_chart.bars(departments(4))

    assert review_chart.draw("Answers", bars) == review_chart.draw("Answers", bars)


def test_the_description_of_the_picture_keeps_slacks_limit() -> None:
    """A thousand characters, cut where departments are many and long."""
    short = review_summary.described(house.results(), house.results().departments)
    many = [replace(each, department=each.department * 20) for each in departments(15)]

    assert short.endswith("0 not decided.")
    assert length(review_summary.described(house.results(), many)) == review_results.ALT_TEXT


def test_files_are_found_by_the_key_in_their_names() -> None:
    """And by nothing else."""
    mark = review_summary.mark_of("review/R/results/channel:C1")
    message = {"files": [{"name": f"review-0042-{mark}.csv"}]}

    assert review_summary.carries(message, "review/R/results/channel:C1")
    assert not review_summary.carries(message, "review/R/results/channel:C1/again/T1")
    assert not review_summary.carries({}, "review/R/results/channel:C1")
    assert not review_summary.carries({"files": [7, {"name": None}]}, "x")


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\n=1", "\uff1d1+1"])
def test_what_a_spreadsheet_would_take_for_a_formula_is_text(cell: str) -> None:
    """A reason must not run on an auditor's machine."""
    assert review_file.harmless(cell) == f"'{cell}"
    assert review_file.harmless(f"Rob {cell}") == f"Rob {cell}"


def test_a_row_has_every_column() -> None:
    """Person, decision, reviewer, reason, recommendation, earlier answers, result."""
    row = applied(
        a_line(ROB, verdict=V.REMOVE, reason="Left the rota"), ApplyResult.FAILED, problem="Stuck"
    )
    row = replace(row, earlier=(a_decision(MAX, V.KEEP, "Is on the rota"),))
    told = dict(zip(review_file.COLUMNS, review_file.cells(row, name), strict=True))

    assert told["Person"] == "Rob Reed", "as the mirror knows them"
    assert told["Decision"] == "Remove"
    assert told["Reviewer"] == "Olga"
    assert told["Reason"] == "Left the rota"
    assert told["Recommendation"] == "Keep"
    assert told["Why recommended"] == "8 of 10 colleagues in Platform have it too"
    assert told["Given by"] == "Max, Olga"
    assert told["Earlier stages"] == "Stage 1: Keep by Max (Is on the rota)"
    assert told["Result"] == "Could not be removed"
    assert told["Problem"] == "Stuck"


def test_every_result_has_words() -> None:
    """What was kept, removed, on its way, or ended by itself."""
    removed = a_line(verdict=V.REMOVE)
    results = {
        review_file.result(applied(a_line(verdict=V.KEEP), None)),
        review_file.result(applied(removed, None)),
        review_file.result(applied(removed, ApplyResult.REMOVED)),
        review_file.result(replace(applied(removed, ApplyResult.REMOVED), still_held=True)),
        review_file.result(applied(removed, ApplyResult.NOT_FOUND)),
        review_file.result(gone(removed, EndReason.LEFT)),
    }

    assert results == {
        "Kept",
        "To be removed",
        "Removed",
        "Removed, still held in some system",
        "Had ended already",
        "Ended meanwhile: the account was closed",
    }
