"""Pattern files of format 1 -> format 2: one file a language and theme, the kind with each pattern, a phrase a line.

Comments stay where they stand. What the files say is compared before anything is written.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cleaner.errors import PatternError
from cleaner.matching.definitions import FORMAT, OLD_FORMAT
from cleaner.matching.parsing import WEAK_SUFFIX
from cleaner.matching.pattern import Pattern
from cleaner.result import Kind

__all__ = ["convert_files"]

# A list that fits on a line of this length stays on one, unless it is of phrases.
LINE_LENGTH = 120
_EXAMPLES = ("must_match", "must_not_match", "known_miss", "known_false")
_TABLE = "[[pattern]]"
# What stands on the last line of a value of several lines.
_ENDS = ("]", "'''", '"""')
# In which a pattern and its weak twin may differ.
_OWN = ("id", "about", "strength", "phrases", "must_match", "must_not_match")


@dataclass
class _Entry:
    """One ``[[pattern]]`` table: the comments above it, its assignments as text, and what they say.

    A comment between assignments is one of an empty name.
    """

    above: list[str] = field(default_factory=list)
    assignments: list[tuple[str, str]] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)

    def put(self, name: str, text: str, *, after: str) -> None:
        """Put an assignment behind that of another name."""
        at = [own for own, _ in self.assignments].index(after)
        self.assignments.insert(at + 1, (name, text))


def convert_files(files: Iterable[tuple[str, str]], themes: Mapping[str, Sequence[Kind]]) -> dict[str, str]:
    """Files of format 2 by name, such as ``fr/comments.toml``, made of the names and texts of files of format 1.

    ``themes``: the kinds by theme. Raises `PatternError` where a file cannot be read or is of another format.

    >>> text = 'format = 1\\nkind = "tags"\\nlang = "fr"\\n[[pattern]]\\nid = "fr.tags.a"\\nphrases = ["Étiquettes", "Sujets"]\\n'
    >>> print(convert_files([("tags.toml", text)], {"related": (Kind.TAGS,)})["fr/related.toml"])
    format = 2
    lang = "fr"
    <BLANKLINE>
    [[pattern]]
    id = "fr.tags.a"
    kind = "tags"
    phrases = [
        "Étiquettes",
        "Sujets",
    ]
    <BLANKLINE>
    """
    theme_of = {kind: theme for theme, kinds in themes.items() for kind in kinds}
    found: dict[tuple[str, str], list[_Entry]] = {}
    for name, text in files:
        head, entries = _read(name, text)
        kind = _checked_head(name, head)
        found.setdefault((head["lang"], theme_of[kind]), []).extend(_join_twins(entries, kind, head["lang"]))
    return {f"{lang}/{theme}.toml": _written(lang, entries) for (lang, theme), entries in sorted(found.items())}


def _checked_head(name: str, head: Mapping[str, Any]) -> Kind:
    """The kind of a file; raises `PatternError` unless it is one of format 1."""
    if head.get("format") != OLD_FORMAT:
        raise PatternError(name, f"is not format {OLD_FORMAT}; convert only files of that format", field="format")
    if head.get("kind") not in {kind.value for kind in Kind}:
        raise PatternError(name, f"{head.get('kind')!r} is not a kind of noise; correct it, then convert", field="kind")
    if not isinstance(head.get("lang"), str) or not head["lang"].isalpha():
        raise PatternError(name, 'write a language code such as "fr", then convert', field="lang")
    return Kind(head["kind"])


# --- reading ---------------------------------------------------------------------------------------------


def _read(name: str, text: str) -> tuple[dict[str, Any], list[_Entry]]:
    """The head of a file, and its patterns with the comments in their places."""
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise PatternError(name, f"is not valid TOML: {error}; correct that place, then convert") from None
    rows = table.get("pattern")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise PatternError(name, "has no [[pattern]] table; there is nothing to convert", field="pattern")
    if any("kind" in row for row in rows):
        fix = f"stands in a pattern; in format {OLD_FORMAT} a file has one kind, so take it out, then convert"
        raise PatternError(name, fix, field="kind")
    entries = _entries(name, text.replace("\r\n", "\n").split("\n"))
    if [entry.values for entry in entries] != rows:
        raise PatternError(
            name, "is written in a way that cannot be converted; keep to `name = value` below [[pattern]]"
        )
    for entry in entries:
        entry.values = {"kind": table.get("kind"), **entry.values}
    return table, entries


def _entries(name: str, lines: Sequence[str]) -> list[_Entry]:
    entries: list[_Entry] = []
    comments: list[str] = []
    at = 0
    while at < len(lines):
        line = lines[at].strip()
        stop = at + 1
        if line.startswith(_TABLE):
            entries.append(_Entry(comments + _comment_behind(line.removeprefix(_TABLE))))
            comments = []
        elif line.startswith("#"):
            comments.append(line)
        elif line:
            stop = _end_of_value(name, lines, at)
            text = "\n".join(lines[at:stop])
            if entries:
                entries[-1].assignments += [*(("", comment) for comment in comments), *_assignment(text)]
                entries[-1].values |= tomllib.loads(text)
                comments = []
            else:  # the head is written anew
                comments += _comment_behind(text.partition("#")[1] and "#" + text.partition("#")[2])
        elif entries and comments:
            # A comment that a blank line parts from what follows belongs to what stands above it.
            entries[-1].assignments += [("", comment) for comment in comments]
            comments = []
        at = stop
    if entries:
        entries[-1].assignments += [("", comment) for comment in comments]
    return entries


