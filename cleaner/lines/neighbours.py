"""The surroundings of each line: the lines beside it, the words near it, and what the first pass found there.

Every row holds one number for each line that is not blank; rows that are treated alike are treated together.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from cleaner.lines.analysis import Analysis
from cleaner.lines.layout import main_blocks
from cleaner.text.arrays import FloatArray
from cleaner.text.windows import Windows, distance, shift

__all__ = ["SHORT_MAX_WORDS", "Columns", "neighbour_signals", "second_signals"]

Columns: TypeAlias = dict[str, FloatArray]

SHORT_MAX_WORDS = 9
# How far around a line shares of words are computed, in lines.
SHARE_WINDOWS = {
    "prose": (3, 8, 20),
    "topic": (5, 20),
    "person-words": (5, 20),
    "interface-words": (3, 10),
    "exclamations": (10,),
    "sentence": (5,),
    "under-short": (20,),
}
WINDOWS = (3, 5, 8, 10, 20)
SIDES = ("before", "behind")
SCORE_WINDOWS = (1, 2, 3, 5, 8, 20)
WORDS_MAX_WEIGHT = 40.0
BLOCK_THRESHOLDS = (0.3, 0.6)
BLOCK_SWITCH_COST = 8.0
ODDS_LIMIT = 8.0


def neighbour_signals(analysis: Analysis, prose: FloatArray) -> Columns:
    """The signals of the lines beside each line and of the words near it; ``prose``: which lines belong to prose."""
    features, filled = analysis.features, analysis.filled
    is_below_blank = np.zeros(filled.size, dtype=bool)
    is_below_blank[:1] = filled[:1] > 0
    is_below_blank[1:] = filled[1:] - filled[:-1] > 1
    own = {
        "prose": prose,
        "words": np.minimum(np.log1p(features.words[filled]), 4.0),
        "ends": features.ends_sentence[filled],
        "colon": features.ends_colon[filled],
        "capitalised": features.capitalised_share[filled],
        "digits": features.digit_share[filled],
        "lower": features.starts_lower[filled],
        "bullet": features.is_bullet[filled],
        "short": (features.words[filled] < SHORT_MAX_WORDS) & ~features.ends_sentence[filled],
        "blank": is_below_blank,
    }
    rows = np.array(list(own.values()), dtype=np.float64)
    here, above, below = (dict(zip(own, values, strict=True)) for values in (rows, shift(rows, -1), shift(rows, 1)))
    (prose_far_above, words_far_above), (prose_far_below, words_far_below) = shift(rows[:2], -2), shift(rows[:2], 2)
    columns = {
        "near.prose-2-before": prose_far_above,
        "near.words-2-before": words_far_above,
        "near.prose-1-before": above["prose"],
        "near.words-1-before": above["words"],
        "near.prose-1-behind": below["prose"],
        "near.words-1-behind": below["words"],
        "near.prose-2-behind": prose_far_below,
        "near.words-2-behind": words_far_below,
        "near.ends-sentence-1-before": above["ends"],
        "near.ends-sentence-1-behind": below["ends"],
        "near.ends-colon-1-before": above["colon"],
        "near.continues": here["lower"] * (1.0 - above["ends"]),
        "near.continued": below["lower"] * (1.0 - here["ends"]),
        "near.capitalised-1-before": above["capitalised"],
        "near.capitalised-1-behind": below["capitalised"],
        "near.digits-1-before": above["digits"],
        "near.digits-1-behind": below["digits"],
        "near.between-prose": above["prose"] * below["prose"],
        "near.bullets": here["bullet"] * np.maximum(above["bullet"], below["bullet"]),
        "near.blank-before": here["blank"],
        "near.blank-behind": below["blank"],
    }
    # Copies, so that rows that are not signals themselves do not stay in memory.
    columns = {name: values.copy() for name, values in columns.items()}
    below_short = above["short"].copy()
    del rows, here, above, below, prose_far_above, words_far_above, prose_far_below, words_far_below
    return columns | _windows(analysis, prose, below_short)


def _windows(analysis: Analysis, prose: FloatArray, below_short: FloatArray) -> Columns:
    """Shares of the words in the surrounding lines; ``below_short``: which lines stand below a short one."""
    features, filled = analysis.features, analysis.filled
    words = features.words[filled]
    shares = {
        "prose": prose,
        "topic": features.topic_share[filled],
        "person-words": np.minimum(features.person_word_share[filled], 0.3),
        "interface-words": np.minimum(features.interface_word_share[filled], 1.0),
        "exclamations": np.minimum(features.exclamations[filled] / np.maximum(words, 1.0), 0.5),
        "sentence": analysis.sentence[filled],
        # Comments are pieces of prose, each below a short line with a name or a time.
        "under-short": prose * below_short,
    }
    copies = (features.alike[filled] > 0) & (words < SHORT_MAX_WORDS)
    rows = np.array([words, copies, *(values * words for values in shares.values())])
    shared = tuple(shares)
    windows = Windows(rows)
    del rows, shares
    names = [
        *("near.words-5-before", "near.words-5-behind", "near.copies-10-before", "near.copies-10-behind"),
        *(f"near.{name}-{size}-{side}" for name in shared for size in SHARE_WINDOWS[name] for side in SIDES),
    ]
    found: Columns = {}
    for size in WINDOWS:
        # The sums over one window at a time, and copies of the needed rows only, since all of them are large.
        for side, sums in zip(SIDES, windows.both(size), strict=True):
            if size == 5:
                found[f"near.words-5-{side}"] = np.log1p(sums[0] / 5)
            elif size == 10:
                found[f"near.copies-10-{side}"] = sums[1] / 10
            sums[2:] /= np.maximum(sums[0], 1.0)
            for row, name in enumerate(shared, 2):
                if size in SHARE_WINDOWS[name]:
                    found[f"near.{name}-{size}-{side}"] = sums[row].copy()
    return {name: found[name] for name in names}


def second_signals(odds: FloatArray, words: FloatArray) -> Columns:
    """The signals of the second pass by name: what the first pass found on a line and around it.

    ``odds``: its log-odds that a filled line is main content. ``words``: the sizes of these lines.
    """
    odds = np.minimum(np.maximum(odds, -ODDS_LIMIT), ODDS_LIMIT)
    chance = 1.0 / (1.0 + np.exp(-odds))
    size = np.minimum(words, WORDS_MAX_WEIGHT) + 1.0
    columns: Columns = {"around.own": odds}
    windows = Windows(np.array([odds * size, chance * size, size]))
    for window in SCORE_WINDOWS:
        before, behind = windows.before(window), windows.behind(window)
        columns[f"around.{window}-before"] = before[0] / np.maximum(before[2], 1.0)
        columns[f"around.{window}-behind"] = behind[0] / np.maximum(behind[2], 1.0)
    _, chances_before, sizes_before = windows.all_before
    _, chances_behind, sizes_behind = windows.all_behind
    _, chances, sizes = windows.total.tolist()
    columns["around.all-before"] = chances_before / np.maximum(sizes_before, 1.0)
    columns["around.all-behind"] = chances_behind / np.maximum(sizes_behind, 1.0)
    columns["around.article-before"] = chances_before / max(chances, 1.0)
    columns["around.article-behind"] = chances_behind / max(chances, 1.0)
    columns["document.article-words"] = np.full(odds.size, np.log1p(chances))
    columns["document.article-share"] = np.full(odds.size, chances / max(sizes, 1.0))
    columns["around.between"] = np.minimum(shift(chance, -1), shift(chance, 1))
    blocks = np.array([main_blocks((chance - least) * size, BLOCK_SWITCH_COST) for least in BLOCK_THRESHOLDS])
    up, down = (np.where(blocks, 0.0, np.log1p(distance(blocks, up=up))) for up in (True, False))
    for row, threshold in enumerate(BLOCK_THRESHOLDS):
        columns[f"around.block-{threshold}"] = blocks[row].astype(np.float64)
        columns[f"around.block-{threshold}-up"] = up[row]
        columns[f"around.block-{threshold}-down"] = down[row]
    return columns
