"""What the markup says about visible lines: points for lines that are links, and for headings."""

from __future__ import annotations

import numpy as np

from cleaner.lines.analysis import Analysis
from cleaner.markdown.view import View
from cleaner.text.arrays import FloatArray

__all__ = ["markup_points"]

# The share of a line that is in links, from which on it counts as a link, and its points: of a sentence and of a
# shorter line. Fitted on every eighth page of three labelled sets, as three converters write them.
SENTENCE_SHARE, SENTENCE_POINTS = 0.5, 2.2
SHORT_SHARE, SHORT_POINTS = 0.8, 0.8
# A heading without links; fitted on the same.
HEADING_POINTS = -0.4


def markup_points(view: View, analysis: Analysis) -> dict[str, FloatArray]:
    """The points that the markup gives each judged line, by name."""
    document = analysis.document
    share = view.link_share(document.starts, document.ends)
    sentence = analysis.sentence | analysis.prose
    links = np.where(share >= SHORT_SHARE, SHORT_POINTS, 0.0)
    links = np.where(sentence & (share >= SENTENCE_SHARE), SENTENCE_POINTS, links)
    headings = np.zeros(len(document))
    shown = [line for line in view.lines if line.end > line.start]
    starts = [line.start for line in shown if view.page.leaves[line.leaf].role == "heading"]
    headings[np.searchsorted(document.starts, starts, side="right") - 1] = HEADING_POINTS
    return {"markup.links": links, "markup.heading": np.where(share == 0.0, headings, 0.0)}
