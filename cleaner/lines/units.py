"""Lines -> units: joins the physical lines of one paragraph before anything is judged.

Text is scraped as lines but written as paragraphs. BeautifulSoup's ``get_text("\\n")`` breaks a sentence at each link
and each bold word; other texts are wrapped at a fixed width. Here the line ends inside such a paragraph are replaced
by spaces, so that every later stage sees one line. The text keeps its length, so all offsets stay those of the input.
"""

from __future__ import annotations

import numpy as np

from cleaner.lines.features import Features
from cleaner.text.arrays import BoolArray
from cleaner.text.characters import CLOSER, COMMA, LOWER, SEPARATOR, SPACE
from cleaner.text.document import Document
from cleaner.text.parts import any_of
from cleaner.text.splitting import OPENING
from cleaner.text.windows import stretches

__all__ = ["join_lines"]

# A unit must read like prose unless a space at the edge of a line shows it (all set by hand).
PROSE_MIN_WORDS = 6
PROSE_MIN_STOP_WORDS = 0.12
PROSE_MAX_CAPITALS = 0.6
# The most lines with spaces at their edges for those spaces to mean anything (set by hand).
EDGE_MAX_SHARE = 0.5
# A short line without a sentence end above a long one is a label or a name, even with a space after it.
LABEL_MAX_WORDS, LONG_MIN_WORDS = 3, 12
OPEN_MIN_WORDS, PIECE_MAX_WORDS, TITLE_MAX_WORDS = 3, 6, 10
# A line of at least this many words that occurs again is a headline or a link, not a piece of a sentence.
COPY_MIN_WORDS = 5
# Hard-wrapped text: lines of this many characters, most of them filled so that the next word would not fit.
WRAP_MIN_WIDTH, WRAP_MAX_WIDTH = 45, 100
WRAP_MIN_LINES, WRAP_MIN_SHARE, WRAP_MIN_LOWER = 2, 0.5, 0.4
# A whole text is wrapped, perhaps more narrowly, if no line is longer and so many lines and this share are filled.
TEXT_MIN_WIDTH, TEXT_MIN_LINES, TEXT_MIN_SHARE = 30, 8, 0.4
# What replaces the white space around a line end, where plain spaces would read as a gap between columns.
THIN_SPACE, MAX_PLAIN_SPACES = "\u2009", 3


def join_lines(document: Document, features: Features, strong: BoolArray, apart: BoolArray | None = None) -> str | None:
    """The text, of the same length, with spaces for the line ends inside paragraphs; None if there are none.

    ``features``: those of the document's lines. ``strong``: the lines with a strong pattern, which are never joined
    with others. ``apart``: the lines that are not joined with the line above.
    """
    joined = _broken(document, features, strong) | _wrapped(document, features, strong)
    joined |= _wrapped_text(document, features, strong)
    if apart is not None:
        joined &= ~apart
    if not joined.any():
        return None
    return _with_spaces(document, np.flatnonzero(joined).tolist())


def _broken(document: Document, features: Features, strong: BoolArray) -> BoolArray:
    """Which lines continue the line above: they begin as only a continuation can, or only a space separates them."""
    count = len(document)
    joined = np.zeros(count, dtype=bool)
    if count < 2:
        return joined
    both = np.zeros(count, dtype=bool)
    both[1:] = ~(features.is_blank | strong)[:-1] & ~(features.is_blank | strong)[1:]
    both[1:] &= document.numbers[1:] != document.numbers[:-1]
    both &= ~_is_item(document, features)
    is_copy = (features.copies > 0) & (features.words >= COPY_MIN_WORDS)
    both &= ~is_copy & ~_above(is_copy)
    is_open = both & ~_above(features.ends_sentence)
    spaced_before, spaced = _spaces_between(document)
    continues = (is_open & features.starts_joined) | (both & _starts_inside(document, spaced_before))
    # After a comma or a function word the line above must continue, but only if a sentence has started.
    is_prose = features.stop_word_share >= PROSE_MIN_STOP_WORDS
    wants_more = features.ends_open & is_prose & (features.words >= OPEN_MIN_WORDS)
    # A short line below a label ("Read also") is its title, however it ends.
    wants_more &= ~(_above(strong) & (features.words <= TITLE_MAX_WORDS))
    continues |= is_open & _above(wants_more & ~_ends_in_capitals(document, wants_more))
    # A short piece that the next line continues, a name or a number, continues an open sentence above it.
    piece = is_open & (features.words <= PIECE_MAX_WORDS) & _above(is_prose & (features.words >= OPEN_MIN_WORDS))
    piece[:-1] &= continues[1:]
    continues |= piece & ~np.append(features.ends_sentence[:-1], True)
    is_label = _above(features.words <= LABEL_MAX_WORDS) & (features.words >= LONG_MIN_WORDS)
    by_space = is_open & spaced & ~(is_label & ~continues)
    for below, stop in document.clock.watch(stretches(continues | by_space)):
        first = below - 1
        if by_space[first + 1 : stop].any() or _reads_like_prose(features, first, stop):
            joined[first + 1 : stop] = True
    return joined


def _ends_in_capitals(document: Document, lines: BoolArray) -> BoolArray:
    """Which of ``lines`` end with a capitalised word: a name ("May") that folds to a function word."""
    found = np.zeros(lines.size, dtype=bool)
    for line in document.clock.watch(np.flatnonzero(lines).tolist()):
        found[line] = document.line_text(line).split()[-1][0].isupper()
    return found


