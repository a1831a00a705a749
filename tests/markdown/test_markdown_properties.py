"""Properties of every document in Markdown, whatever it contains."""

from __future__ import annotations

from functools import cache

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cleaner import CleanConfig, Cleaner, Kind
from cleaner.markdown.view import read_view
from cleaner.text.splitting import split_lines
from tests.invariants import check_reasons, check_result
from tests.strategies import ANY_TEXT, hostile_documents, markdown_documents

SOURCES = markdown_documents() | hostile_documents() | ANY_TEXT
QUICK = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


@cache
def cleaner() -> Cleaner:
    """A cleaner with the defaults."""
    return Cleaner()


@QUICK
@given(SOURCES)
def test_results_lead_back_and_explain_themselves(source: str) -> None:
    """Removals replay, the source comes back, and there is a verdict for each line, whose evidence adds up."""
    result = cleaner().clean_markdown(source)
    check_result(source, result)
    check_reasons(source, result, lines=len(split_lines(source)))
    assert len(result.lines) == len(split_lines(source))


@QUICK
@given(SOURCES)
def test_cleaning_twice_changes_nothing(source: str) -> None:
    """What is left is left alone when it is cleaned again."""
    text = cleaner().clean_markdown(source).text
    assert cleaner().clean_markdown(text).text == text


@QUICK
@given(SOURCES)
def test_keeping_every_kind_changes_nothing(source: str) -> None:
    """With every kind of noise and all headlines kept, a source comes back as it is."""
    keeping = Cleaner(CleanConfig(keep=frozenset(Kind), headline="keep"))
    assert keeping.clean_markdown(source).text == source


@QUICK
@given(SOURCES)
def test_visible_characters_are_in_order(source: str) -> None:
    """Visible characters stand in the source in their order, none outside it, and visible lines do too."""
    view = read_view(source)
    begins, ends = view.begins.tolist(), view.ends.tolist()
    assert all(0 <= begin <= end <= len(source) for begin, end in zip(begins, ends, strict=True))
    assert begins == sorted(begins)
    assert all(above.stop <= below.stop for above, below in zip(view.lines, view.lines[1:], strict=False))
    assert len(view.text) == len(begins) == len(ends)


@QUICK
@given(st.text(alphabet="#->*_`[]()|! \n\tab1.", max_size=200))
def test_marks_alone_are_read(source: str) -> None:
    """Any sequence of marks is read, and leads back to itself."""
    check_result(source, cleaner().clean_markdown(source))
