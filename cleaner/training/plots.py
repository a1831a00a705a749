"""Figures of an evaluation, drawn with matplotlib: SVG, PNG or PDF, the same bytes for the same figures."""

from __future__ import annotations

import io
import warnings
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cleaner.errors import MissingExtraError
from cleaner.report.terminal import shorten, visible
from cleaner.training.evaluation import Row, summarise
from cleaner.training.labelled import GOLD
from cleaner.training.measures import Measure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["PLOT_ENDINGS", "Bin", "ModePoint", "draw_evaluation", "mode_points", "reliability", "require_matplotlib"]

PLOT_ENDINGS = (".svg", ".png", ".pdf")
# Bins of the confidence: the lowest is wide, because few results are there (set by hand).
BINS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 1.0)
# How many bars are drawn, and the columns of their names (set by hand).
MOST_ROWS, MOST_COLUMNS = 60, 40
# Colours that people with any sight of colours can tell apart (Okabe and Ito), and the grey of what is in the background.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
_INK, _GREY = "#222222", "#888888"
_STYLE: Mapping[str, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "news-cleaner",
    "pdf.fonttype": 42,
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9,
    "axes.edgecolor": _GREY,
    "axes.labelcolor": _INK,
    "axes.titlelocation": "left",
    "axes.titlesize": 10,
    "text.color": _INK,
    "text.parse_math": False,
    "xtick.color": _INK,
    "ytick.color": _INK,
}
# What would make two files of the same figure differ.
_METADATA: Mapping[str, Any] = {
    "svg": {"Date": None, "Creator": None},
    "png": {"Software": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}


def require_matplotlib() -> None:
    """Check that matplotlib is installed. Raises `MissingExtraError`, with the command that installs it, where it is not."""
    try:
        import matplotlib as _  # noqa: F401, ICN001 - only whether it is there
    except ImportError:
        raise MissingExtraError("matplotlib", "plot") from None


@dataclass(frozen=True, slots=True)
class Bin:
    """Results whose confidence lies in one range: how many, their mean confidence, and their mean F1 as measured."""

    count: int
    expected: float
    measured: float


@dataclass(frozen=True, slots=True)
class ModePoint:
    """What one mode does to all texts: the share of the words of articles that is lost, and of the noise that is left."""

    mode: str
    lost: float
    left: float


def reliability(measures: Iterable[Measure]) -> list[Bin]:
    """The texts of scrapers by their confidence, in bins from low to high; bins without a text are left out."""
    found: dict[int, list[Measure]] = defaultdict(list)
    for one in measures:
        if one.scraper != GOLD:
            place = next(number for number, end in enumerate(BINS[1:]) if one.confidence <= end)
            found[place].append(one)
    return [
        Bin(
            len(own),
            sum(one.confidence for one in own) / len(own),
            sum(one.cleaned for one in own) / len(own),
        )
        for _, own in sorted(found.items())
    ]


def mode_points(measures: Mapping[str, Sequence[Measure]]) -> list[ModePoint]:
    """What each mode loses and leaves, over the words of all texts of scrapers; ``measures``: by the mode."""
    points = []
    for mode, found in measures.items():
        own = [one for one in found if one.scraper != GOLD]
        content, noise = sum(one.content_before for one in own), sum(one.noise_before for one in own)
        lost = 1 - sum(one.content_after for one in own) / max(content, 1)
        points.append(ModePoint(mode, lost, sum(one.noise_after for one in own) / max(noise, 1)))
    return points


def draw_evaluation(measures: Mapping[str, Sequence[Measure]], mode: str, ending: str) -> bytes:
    """The file of a figure with three charts: gap closed by set, reliability of the confidence, and the modes compared.

    ``measures``: those of the same texts by the mode they were cleaned in; the first two charts are about ``mode``.
    ``ending``: one of `PLOT_ENDINGS`. Raises `MissingExtraError` where matplotlib is not installed.
    """
    require_matplotlib()
    import matplotlib as mpl
    from matplotlib.figure import Figure

    rows = summarise(measures[mode])[:MOST_ROWS]
    style: Any = dict(_STYLE)
    with mpl.rc_context(style), warnings.catch_warnings():
        # A name may have letters that the font lacks; in SVG and PDF they are text all the same.
        warnings.simplefilter("ignore", UserWarning)
        figure = Figure(figsize=(10, max(7.0, 0.3 * len(rows) + 1.0)), facecolor="white", layout="constrained")
        charts = figure.subplot_mosaic([["gaps", "trust"], ["gaps", "modes"]])
        gaps, trust, modes = (charts[name] for name in ("gaps", "trust", "modes"))
        _draw_gaps(gaps, rows)
        _draw_reliability(trust, reliability(measures[mode]))
        _draw_modes(modes, mode_points(measures))
        for chart in (gaps, trust, modes):
            chart.spines[["top", "right"]].set_visible(False)
        data = io.BytesIO()
        kind = ending.removeprefix(".")
        figure.savefig(data, format=kind, dpi=160, metadata=dict(_METADATA[kind]))
    return data.getvalue()


def _draw_gaps(chart: Axes, rows: Sequence[Row]) -> None:
    """A bar for each data set and scraper, the sets in colours of their own."""
    names = list(dict.fromkeys(row.name for row in rows))
    places = [float(number + names.index(row.name) * 0.6) for number, row in enumerate(rows)]
    colours = [_COLOURS[names.index(row.name) % len(_COLOURS)] for row in rows]
    chart.barh(places, [row.gap_closed for row in rows], height=0.75, color=colours)
    for place, row in zip(places, rows, strict=True):
        chart.text(max(row.gap_closed, 0) + 0.01, place, f"{row.gap_closed:+.2f}", va="center", fontsize=8)
    chart.set_yticks(places, [shorten(visible(f"{row.name}  {row.scraper}"), MOST_COLUMNS) for row in rows])
    chart.tick_params(axis="y", length=0)
    chart.invert_yaxis()
    chart.axvline(0, color=_GREY, linewidth=0.8)
    chart.set_xlim(min([0.0, *(row.gap_closed for row in rows)]) - 0.02, 1.05)
    chart.set_xlabel("share of the gap closed (1: the best choice of whole lines)")
    chart.set_title("Gap closed, by set and scraper")


def _draw_reliability(chart: Axes, bins: Sequence[Bin]) -> None:
    """Expected against measured F1, with the diagonal and how many texts are in each bin."""
    least = min([0.5, *(min(one.expected, one.measured) for one in bins)]) - 0.05
    chart.plot([least, 1], [least, 1], color=_GREY, linewidth=1, linestyle="--")
    chart.plot([one.expected for one in bins], [one.measured for one in bins], "o-", color=_COLOURS[0], markersize=5)
    for one in bins:
        chart.annotate(
            f"{one.count:,}",
            (one.expected, one.measured),
            xytext=(7, -4),
            textcoords="offset points",
            fontsize=8,
        )
    middle = least + 0.12
    chart.text(middle, middle + 0.02, "as expected", color=_GREY, rotation=45, rotation_mode="anchor", fontsize=8)
    chart.set_xlim(least, 1.03)
    chart.set_ylim(least, 1.03)
    chart.set_aspect("equal", adjustable="box")
    chart.set_xlabel("F1 expected (confidence)")
    chart.set_ylabel("F1 measured")
    chart.set_title("Reliability, with texts in each bin")


def _draw_modes(chart: Axes, points: Sequence[ModePoint]) -> None:
    """Words lost against noise left, a labelled point for each mode."""
    chart.plot([point.lost for point in points], [point.left for point in points], color=_GREY, linewidth=1, zorder=1)
    for point, colour in zip(points, _COLOURS, strict=False):
        chart.scatter([point.lost], [point.left], color=colour, s=36, zorder=2)
        chart.annotate(
            f"{point.mode}\n{point.lost:.2%} lost, {point.left:.1%} left",
            (point.lost, point.left),
            xytext=(8, 4),
            textcoords="offset points",
            fontsize=8,
        )
    chart.set_xlim(0, max([0.001, *(point.lost for point in points)]) * 1.9)
    chart.set_ylim(0, max([0.01, *(point.left for point in points)]) * 1.25)
    chart.xaxis.set_major_formatter("{x:.1%}")
    chart.yaxis.set_major_formatter("{x:.0%}")
    chart.set_xlabel("words of articles lost")
    chart.set_ylabel("words of noise left")
    chart.set_title("Modes")