def _is_item(document: Document, features: Features) -> BoolArray:
    """Which lines are rows of a table or items of a list, after their first character."""
    at = np.minimum(document.starts, max(document.classes.size - 1, 0))
    return np.asarray(features.is_bullet | ((document.classes[at] & SEPARATOR) != 0))


def _above(values: BoolArray) -> BoolArray:
    """The values of the line above each line, false for the first."""
    found = np.zeros(values.size, dtype=bool)
    found[1:] = values[:-1]
    return found


def _starts_inside(document: Document, spaced_before: BoolArray) -> BoolArray:
    """Which lines always begin inside a sentence: with a comma, or a space and a small letter or closing mark."""
    classes = document.classes
    first = np.minimum(document.starts, max(classes.size - 1, 0))
    comma = (classes[first] & COMMA) != 0
    second = np.minimum(first + 1, max(classes.size - 1, 0))
    return np.asarray(comma | (spaced_before & ((classes[second] & (LOWER | CLOSER | COMMA)) != 0)))


def _spaces_between(document: Document) -> tuple[BoolArray, BoolArray]:
    """Which lines begin with a space, and which are separated from the line above by more than a line end.

    No line is if most lines of the document are.
    """
    is_space = any_of(document.classes, SPACE)
    filled = document.ends > document.starts
    after = filled & is_space[np.maximum(document.ends - 1, 0)]
    first = np.minimum(document.starts, is_space.size - 1)
    before = filled & is_space[first] & (document.codes[first] != ord(OPENING))
    shown = max(int(filled.sum()), 1)
    before &= before.sum() <= EDGE_MAX_SHARE * shown
    after &= after.sum() <= EDGE_MAX_SHARE * shown
    return before, before | _above(after)


def _reads_like_prose(features: Features, first: int, stop: int) -> bool:
    """Whether lines, joined, read like a sentence and not like a menu or a list of tags."""
    words = features.words[first:stop]
    total = float(words.sum())
    if total < PROSE_MIN_WORDS:
        return False
    stop_words = float((features.stop_word_share[first:stop] * words).sum()) / total
    capitals = float((features.capitalised_share[first:stop] * words).sum()) / total
    ends = bool(features.sentences[first:stop].any() or features.commas[first:stop].any())
    return stop_words >= PROSE_MIN_STOP_WORDS and capitals <= PROSE_MAX_CAPITALS and ends


def _wrapped(document: Document, features: Features, strong: BoolArray) -> BoolArray:
    """Which lines continue the line above because the text is wrapped at a fixed width."""
    lengths = document.ends - document.starts
    joined = np.zeros(len(document), dtype=bool)
    fits = (lengths <= WRAP_MAX_WIDTH) & ~features.is_blank & ~strong
    for first, last in document.clock.watch(stretches(fits[1:] & fits[:-1])):
        stop = last + 1
        width = int(lengths[first:stop].max())
        if width < WRAP_MIN_WIDTH or stop - first <= WRAP_MIN_LINES:
            continue
        full = _full(document, first, stop, width)
        below = full + 1
        if full.size < WRAP_MIN_LINES or full.size < WRAP_MIN_SHARE * (stop - first - 1):
            continue
        if features.starts_lower[below].mean() >= WRAP_MIN_LOWER:
            joined[below] = True
    return joined


def _wrapped_text(document: Document, features: Features, strong: BoolArray) -> BoolArray:
    """Which lines continue the line above because the whole text is wrapped at one width."""
    joined = np.zeros(len(document), dtype=bool)
    width = int((document.ends - document.starts).max(initial=0))
    if not TEXT_MIN_WIDTH <= width <= WRAP_MAX_WIDTH:
        return joined
    full = _full(document, 0, len(document), width, TEXT_MIN_WIDTH)
    below = full + 1
    filled = int((~features.is_blank).sum())
    if full.size < max(TEXT_MIN_LINES, TEXT_MIN_SHARE * filled) or features.starts_lower[below].mean() < WRAP_MIN_LOWER:
        return joined
    joined[below] = features.starts_lower[below]
    # Other lines may fill the width by chance: titles, the last line of a paragraph.
    inside = np.append(joined[1:], False) | joined
    open_above = _above(~features.ends_sentence & inside)
    joined[below] |= open_above[below] & ~(strong[below] | strong[full])
    return joined


def _full(document: Document, first: int, stop: int, width: int, least: int = WRAP_MIN_WIDTH) -> np.ndarray:
    """The lines of a run, except the last, on which the first word of the next line would not fit."""
    found = []
    for line in document.clock.watch(range(first, stop - 1)):
        below = document.line_text(line + 1).split(None, 1)
        own = len(document.line_text(line).rstrip())
        if below and own >= least and own + 1 + len(below[0]) > width:
            found.append(line)
    return np.array(found, dtype=np.int64)


def _with_spaces(document: Document, joined: list[int]) -> str:
    text = document.text
    parts = []
    position = 0
    for line in document.clock.watch(joined):
        start, stop = int(document.ends[line - 1]), int(document.starts[line])
        while start > position and text[start - 1].isspace():
            start -= 1
        while text[stop].isspace():
            stop += 1
        parts += [text[position:start], (" " if stop - start <= MAX_PLAIN_SPACES else THIN_SPACE) * (stop - start)]
        position = stop
    return "".join([*parts, text[position:]])
