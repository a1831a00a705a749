"""The signals of each block of a page, one number each: its text, its links, its place, its elements.

A block's own element is called ``own`` below, the elements around it ``up1``, ``up2`` and so on. Values that belong to
an element are computed once for the element and then given to its blocks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt

from cleaner.html.view import PARAGRAPH_MIN_CHARACTERS, UPS, PageView, name_words
from cleaner.text.arrays import BoolArray, FloatArray
from cleaner.text.folding import fold

__all__ = ["NameWeights", "block_signals", "name_signals", "signal_columns", "signal_groups"]

FAR = 12.0
# The factor by which an element's names count less with each level inside it.
NAME_FADE = 0.7


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# Tags whose blocks pass all of their weight to the element around them.
_THROUGH = frozenset({"p"})
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_TAGS = _words(
    "p li td tr table article main section aside nav header footer figure figcaption form blockquote ul ol dl dt dd "
    "h1 h2 h3 h4 h5 h6 button pre div summary details center body"
)
_TAG_NUMBER = {tag: number for number, tag in enumerate(_TAGS, 1)}
_AROUND = (
    ("p",),
    ("li",),
    ("td",),
    ("table",),
    ("article",),
    ("main",),
    ("section",),
    ("aside",),
    ("nav",),
    ("header",),
    ("footer",),
    ("figure", "figcaption"),
    ("form",),
    ("blockquote",),
    ("ul", "ol", "dl"),
    ("h1", "h2", "h3", "h4", "h5", "h6"),
    ("button",),
    ("details", "summary"),
)
_HIDDEN_BIT = 1 << len(_AROUND)
_AROUND_BITS = {tag: 1 << bit for bit, tags in enumerate(_AROUND) for tag in tags}

# Signals of the text that other groups are computed from.
_TEXT_USED = ("text.size", "text.links", "text.ends-sentence", "text.title-share")

NameWeights = Mapping[str, float]
Columns = dict[str, FloatArray]


def block_signals(view: PageView) -> Columns:
    """The signals of each block, except those of its elements' words (`name_signals`)."""
    return {name: values for group in _block_groups(view) for name, values in group.items()}


def signal_groups(view: PageView, weights: NameWeights) -> Iterator[Columns]:
    """All signals of each block, by name, in groups: with many blocks, all of them together are large."""
    yield from _block_groups(view)
    yield name_signals(view, weights)


def signal_columns(view: PageView, weights: NameWeights) -> Columns:
    """All signals of each block, by name."""
    return block_signals(view) | name_signals(view, weights)


def _block_groups(view: PageView) -> Iterator[Columns]:
    clock = view.page.clock
    columns = _text_signals(view)
    text = {name: columns[name] for name in _TEXT_USED}
    yield columns
    del columns
    clock.check()
    yield _near_signals(view, text)
    clock.check()
    yield from _tree_signals(view)
    clock.check()
    yield _like_signals(view, text)
    yield _place_signals(view, text)
    clock.check()
    yield from _element_signals(view)
    clock.check()


def _log(values: FloatArray) -> FloatArray:
    return np.asarray(np.log1p(np.maximum(values, 0.0)))


def _text_signals(view: PageView) -> Columns:
    features = view.features
    blocks = view.page.blocks
    size = np.maximum(view.size, 1.0)
    columns = {
        "text.size": _log(view.size),
        "text.words": _log(features.words),
        "text.links": view.link_size / size,
        "text.link-count": _log(np.array([block.links for block in blocks], dtype=np.float64)),
        "text.anchor-count": np.array([block.anchors for block in blocks], dtype=np.float64),
        "text.bold": np.minimum(np.array([block.bold_size for block in blocks]) / size, 1.0),
        "text.images": np.array([min(block.images, 5) for block in blocks], dtype=np.float64),
        "text.soft": np.array([block.soft for block in blocks], dtype=np.float64),
        "text.title-share": _title_share(view),
    }
    for name in _words(
        "upper_share capitalised_share digit_share cjk_share stop_word_share person_word_share topic_share "
        "ends_sentence ends_colon starts_lower starts_joined ends_open starts_quote is_bullet sentences commas "
        "exclamations ellipses links hashtags separators glued copies alike same_opening"
    ):
        columns[f"text.{name.replace('_', '-')}"] = getattr(features, name).astype(np.float64)
    return columns


