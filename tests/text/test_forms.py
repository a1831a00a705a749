r"""Where lines end in texts with other signs for line ends, and which texts only look so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.text.document import Document
from cleaner.text.forms import MAX_SIGNS, lines_of, with_line_ends
from cleaner.text.splitting import split_lines
from tests.material import INTERFACE, PROSE, SIGNS

LINES = (PROSE[0], "Partager", PROSE[1], "RépondreSupprimer", PROSE[2], "Ce que disent les chiffres", PROSE[3])
WRAPPED = (
    "The harbour master said on Monday that",
    "the old crane would be taken down before",
    "the winter storms arrive. Nobody in the",
    "village remembers when it last moved.",
    "The council will vote on the money in",
    "a week, and it is expected to agree.",
)


@pytest.mark.parametrize("sign", SIGNS[:-2])
def test_signs_end_lines(sign: str) -> None:
    """A sign that stands between lines ends them as a line end would, and belongs to the line before it."""
    text = sign.join(LINES)
    assert [text[line.start : line.end] for line in lines_of(text)] == list(LINES)
    assert {text[line.end : line.stop] for line in lines_of(text)[:-1]} == {sign}
    assert Document.read(text).line_texts == LINES


def test_paragraph_tags_end_lines() -> None:
    """A closing tag ends a line, and the opening one before a line is none of its text."""
    text = "".join(f'<p class="text">{line}</p>\n' for line in LINES)
    document = Document.read(text)
    assert document.line_texts == LINES
    assert [text[line.start : line.stop] for line in lines_of(text)] == text.splitlines(keepends=True)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_doubled_line_ends_are_one(end: str) -> None:
    """Two line ends are one where blank lines are doubled as well."""
    text = (2 * end).join([*LINES[:3], "", *LINES[3:]])
    assert Document.read(text).line_texts == (*LINES[:3], "", *LINES[3:])


def test_doubled_line_ends_of_wrapped_text_are_one() -> None:
    """Two line ends are one between wrapped lines."""
    text = "\n\n".join(WRAPPED)
    assert Document.read(text).line_texts == WRAPPED


OTHERS = {
    "paragraphs": "\n\n".join(PROSE[:6]),
    "links": "Accueil | Région | Sport | Culture | Politique | Annonces | Contact",
    "links above an article": "Accueil | Région | Sport | Culture | Annonces\n" + "\n".join(PROSE[:4]),
    "links and an article on one line": f"Accueil | Région | Sport | Culture | {' '.join(PROSE[:4])} © 2024 | Contact",
    "row of a table": f"17\t2024-05-03\tLa piscine\t{PROSE[0]}\t{PROSE[1]} {PROSE[2]}\thttps://courrier.example/17",
    "table": "\n".join(f"{number}\t2024-05-0{number}\t{line}\t{line}" for number, line in enumerate(PROSE[:5])),
    "Markdown row": f"| {' | '.join(PROSE[:6])} |",
    "Markdown table": "\n".join(f"| {line} | {line} |" for line in PROSE[:5]),
    "article about escapes": f'{PROSE[2]} In C, "\\n" ends a line, "\\r\\n" does on Windows, and `\\n` is one byte. {PROSE[3]}',
    "article about tags": f"{PROSE[2]} The tags (<br>), (</p>) and `<br>` end lines. {PROSE[3]}",
    "code": f'{PROSE[2]}\nprintf("one\\n");\nprintf("two\\n");\nprintf("three.\\n");\n{PROSE[3]}',
    "formula": f"{PROSE[2]} Here $\\nabla f$ and $\\nu$ are small, \\(\\nabla g\\) is not, and $\\rho$ is one. {PROSE[3]}",
    "path": "C:\\new\\readme\\notes\\next",
    "few tags among lines": "\n".join((*PROSE[:7], "One.<br>Two.<br>Three.<br>")),
    "two signs": "Il pleut.\\nIl neige.\\nIl vente.",
}


@pytest.mark.parametrize("name", OTHERS)
def test_other_texts_keep_their_lines(name: str) -> None:
    """Texts in which the same signs stand inside lines are read as they are."""
    text = OTHERS[name]
    assert with_line_ends(text) is text
    assert lines_of(text) == split_lines(text)


def test_too_many_signs_are_no_lines() -> None:
    """A text with more signs than any article is not looked at sign by sign."""
    text = "Il pleut.\\n" * MAX_SIGNS
    assert with_line_ends(text) is text


@given(
    st.lists(st.sampled_from((*PROSE, *INTERFACE, *SIGNS, "", " ", "\x1f", "\x1e", "\\", "<p>")), max_size=12),
    st.sampled_from(SIGNS),
)
def test_text_keeps_its_length(parts: list[str], sign: str) -> None:
    """In whatever form, every character keeps its place, only signs change, and lines make up the text."""
    text = sign.join(parts)
    document = Document.read(text)
    assert document.source == text
    assert len(document.text) == len(text)
    assert all(new == old or new in "\n\x1f\x1e" for new, old in zip(document.text, text, strict=True))
    assert "".join(text[line.start : line.stop] for line in lines_of(text)) == text


def test_data_in_json_is_no_form() -> None:
    """A record of JSON, whose line ends are written out, is not taken for lines."""
    record = '{"id": 1, "text": "Le pont rouvre lundi.\\nPartager\\nLe maire est venu.\\nFin.\\n", "n": 1.0}\n'
    assert with_line_ends(record) == record
    assert with_line_ends(f"[{record}]") == f"[{record}]"
