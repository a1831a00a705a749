"""The runs of one block -> a line of Markdown: emphasis, links, code, images, and escapes where they are needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from cleaner.html.atoms import Atom, Line, is_shown, make_atoms
from cleaner.html.escaping import can_close, can_open, escapes, heading_end, line_start, longest_ticks
from cleaner.html.markup import PLAIN, Run, Style
from cleaner.html.writing import KEPT, Stretch, Writer

__all__ = ["write_line"]

# The order of nesting where two styles begin and end together; code is always innermost.
_KINDS = ("link", "strong", "emphasis", "code")
_SIGNS = {"strong": "**", "emphasis": "*"}


@dataclass(slots=True, eq=False)
class _Span:
    """A stretch of atoms inside one mark; ``target``: a link's."""

    kind: str
    target: str = ""
    is_dropped: bool = False


class _Token(NamedTuple):
    """An atom, or the beginning or end of a span."""

    atom: Atom | None = None
    span: _Span | None = None
    is_end: bool = False


def write_line(writer: Writer, runs: Sequence[Run], stretches: Sequence[Stretch], line: Line) -> None:
    """Write the line of a block; ``stretches``: the parts of its text, from the first to the last character."""
    if len(stretches) == 1 and _write_simple(writer, runs, stretches[0], line):
        return
    tokens = _tokens(make_atoms(runs, stretches, line), line)
    _drop_unfit(tokens, line)
    _Emitter(writer, line, _line_places(tokens, line)).emit(tokens)


def _write_simple(writer: Writer, runs: Sequence[Run], stretch: Stretch, line: Line) -> bool:
    """Write a line that is one plain text or one link, as most are; returns whether it is."""
    style: Style | None = None
    for run in runs:
        if run.image or (style is not None and run.style is not style and not run.text.isspace()):
            return False
        if style is None and not run.text.isspace():
            style = run.style
    if style is None or style.strong or style.emphasis or style.code:
        return False
    text = " ".join("".join([run.text for run in runs]).split())
    target = line.resolve(style.address) if style.link else ""
    places = escapes(text, "]" if target else " ", in_link=bool(target), in_cell=line.in_cell)
    edges = [line_start(text) if line.is_first and not target else None, heading_end(text) if line.is_heading else None]
    if any(place is not None for place in edges):
        places = sorted({*places, *(place for place in edges if place is not None)})
    writer.write("[" if target else "", stretch.owner)
    writer.write_text(text, stretch.start, stretch.owner, places)
    writer.write(f"]({target})" if target else "", stretch.owner)
    return True


# --- spans -----------------------------------------------------------------------------------------------


def _tokens(atoms: Sequence[Atom], line: Line) -> list[_Token]:
    """The atoms with the beginnings and ends of spans between them; the span that lasts longest is outermost.

    Of those that end together, the one that began first is; code is always innermost.
    """
    ends = _ends(atoms, line)
    tokens: list[_Token] = []
    stack: list[tuple[tuple[int, int], _Span]] = []
    for atom, end in zip(atoms, ends, strict=True):
        if end is None:
            tokens.append(_Token(atom))
            continue
        opened = [key for key, _ in stack]
        wanted = [(last, kind) for kind, last in enumerate(end) if last]
        wanted.sort(key=lambda key: (_KINDS[key[1]] == "code", -key[0], key not in opened, key[1]))
        common = 0
        while common < min(len(stack), len(wanted)) and stack[common][0] == wanted[common]:
            common += 1
        while len(stack) > common:
            tokens.append(_Token(span=stack.pop()[1], is_end=True))
        for key in wanted[common:]:
            kind = _KINDS[key[1]]
            span = _Span(kind, line.resolve(atom.style.address) if kind == "link" and atom.style else "")
            stack.append((key, span))
            tokens.append(_Token(span=span))
        tokens.append(_Token(atom))
    while stack:
        tokens.append(_Token(span=stack.pop()[1], is_end=True))
    return tokens