def _title_share(view: PageView) -> FloatArray:
    """The share of each block's words that are in a title of the page."""
    wanted = {word for title in view.titles for word in fold(title).split() if len(word) > 2}
    shares = np.zeros(len(view.page.blocks))
    if wanted:
        for number, text in view.page.clock.watch(enumerate(view.document.folded_lines)):
            if len(text) < 400:
                words = text.split()
                if not wanted.isdisjoint(words):
                    shares[number] = sum(word in wanted for word in words) / len(words)
    return shares


def _near_signals(view: PageView, columns: Columns) -> Columns:
    """The signals of the blocks before and after each block."""
    found: Columns = {}
    tags = _tag_numbers(view)
    wanted = {
        "size": columns["text.size"],
        "links": columns["text.links"],
        "ends": columns["text.ends-sentence"],
        "tag": tags,
    }
    for name, values in wanted.items():
        for step in (-2, -1, 1, 2):
            found[f"near{step:+d}.{name}"] = _shift(values, step)
    good = np.where(view.is_paragraph & (view.features.ends_sentence), view.size, 0.0)
    running = np.concatenate([[0.0], np.cumsum(good)])
    count = good.size
    for reach in (3, 8):
        low = np.maximum(np.arange(count) - reach, 0)
        high = np.minimum(np.arange(count) + 1 + reach, count)
        found[f"near.before-{reach}"] = _log(running[np.arange(count)] - running[low])
        found[f"near.behind-{reach}"] = _log(running[high] - running[np.arange(count) + 1])
    return found


def _shift(values: FloatArray, step: int) -> FloatArray:
    """The values of the blocks a number of steps further on; -1 where there is no block."""
    moved = np.full(values.size, -1.0)
    if step < 0:
        moved[-step:] = values[:step]
    else:
        moved[:-step] = values[step:]
    return moved


def _tag_numbers(view: PageView) -> FloatArray:
    """The number of each block's own tag."""
    nodes = view.page.nodes
    return np.array([_TAG_NUMBER.get(nodes[block.node].tag, 0) for block in view.page.blocks], dtype=np.float64)


def _tree_signals(view: PageView) -> Iterator[Columns]:
    """Sizes, links and the weight of paragraphs in the elements around each block, level by level."""
    size = view.inside(view.size)
    links = view.inside(view.link_size) / np.maximum(size, 1.0)
    count = view.inside(np.ones(view.size.size))
    sentences = view.inside(view.features.ends_sentence.astype(np.float64)) / np.maximum(count, 1.0)
    paragraphs = view.inside(view.is_paragraph.astype(np.float64))
    mass = _mass(view)
    share = mass / max(float(mass.max(initial=0.0)), 1.0)
    total = max(float(size[0]), 1.0)
    alike, across = _alike(view)
    for step, nodes in enumerate(view.ups):
        columns: Columns = {}
        name = f"up{step}" if step else "own"
        columns[f"{name}.links"] = links[nodes]
        columns[f"{name}.size"] = _log(size[nodes])
        columns[f"{name}.share"] = size[nodes] / total
        columns[f"{name}.sentences"] = sentences[nodes]
        columns[f"{name}.mass"] = share[nodes]
        columns[f"{name}.paragraphs"] = _log(paragraphs[nodes])
        if step < UPS:
            columns[f"{name}.alike"] = _log(alike[nodes])
            columns[f"{name}.across"] = _log(across[nodes])
            columns[f"{name}.count"] = _log(count[nodes])
        yield columns
    best = int(np.argmax(mass)) if mass.size else 0
    is_inside = (view.node >= best) & (view.node < (view.ends[best] if mass.size else 0))
    yield {
        "tree.mass": _log(mass[view.ups[1]]),
        "tree.in-best": is_inside.astype(np.float64),
        "tree.best-share": np.full(view.size.size, size[best] / total),
        "tree.best-links": np.full(view.size.size, links[best]),
    }


