"""Why each block of a page stays or is removed: evidence and kinds, computed on demand."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from types import MappingProxyType

import numpy as np

from cleaner.html.model import BlockModel
from cleaner.html.page import HEADINGS
from cleaner.html.reading import Reading
from cleaner.html.view import ElementWords
from cleaner.lines.analysis import evidence_of, points_of
from cleaner.matching.matcher import Hit, Matcher
from cleaner.result import Evidence, Kind
from cleaner.text.arrays import FloatArray, IntArray

__all__ = ["GROUPS", "Reasons", "comment_blocks", "element_kind"]

# In the evidence, signals with fewer points are summed by group.
NAMED_MIN_POINTS = 0.5
# Blocks for which the trees are walked together; each then costs a sixth of what it costs alone.
BLOCKS_AT_ONCE = 64
KIND_UPS = 6
COMMENT_MIN_WORDS = 3
COMMENT_MAX_LINK_SHARE = 0.5
# The groups of signals of a block: each with how the names of its signals begin.
GROUPS = MappingProxyType(
    {
        "text": ("text",),
        "near": ("near", "near-2", "near-1", "near+1", "near+2"),
        "element": ("own", "up1", "up2", "up3", "up4", "tree", "in"),
        "name": ("name", "names", "inline"),
        "like": ("like",),
        "place": ("place",),
        "page": ("page",),
        "heading": ("heading",),
    }
)
_GROUP_OF = MappingProxyType({name: group for group, names in GROUPS.items() for name in names})


def element_kind(reading: Reading, words: ElementWords, block: int) -> Kind | None:
    """The kind that the names of the elements around a block show, the nearest first."""
    page = reading.page
    inline = page.blocks[block].inline
    if inline and (kind := words.kind(inline.lower().split())):
        return kind
    for step, node in enumerate(page.ancestors(page.blocks[block].node)):
        if step > KIND_UPS:
            break
        if kind := words.kind(reading.view.words[node]):
            return kind
    return None


def comment_blocks(reading: Reading, words: ElementWords) -> list[str]:
    """The reader comments among the removed blocks, found by the names of their elements: one string each."""
    page, kept = reading.page, reading.choice.kept
    table, own_names = reading.view.names
    is_comment = np.array([words.kind(names) is Kind.COMMENT for names in table], dtype=bool)
    marked = set(np.flatnonzero(is_comment[own_names]).tolist())
    if not marked:
        return []
    bodies: dict[int, list[str]] = defaultdict(list)
    for block, own in page.clock.watch(enumerate(page.blocks)):
        if kept[block] or own.link_size > COMMENT_MAX_LINK_SHARE * len(own.text):
            continue
        around = next((node for node in page.ancestors(own.node) if node in marked), None)
        if around is None or page.nodes[own.node].tag in HEADINGS or len(own.text.split()) < COMMENT_MIN_WORDS:
            continue
        if element_kind(reading, words, block) is Kind.COMMENT:
            bodies[around].append(own.text)
    return ["\n".join(body) for body in bodies.values()]


def _smaller_terms(signals: Sequence[str], parts: FloatArray, small: IntArray) -> Iterator[tuple[str, float]]:
    """What the signals with few points add up to, by group; ``small``: their numbers."""
    sums: dict[str, float] = {}
    for signal in small.tolist():
        group = _GROUP_OF[signals[signal].partition(".")[0]]
        sums[group] = sums.get(group, 0.0) + float(parts[signal])
    for group, points in sums.items():
        yield f"block.{group}.smaller-terms", points


@dataclass(frozen=True, eq=False)
class Reasons:
    """The reasons for the decision over one page."""

    reading: Reading
    model: BlockModel
    matcher: Matcher
    words: ElementWords

    @cached_property
    def hits(self) -> dict[int, list[Hit]]:
        """The pattern hits by block, those that keep their block as well."""
        found: dict[int, list[Hit]] = defaultdict(list)
        for hit in self.matcher.match(self.reading.view.document):
            found[hit.line].append(hit)
        return found

    def kind(self, block: int) -> Kind:
        """The kind of noise that a block is: from its mark, else from a pattern, else from its elements."""
        mark = self.reading.choice.marks.get(block)
        if mark is not None and mark.kind is not None:
            return mark.kind
        hits = self.hits.get(block, ())
        hits = [hit for hit in hits if hit.pattern.action not in ("note", "keep")]
        strong = [hit.pattern.kind for hit in hits if hit.pattern.strength == "strong"]
        named = element_kind(self.reading, self.words, block)
        return next(
            kind for kind in (*strong, named, *(hit.pattern.kind for hit in hits), Kind.BOILERPLATE) if kind is not None
        )

    def score(self, block: int) -> float:
        """The points for removing a block: the sum of its evidence, computed without the evidence itself."""
        choice = self.reading.choice
        return choice.score(block) + sum(points_of(hit) for hit in self._counting(block))

    def is_protected(self, block: int) -> bool:
        """Whether a pattern keeps a block."""
        return any(hit.pattern.action == "keep" for hit in self.hits.get(block, ()))

    def _counting(self, block: int) -> Iterator[Hit]:
        """The hits that give a block points: of a block that stays, only those that keep it."""
        kept = self.reading.choice.kept[block]
        return (hit for hit in self.hits.get(block, ()) if not kept or hit.pattern.action == "keep")

    def evidence(self, block: int) -> tuple[Evidence, ...]:
        """What speaks for and against removing a block: patterns, the page, and the signals of the model."""
        reading, choice = self.reading, self.reading.choice
        start, end = reading.span(block)
        found = [evidence_of(hit).at(start, end) for hit in self._counting(block)]
        if (mark := choice.marks.get(block)) is not None:
            found.append(Evidence(mark.source, mark.points, start, end, mark.kind))
        if reading.votes is not None:
            found.append(Evidence("trafilatura.vote", -float(reading.votes[block]), start, end))
        if reading.repeats is not None:
            found += reading.repeats.evidence(block, start, end)
        prior, parts = self._parts(block)
        order = np.argsort(-np.abs(parts), kind="stable")
        count = int(np.count_nonzero(np.abs(parts) >= NAMED_MIN_POINTS))
        found += [
            Evidence(f"block.{self.model.signals[signal]}", -float(parts[signal]), start, end)
            for signal in order[:count].tolist()
        ]
        found += [
            Evidence(name, -points, start, end)
            for name, points in _smaller_terms(self.model.signals, parts, order[count:])
        ]
        found.append(Evidence("block.prior", -prior, start, end))
        if math.isfinite(choice.cut):
            found.append(Evidence("page.threshold", choice.cut, start, end))
        return tuple(found)

    def _parts(self, block: int) -> tuple[float, FloatArray]:
        """The model's starting value, and what each signal adds to a block's points."""
        first, at = divmod(block, BLOCKS_AT_ONCE)
        parts = self._some_parts(first * BLOCKS_AT_ONCE)[at]
        return float(parts[0]), parts[1:]

    @cached_property
    def _some_parts(self) -> Callable[[int], FloatArray]:
        """The parts of several blocks from a given one on: who needs one block's mostly needs the next ones' too."""
        return lru_cache(maxsize=1)(lambda first: self.model.parts(self.reading.values[first : first + BLOCKS_AT_ONCE]))