def _ends(atoms: Sequence[Atom], line: Line) -> list[tuple[int, ...] | None]:
    """For each shown atom and kind of span the number after its last atom; 0 outside such a span."""
    found: list[tuple[int, ...] | None] = []
    later: Style | None = None
    ends: tuple[int, ...] = (0, 0, 0, 0)
    for number in range(len(atoms) - 1, -1, -1):
        atom = atoms[number]
        if not is_shown(atom.owner, line):
            found.append(None)
            continue
        own = _values(atom.style or PLAIN)
        next_own = _values(later or PLAIN)
        ends = tuple(
            0 if not value else end if value == other else number + 1
            for value, other, end in zip(own, next_own, ends, strict=True)
        )
        found.append(ends)
        later = atom.style
    found.reverse()
    return found


def _values(style: Style) -> tuple[int, int, int, int]:
    return style.link, style.strong, style.emphasis, style.code


def _drop_unfit(tokens: Sequence[_Token], line: Line) -> None:
    """Drop the spans whose marks would not be read as such where they stand."""
    seen = [token for token in tokens if token.atom is None or is_shown(token.atom.owner, line)]
    at = 0
    in_link = False
    while at < len(seen):
        span = seen[at].span
        if span is None or span.is_dropped:
            at += 1
        elif span.kind == "code" and not seen[at].is_end:
            # Two runs of backticks without anything between them are one. A bracket in code ends a link that could be
            # a definition.
            span.is_dropped = _edge(seen, at, -1) == "`" or (
                in_link and any("]" in atom.text for atom in _atoms_inside(seen, at))
            )
            at += 1
        elif span.kind == "link":
            in_link = not seen[at].is_end
            at += 1
        elif span.kind in _SIGNS:
            stop = at
            cluster = []
            while stop < len(seen) and (one := seen[stop].span) is not None and one.kind in _SIGNS:
                cluster += [] if one.is_dropped else [seen[stop]]
                stop += 1
            _drop_cluster(cluster, _edge(seen, at, -1), _edge(seen, stop - 1, 1))
            at = stop
        else:
            at += 1


def _atoms_inside(tokens: Sequence[_Token], at: int) -> list[Atom]:
    """The texts inside the span that begins with a token."""
    end = next(number for number in range(at + 1, len(tokens)) if tokens[number].span is tokens[at].span)
    inside = (tokens[number].atom for number in range(at, end))
    return [atom for atom in inside if atom is not None and not atom.image]


def _drop_cluster(cluster: Sequence[_Token], before: str, after: str) -> None:
    """Drop what is unfit among marks that stand side by side: where some end, none can begin."""
    ends = [token.span for token in cluster if token.is_end and token.span]
    begins = [token.span for token in cluster if not token.is_end and token.span]
    if ends or not can_open(before, after):
        for span in begins:
            span.is_dropped = True
    if ends and not can_close(before, after):
        for span in ends:
            span.is_dropped = True


def _edge(tokens: Sequence[_Token], at: int, step: int) -> str:
    """The nearest character before (-1) or after (1) a token, as far as it decides over a mark; empty for none."""
    at += step
    while 0 <= at < len(tokens):
        atom, span = tokens[at].atom, tokens[at].span
        if atom is not None and atom.image:
            return "!" if step > 0 else ")"
        if atom is not None:
            return atom.text[0 if step > 0 else -1]
        assert span is not None
        if not span.is_dropped and span.kind == "code":
            return "`"
        if not span.is_dropped and span.kind == "link":
            return ("]" if tokens[at].is_end else "[") if step > 0 else (")" if tokens[at].is_end else "[")
        at += step
    return ""


def _line_places(tokens: Sequence[_Token], line: Line) -> set[int]:
    """The offsets of the source before which the line needs a backslash because of its beginning or its end.

    With the fragments that were cut from it the line may begin and end in another way, and needs them there too.
    """
    loud = [token for token in tokens if token.span is None or not token.span.is_dropped]
    places: set[int] = set()
    for seen in (loud, [token for token in loud if token.atom is None or is_shown(token.atom.owner, line)]):
        atoms = [token.atom for token in seen if token.atom and not token.atom.image]
        text = "".join(atom.text for atom in atoms)
        is_plain = line.is_first and atoms and seen[0].atom is atoms[0]
        start, end = line_start(text) if is_plain else None, heading_end(text) if line.is_heading else None
        places.update(_offset(atoms, place) for place in (start, end) if place is not None)
    return places