def _mass(view: PageView) -> FloatArray:
    """The characters of paragraphs in each element; each level above a paragraph's own passes on half of them."""
    good = np.where(view.is_paragraph, view.size, 0.0)
    mass = np.bincount(view.node, weights=good, minlength=len(view.page.nodes)).tolist()
    nodes = view.page.nodes
    for number in range(len(nodes) - 1, 0, -1):
        own = mass[number]
        if own:
            node = nodes[number]
            mass[node.parent] += own if node.tag in _THROUGH else 0.5 * own
    return np.array(mass)


def _alike(view: PageView) -> tuple[FloatArray, FloatArray]:
    """How many elements with each element's tag and names are its siblings, and how many are on the page."""
    like = view.like
    outer = view.parent + 1
    outer[0] = 0
    _, place, beside = np.unique(outer * len(view.page.nodes) + like, return_inverse=True, return_counts=True)
    return beside[place].astype(np.float64), np.bincount(like)[like].astype(np.float64)


def _like_signals(view: PageView, columns: Columns) -> Columns:
    """What blocks in elements of the same tags and names have in common: the parts of a list stay or go together.

    Their number, their sizes and how much these vary, their sentences and links, where on the page the first and the
    last one are, and their share of the page.
    """
    own, around = view.like[view.node], view.like[view.ups[1]]
    _, group = np.unique(own * len(view.page.nodes) + around, return_inverse=True)
    count = np.bincount(group).astype(np.float64)
    size = columns["text.size"]
    share = view.size / max(float(view.size.sum()), 1.0)
    place = np.cumsum(share) - share

    def mean(values: FloatArray) -> FloatArray:
        return np.asarray(np.bincount(group, weights=values) / count)

    first, last = np.zeros(count.size), np.zeros(count.size)
    first[group[::-1]] = place[::-1]
    last[group] = place
    found = {
        "like.count": _log(count),
        "like.size": mean(size),
        "like.spread": np.sqrt(np.maximum(mean(size * size) - mean(size) ** 2, 0.0)),
        "like.sentences": mean(columns["text.ends-sentence"]),
        "like.links": mean(columns["text.links"]),
        "like.first": first,
        "like.last": last,
        "like.share": mean(share) * count,
    }
    return {name: values[group] for name, values in found.items()}


def _place_signals(view: PageView, text: Columns) -> Columns:
    """Where on the page each block stands."""
    count = view.size.size
    number = np.arange(count, dtype=np.float64)
    nodes = view.page.nodes
    total = max(float(view.size.sum()), 1.0)
    good = np.where(view.is_paragraph, view.size, 0.0)
    all_good = max(float(good.sum()), 1.0)
    level = np.array([_HEADINGS.get(nodes[node].tag, 0) for node in view.node.tolist()], dtype=np.int64)
    before_good = np.cumsum(good) - good
    is_main = view.is_paragraph & view.features.ends_sentence & (view.size > 2 * PARAGRAPH_MIN_CHARACTERS)
    columns = {
        "place.before": (np.cumsum(view.size) - view.size) / total,
        "place.good-before": before_good / all_good,
        "place.good-behind": (all_good - before_good - good) / all_good,
        "place.to-end": _log(count - 1 - number),
        "place.from-start": _log(number),
        "place.since-heading": _since(level > 0),
        "place.since-h1": _since(level == 1),
        "place.to-h1": _since((level == 1)[::-1])[::-1],
        "place.since-good": _since(is_main),
        "place.to-good": _since(is_main[::-1])[::-1],
        "place.heading": level.astype(np.float64),
        "page.size": np.full(count, np.log1p(total)),
        "page.blocks": np.full(count, np.log1p(count)),
        "page.links": np.full(count, float(view.link_size.sum()) / total),
        "page.good": np.full(count, all_good / total),
        "page.paragraphs": np.full(count, np.log1p(float(view.is_paragraph.sum()))),
    }
    last = np.maximum.accumulate(np.where(level > 0, np.arange(count), -1)) if count else level
    for name in ("links", "title-share"):
        columns[f"heading.{name}"] = np.where(last >= 0, text[f"text.{name}"][last], -1.0)
    columns["heading.level"] = np.where(last >= 0, level[last], 0.0)
    return columns


