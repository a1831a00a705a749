"""What a run has found out about its texts, in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cleaner.corpus.batch.tally import ENCODING, MARKDOWN, MARKUP, MOJIBAKE, NO_SITE, PAGE, Tally
from cleaner.corpus.records import Source
from cleaner.corpus.records.sources import DOCUMENT_FORMATS, HTML_FIELD_FORMATS

__all__ = ["failed_note", "found_notes", "passed_note"]


def found_notes(tally: Tally, sources: Sequence[Source]) -> list[str]:
    """A sentence each on pages among texts, on texts with tags or links of Markdown in them, on those without a site, and on encodings.

    >>> from collections import Counter
    >>> from pathlib import Path
    >>> source = Source("a.jsonl", Path("a.jsonl"), Path("a.jsonl"), "jsonl")
    >>> found_notes(Tally(documents=1000, found=Counter({"markup": 812})), [source])
    ['812 of 1,000 texts hold tags of HTML, which stay; --html-field NAME reads a field as pages']
    """
    notes: list[str] = []
    if pages := tally.found[PAGE]:
        taken = (
            "text holds a page of HTML; its article was"
            if pages == 1
            else "texts hold pages of HTML; their articles were"
        )
        notes.append(f"{pages:,} {taken} taken out (--format text leaves tags as they are)")
    hold = "text holds" if tally.documents == 1 else f"of {tally.documents:,} texts hold"
    if marked := tally.found[MARKUP]:
        notes.append(f"{marked:,} {hold} tags of HTML, which stay; {_way(sources)}")
    if linked := tally.found[MARKDOWN]:
        way = "--format" if {source.format for source in sources} & DOCUMENT_FORMATS else "--text-format"
        notes.append(
            f"{linked:,} {hold} links of Markdown, which were read as words; {way} markdown reads them as links"
        )
    if garbled := tally.found[MOJIBAKE]:
        notes.append(
            f"{garbled:,} {hold} mojibake (\u00c3\u00a9 for \u00e9): an earlier step read UTF-8 in another encoding; "
            "repair them first, with ftfy for example"
        )
    if alone := tally.found[NO_SITE]:
        have = "text has" if tally.documents == 1 else f"of {tally.documents:,} texts have"
        notes.append(
            f"{alone:,} {have} no site, so the site memory was not used; name the field of the site with "
            "--site-field, or that of the URL with --url-field, or give the site with --site"
        )
    encodings = [
        (name.removeprefix(ENCODING), count) for name, count in tally.found.items() if name.startswith(ENCODING)
    ]
    if encodings:
        ordered = sorted(encodings, key=lambda one: (-one[1], one[0]))
        notes.append(f"encodings found: {', '.join(f'{count:,} {name}' for name, count in ordered)}")
    return notes


def failed_note(failed: int, errors: Path) -> str:
    """A sentence on documents that failed, and where they are.

    >>> failed_note(1, Path("errors.jsonl"))
    '1 document failed; it is in errors.jsonl, with its reason'
    >>> failed_note(2, Path("errors.jsonl"))
    '2 documents failed; they are in errors.jsonl, each with its reason'
    """
    if failed == 1:
        return f"1 document failed; it is in {errors}, with its reason"
    return f"{failed} documents failed; they are in {errors}, each with its reason"


def passed_note(passed: int) -> str:
    """A sentence on records of web archives that are not plain text.

    >>> passed_note(1)
    '1 record is not plain text and passed as it is; -o NAME.jsonl reads pages too'
    >>> passed_note(2)
    '2 records are not plain text and passed as they are; -o NAME.jsonl reads pages too'
    """
    passes = (
        "record is not plain text and passed as it is"
        if passed == 1
        else "records are not plain text and passed as they are"
    )
    return f"{passed} {passes}; -o NAME.jsonl reads pages too"


def _way(sources: Sequence[Source]) -> str:
    """How texts with tags are read as pages."""
    formats = {source.format for source in sources}
    if formats & HTML_FIELD_FORMATS:
        return "--html-field NAME reads a field as pages"
    if formats & DOCUMENT_FORMATS:
        return "--format html reads a file as a page"
    return "clean_html reads them as pages, from Python"