def _offset(atoms: Sequence[Atom], place: int) -> int:
    """The offset of the source of a place in the joined text of atoms."""
    for atom in atoms:
        if place < len(atom.text):
            return atom.offset + place
        place -= len(atom.text)
    raise AssertionError("the place is in the text")


# --- writing ---------------------------------------------------------------------------------------------


class _Emitter:
    """Writes tokens."""

    def __init__(self, writer: Writer, line: Line, places: set[int]) -> None:
        self._writer = writer
        self._line = line
        self._places = places
        self._fence = ""
        self._links = 0
        self._owner = KEPT

    def emit(self, tokens: Sequence[_Token]) -> None:
        """Write all tokens in order."""
        if not self._line.stays:
            self._owner = next(token.atom.owner for token in tokens if token.atom)
        for at, token in enumerate(tokens):
            if token.span is not None:
                if not token.span.is_dropped:
                    self._emit_mark(tokens, at, token.span)
            elif token.atom is not None:
                self._emit_atom(tokens, at, token.atom)

    def _emit_mark(self, tokens: Sequence[_Token], at: int, span: _Span) -> None:
        is_end = tokens[at].is_end
        if span.kind == "link":
            self._links += -1 if is_end else 1
            text = f"]({span.target})" if is_end else "["
        elif span.kind == "code":
            text = self._fence[::-1] if is_end else self._open_code(tokens, at)
            self._fence = "" if is_end else text
        else:
            text = _SIGNS[span.kind]
        self._writer.write(text, self._owner)

    def _open_code(self, tokens: Sequence[_Token], at: int) -> str:
        """The backticks that begin code, with a space if the code itself begins or ends with one."""
        atoms = _atoms_inside(tokens, at)
        texts = [
            "".join(atom.text for atom in atoms),
            "".join(atom.text for atom in atoms if is_shown(atom.owner, self._line)),
        ]
        fence = "`" * (max(map(longest_ticks, texts)) + 1)
        return f"{fence} " if any("`" in (text[0], text[-1]) for text in texts) else fence

    def _emit_atom(self, tokens: Sequence[_Token], at: int, atom: Atom) -> None:
        line, writer = self._line, self._writer
        if not line.stays:
            self._owner = atom.owner
        if atom.image and self._fence:
            return
        if atom.image:
            writer.write(_image(atom.text, line.resolve(atom.image), in_cell=line.in_cell), atom.owner)
            return
        if self._fence:
            places = {number for number, sign in enumerate(atom.text) if sign == "|"} if line.in_cell else set()
        else:
            ahead = _ahead(tokens, at, line) if is_shown(atom.owner, line) else ""
            places = set(escapes(atom.text, ahead, in_link=self._links > 0, in_cell=line.in_cell))
            places |= {place - atom.offset for place in self._places if 0 <= place - atom.offset < len(atom.text)}
            if atom.text.endswith("!") and self._is_before_link(tokens, at):
                places.add(len(atom.text) - 1)
        writer.write_text(atom.text, atom.offset, atom.owner, sorted(places))

    def _is_before_link(self, tokens: Sequence[_Token], at: int) -> bool:
        """Whether a link begins directly after an atom, or does so once fragments are cut."""
        for number in range(at + 1, len(tokens)):
            atom, span = tokens[number].atom, tokens[number].span
            if atom is not None and is_shown(atom.owner, self._line):
                return False
            if span is not None and not span.is_dropped:
                return span.kind == "link" and not tokens[number].is_end
        return False


def _ahead(tokens: Sequence[_Token], at: int, line: Line) -> str:
    """What is read directly after an atom: a mark, the next text, or a space at the end; empty if that is not certain."""
    for number in range(at + 1, len(tokens)):
        token = tokens[number]
        if token.atom is not None:
            return token.atom.text if is_shown(token.atom.owner, line) and not token.atom.image else ""
        if token.span is not None and not token.span.is_dropped:
            return "*"
    return " "


def _image(text: str, target: str, *, in_cell: bool) -> str:
    """The Markdown of an image; a space before it is part of its text."""
    lead = " " if text.startswith(" ") else ""
    words = " ".join(text.split())
    places = escapes(words, " ", in_link=True, in_cell=in_cell)
    for place in reversed(places):
        words = f"{words[:place]}\\{words[place:]}"
    return f"{lead}![{words}]({target})"