def _since(marks: BoolArray) -> FloatArray:
    """The logarithm of how many blocks ago the last mark was; `FAR` if there was none."""
    number = np.arange(marks.size)
    last = np.maximum.accumulate(np.where(marks, number, -1)) if marks.size else number
    return np.asarray(np.where(last >= 0, _log((number - last).astype(np.float64)), FAR))


def _element_signals(view: PageView) -> Iterator[Columns]:
    """The tags around each block, and the groups of the words in their names."""
    nodes = view.page.nodes
    tags = np.array([_TAG_NUMBER.get(node.tag, 0) for node in nodes], dtype=np.float64)
    columns: Columns = {"own.tag": tags[view.node], "up1.tag": tags[view.ups[1]], "up2.tag": tags[view.ups[2]]}
    depth = np.array([node.depth for node in nodes], dtype=np.float64)
    columns["tree.depth"] = depth[view.node]
    marks = [_AROUND_BITS.get(node.tag, 0) | (_HIDDEN_BIT if node.hidden else 0) for node in nodes]
    bits = np.array([*marks, 0], dtype=np.int64)
    for jump in view.jumps:
        bits |= bits[jump]
    around = bits[view.node]
    columns["tree.hidden"] = ((around & _HIDDEN_BIT) != 0).astype(np.float64)
    yield columns
    for bit, tags_of_bit in enumerate(_AROUND):
        yield {f"in.{tags_of_bit[0]}": ((around >> bit) & 1).astype(np.float64)}
    steps = _steps_to_groups(view)
    for number, name in enumerate(view.element_words.groups):
        yield {f"name.{name}": steps[number].astype(np.float64)}


def _steps_to_groups(view: PageView) -> npt.NDArray[np.uint8]:
    """How many levels around each block (columns) the nearest element with names of each group (rows) is."""
    bits = view.element_words.bits
    table, own = view.names
    masks = []
    for words in view.page.clock.watch(table):
        mask = 0
        for word in words:
            mask |= bits.get(word, 0)
        masks.append(mask)
    groups = np.append(np.array(masks, dtype=np.int64)[own], 0)
    steps = np.full((len(view.element_words.groups), groups.size), int(FAR), dtype=np.uint8)
    for number, row in enumerate(steps):
        row[(groups >> number) & 1 != 0] = 0
    for level, jump in view.page.clock.watch(enumerate(view.jumps), steps=1):
        if 2**level < FAR:
            np.minimum(steps, steps[:, jump] + np.uint8(2**level), out=steps)
    return np.asarray(steps[:, view.node])


def name_signals(view: PageView, weights: NameWeights) -> Columns:
    """The weights of the words in the names of each block's elements: log-odds of main content."""
    table, own = view.names
    clock = view.page.clock
    rows = []
    for words in clock.watch(table):
        values = [weights[word] for word in words if word in weights]
        rows.append((min(values), max(values), sum(values), len(values)) if values else (0.0, 0.0, 0.0, 0.0))
    least, most, total, count = np.array(rows, dtype=np.float64)[own].T
    columns: Columns = {}
    for step, nodes in enumerate(view.ups[:4]):
        name = f"up{step}" if step else "own"
        columns[f"{name}.name-least"] = least[nodes]
        columns[f"{name}.name-most"] = most[nodes]
    inline = []
    for block in clock.watch(view.page.blocks):
        values = [weights[word] for word in name_words(block.inline) if word in weights] if block.inline else []
        inline.append(min(values) if values else 0.0)
    clock.check()
    columns["inline.name-least"] = np.array(inline)
    lowest, highest = np.append(np.minimum(least, 0.0), 0.0), np.append(np.maximum(most, 0.0), 0.0)
    sums, counts = np.append(total, 0.0), np.append(count, 0.0)
    for level, jump in clock.watch(enumerate(view.jumps), steps=1):
        np.minimum(lowest, lowest[jump], out=lowest)
        np.maximum(highest, highest[jump], out=highest)
        share = NAME_FADE ** (2**level)
        sums += share * sums[jump]
        counts += share * counts[jump]
    columns["names.least"] = lowest[view.node]
    columns["names.most"] = highest[view.node]
    columns["names.mean"] = sums[view.node] / np.maximum(counts[view.node], 1.0)
    columns["names.count"] = counts[view.node]
    return columns