def _comment_behind(text: str) -> list[str]:
    return [text.strip()] if text.strip().startswith("#") else []


def _end_of_value(name: str, lines: Sequence[str], at: int) -> int:
    """Behind the last line of the value that begins on a line: the first at which it is whole."""
    for stop in range(at + 1, len(lines) + 1):
        if stop > at + 1 and not any(end in lines[stop - 1] for end in _ENDS):
            continue
        try:
            tomllib.loads("\n".join(lines[at:stop]))
        except tomllib.TOMLDecodeError:
            continue
        return stop
    raise PatternError(name, f"line {at + 1} is written in a way that cannot be converted; keep to `name = value`")


def _assignment(text: str) -> list[tuple[str, str]]:
    (name,) = tomllib.loads(text)
    return [(name, text.strip())]


# --- twins -----------------------------------------------------------------------------------------------


def _join_twins(entries: list[_Entry], kind: Kind, lang: str) -> list[_Entry]:
    """The entries, those that are the weak twin of the one above them joined to it."""
    joined: list[_Entry] = []
    for entry in entries:
        if joined and _is_weak_twin(joined[-1], entry, kind, lang):
            _join(joined[-1], entry)
        else:
            joined.append(entry)
    return joined


def _is_weak_twin(entry: _Entry, twin: _Entry, kind: Kind, lang: str) -> bool:
    """Whether an entry differs from the one above it in its strength and phrases alone, and is named after it."""
    one, other = entry.values, twin.values
    if (
        other.get("id") != f"{one.get('id')}{WEAK_SUFFIX}"
        or "weak_phrases" in one
        or not (one.get("phrases") and other.get("phrases"))
        or one.get("strength", "strong") != "strong"
        or other.get("strength") != "weak"
        or twin.above
        or any(not name or "#" in text.rpartition("]")[2] for name, text in twin.assignments)
    ):
        return False
    shared = [{name: value for name, value in values.items() if name not in _OWN} for values in (one, other)]
    if shared[0] != shared[1] or not (one.keys() & other.keys()).issuperset({"must_match", "must_not_match"}):
        return False
    fields: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in one.items()}
    strong = Pattern(**{"about": "", **fields, "kind": kind, "lang": lang})
    weak = replace(strong, phrases=tuple(other["phrases"]))
    near = (*one["must_not_match"], *other["must_not_match"])
    return not any(pattern.search(example) for pattern in (strong, weak) for example in near)


def _join(entry: _Entry, twin: _Entry) -> None:
    one, other = entry.values, twin.values
    missed = list(dict.fromkeys([*one["must_not_match"], *other["must_not_match"]]))
    entry.put("weak_phrases", _list("weak_phrases", other["phrases"]), after="phrases")
    entry.put("weak_must_match", _list("weak_must_match", other["must_match"]), after="must_match")
    at = [name for name, _ in entry.assignments].index("must_not_match")
    entry.assignments[at] = ("must_not_match", _list("must_not_match", missed))
    entry.values |= {"weak_phrases": other["phrases"], "weak_must_match": other["must_match"], "must_not_match": missed}


# --- writing ---------------------------------------------------------------------------------------------


def _written(lang: str, entries: Iterable[_Entry]) -> str:
    """The text of a file; what it says is what its entries say."""
    entries = list(entries)
    blocks = [f'format = {FORMAT}\nlang = "{lang}"\n', *map(_block, entries)]
    text = "\n".join(blocks)
    assert tomllib.loads(text)["pattern"] == [entry.values for entry in entries]
    return text


def _block(entry: _Entry) -> str:
    lines = [*entry.above, _TABLE]
    is_named = False
    for name, text in entry.assignments:
        lines.append(_assigned(name, text, entry.values))
        if name == "id":
            lines.append(f'kind = "{entry.values["kind"]}"')
            is_named = True
    if not is_named:
        lines.insert(len(entry.above) + 1, f'kind = "{entry.values["kind"]}"')
    return "\n".join(lines) + "\n"


def _assigned(name: str, text: str, values: Mapping[str, Any]) -> str:
    """An assignment as it stands in the new file: a list without comments has an item a line."""
    if name not in ("phrases", *_EXAMPLES) or not _is_plain_list(text, values[name]):
        return text
    return _list(name, values[name])


def _is_plain_list(text: str, value: object) -> bool:
    """Whether a text is a list of strings and nothing else: no comment, and no escape of an invisible character."""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        return False
    return all(text.count(sign) == sum(item.count(sign) for item in value) for sign in ("#", "\\u", "\\U"))


def _list(name: str, items: Sequence[str]) -> str:
    line = f"{name} = [{', '.join(map(_string, items))}]"
    is_short = len(line) <= LINE_LENGTH and (len(items) == 1 or not name.endswith("phrases"))
    return line if is_short else "\n".join([f"{name} = [", *(f"    {_string(item)}," for item in items), "]"])


def _string(text: str) -> str:
    """A text as a string of TOML: without escapes where it can be."""
    if ('"' in text or "\\" in text) and "'" not in text and min(text) >= " " and "\x7f" not in text:
        return f"'{text}'"
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
