"""The ledger: evidence by line with its place, and sums that are nobody's but the ledger's."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cleaner.lines.ledger import Ledger
from cleaner.result import Evidence, Kind
from tests.deciding import FRENCH, analysed

LINES = (FRENCH[0], "", "Répondre", "Vos réactions")


def _ledger() -> Ledger:
    return Ledger(analysed(LINES))


def test_evidence_about_a_line_has_the_place_of_the_line() -> None:
    """What is added about a whole line reaches from its first character to its last one, without the line end."""
    ledger = _ledger()
    ledger.add(2, "context.entry", -4.0, None)
    start = len(FRENCH[0]) + 2
    assert ledger.lines == {2: [Evidence("context.entry", -4.0, start, start + len("Répondre"), None)]}


def test_evidence_with_a_place_keeps_it() -> None:
    """What knows its own place in a line is written down as it is, kind and all."""
    ledger, item = _ledger(), Evidence("xx.comment-frame.label", 16.0, 3, 5, Kind.COMMENT_FRAME)
    ledger.put(3, item)
    assert ledger.lines[3] == [item]
    assert ledger.totals().tolist() == [0.0, 0.0, 0.0, 16.0]


def test_evidence_stays_in_the_order_it_came_in() -> None:
    """Evidence of one line is told in the order in which the steps have added it."""
    ledger = _ledger()
    for source in ("context.third", "context.first", "context.second"):
        ledger.add(0, source, 1.0, None)
    assert [item.source for item in ledger.lines[0]] == ["context.third", "context.first", "context.second"]


def test_sums_that_were_handed_out_do_not_change() -> None:
    """A step that holds sums sees them as they were, and what it does to them does not reach the ledger."""
    ledger = _ledger()
    ledger.add(0, "context.table", -6.0, None)
    before = ledger.totals()
    ledger.add(0, "context.list", -4.0, None)
    assert before.tolist() == [-6.0, 0.0, 0.0, 0.0]
    before += 100.0
    assert ledger.totals().tolist() == [-10.0, 0.0, 0.0, 0.0]


POINTS = st.tuples(st.integers(0, len(LINES) - 1), st.integers(-24, 24))


@given(st.lists(POINTS, max_size=30))
def test_sum_of_a_line_is_the_sum_of_its_evidence(added: list[tuple[int, int]]) -> None:
    """Whatever is added in whatever order, the sum of each line is what its evidence adds up to."""
    ledger = _ledger()
    for line, points in added:
        ledger.add(line, "context.any", float(points), None)
    expected = [sum(item.points for item in ledger.lines.get(line, ())) for line in range(len(LINES))]
    assert ledger.totals().tolist() == expected
    assert sum(expected) == sum(points for _, points in added)
