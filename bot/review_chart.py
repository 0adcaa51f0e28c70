"""The picture of a review's results: a bar for every department, in four parts.

The plotting library is imported when the first picture is drawn, so that serving does not pay for
it. The figure is drawn without the library's global state, and so in any thread. Parts differ in
lightness and are labelled with their numbers; colour alone tells nothing.
"""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.views.texts import cut
from bot.views.wording import review_results as said
from engine.application.review_queries import DepartmentCounts, ReviewCounts

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BARS = 15
"""Departments with a bar of their own; the smallest others share one."""
NAME = 32
TITLE = 64
WIDTH_INCHES = 8.0
BAR_INCHES = 0.42
FRAME_INCHES = 1.5
DOTS = 150
ROOM_FOR_NUMBER = 0.035
"""A part narrower than this share of the axis has no number in it."""
FONT = "DejaVu Sans"
"""Comes with the library; what it has no letter for is drawn as a question mark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    words: str
    colour: str
    ink: str

    def of(self, counts: ReviewCounts) -> int:
        return {
            said.KEPT: counts.kept,
            said.REMOVED: counts.removed,
            said.NOT_KNOWN: counts.dont_know,
            said.NOT_DECIDED: counts.undecided,
        }[self.words]


_PARTS = (
    _Part(words=said.KEPT, colour="#1f5c99", ink="#ffffff"),
    _Part(words=said.REMOVED, colour="#d9622b", ink="#000000"),
    _Part(words=said.NOT_KNOWN, colour="#f2c14e", ink="#000000"),
    _Part(words=said.NOT_DECIDED, colour="#d5d9de", ink="#000000"),
)


def bars(departments: Iterable[DepartmentCounts]) -> tuple[DepartmentCounts, ...]:
    """What has a bar: the largest departments, then all others together."""
    known = sorted(
        (each for each in departments if each.counts.total),
        key=lambda each: (-each.counts.total, each.department),
    )
    if len(known) <= BARS:
        return tuple(known)
    shown, others = known[: BARS - 1], known[BARS - 1 :]
    together = sum((each.counts for each in others), ReviewCounts())
    return (
        *shown,
        DepartmentCounts(department=said.other_departments(len(others)), counts=together),
    )


def draw(title: str, shown: Sequence[DepartmentCounts]) -> bytes:
    """The picture, PNG. Takes a second the first time; not for the event loop."""
    import matplotlib as mpl  # noqa: PLC0415 - serving must not pay for it
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    height = FRAME_INCHES + BAR_INCHES * max(len(shown), 1)
    with mpl.rc_context({"text.parse_math": False, "font.family": FONT}):
        figure = Figure(figsize=(WIDTH_INCHES, height), dpi=DOTS, layout="constrained")
        FigureCanvasAgg(figure)
        _fill(figure.add_subplot(), shown)
        _frame(figure, title)
        made = io.BytesIO()
        figure.savefig(made, format="png")
    return made.getvalue()


def _fill(axes: "Axes", shown: Sequence[DepartmentCounts]) -> None:
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415

    names = [_drawable(cut(said.department_name(each.department), NAME)) for each in shown]
    places = range(len(shown))
    most = max((each.counts.total for each in shown), default=1)
    left = [0] * len(shown)
    for part in _PARTS:
        widths = [part.of(each.counts) for each in shown]
        axes.barh(
            places,
            widths,
            left=left,
            height=0.72,
            color=part.colour,
            edgecolor="#ffffff",
            label=part.words,
        )
        for place, width, start in zip(places, widths, left, strict=True):
            if width >= most * ROOM_FOR_NUMBER:
                middle = start + width / 2
                axes.text(
                    middle, place, f"{width:,}", ha="center", va="center", color=part.ink, size=9
                )
        left = [start + width for start, width in zip(left, widths, strict=True)]
    for place, total in zip(places, left, strict=True):
        axes.text(total + most * 0.01, place, f"{total:,}", va="center", weight="bold", size=9)
    axes.set_yticks(places, names)
    axes.invert_yaxis()
    axes.set_xlim(0, most * 1.08)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True))
    axes.set_xlabel(said.LINES)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.tick_params(axis="y", length=0)


def _frame(figure: "Figure", title: str) -> None:
    figure.suptitle(_drawable(cut(title, TITLE)), x=0.01, ha="left", weight="bold", size=12)
    figure.legend(loc="outside lower center", ncols=len(_PARTS), frameon=False, fontsize=9)


def _drawable(text: str) -> str:
    """What the font has letters for."""
    from matplotlib.font_manager import findfont, get_font  # noqa: PLC0415

    letters = get_font(findfont(FONT)).get_charmap()
    return "".join(letter if ord(letter) in letters else "?" for letter in text)
