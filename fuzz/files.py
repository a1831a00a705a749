"""Targets for files of users and of runs: patterns, weights, models of blocks, checkpoints."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from cleaner import CleanConfig, Cleaner
from cleaner.corpus.batch.checkpoint import Checkpoint, Progress, State
from cleaner.corpus.batch.plan import Plan, Settings
from cleaner.corpus.batch.tally import Tally
from cleaner.corpus.records.chunks import Place
from cleaner.corpus.records.sources import Source
from cleaner.errors import ConfigError, PatternError, WeightsError
from cleaner.html.data import read_model
from cleaner.html.data import signal_names as block_signal_names
from cleaner.lines.signals import signal_names
from cleaner.lines.weights import FORMAT
from cleaner.matching.library import check_patterns, read_patterns
from cleaner.matching.pattern import PatternSet
from fuzz.mutations import mutate_json, mutate_with
from fuzz.target import Target
from tests.invariants import check_page, check_result, check_settled
from tests.material import HOSTILE, ROOT, sample_texts

__all__ = ["CHECKPOINTS", "MODELS", "PATTERNS", "WEIGHTS"]

_TEXT = "".join(sample_texts()[:2])
_PAGE = "".join(f"<p class=comments>{line}</p>" for line in sample_texts()[0].splitlines())


@cache
def _folder() -> Path:
    """A folder for the files to read; removed when the process ends."""
    made = TemporaryDirectory(prefix="cleaner-fuzz-")
    _KEPT.append(made)
    return Path(made.name)


_KEPT: list[TemporaryDirectory[str]] = []


# --- patterns --------------------------------------------------------------------------------------------


def _read_patterns(data: bytes) -> PatternSet:
    (_folder() / "own.toml").write_bytes(data)
    return read_patterns(_folder())


def _check_patterns(_data: bytes, patterns: PatternSet) -> None:
    """Patterns that load match their examples, can be used, and break no promise."""
    errors = [error for error in check_patterns(_folder())[1] if error.field != "id"]
    assert errors == [], "what loads also passes the check"
    examples = [line for pattern in patterns.patterns for line in (*pattern.must_match, *pattern.must_not_match)]
    cleaner = Cleaner(patterns=patterns)
    for text in ("\n".join([*examples, _TEXT]), "\n".join(examples)):
        result = cleaner.clean(text)
        check_result(text, result)
        check_settled(cleaner, text, result)


def _pattern_seeds() -> Iterator[bytes]:
    for path in sorted(ROOT.glob("patterns/*/*.toml")):
        head, *entries = path.read_text("utf-8").split("[[pattern]]")
        # Without the definitions beside it a reference is refused at once.
        for entry in [entry for entry in entries if "{{" not in entry][::6]:
            yield f"{head}[[pattern]]{entry}".encode()


_EXPRESSION_PIECES = [
    r"(a+)+",
    r"(a|a)*",
    r"(.*)*",
    r"(?:x{1,1000}){1,1000}",
    r"(?<=a)",
    r"(?<!b{1,9})",
    r"(?=c)",
    r"(?!d)",
    r"(?P<x>e)",
    r"(?P=x)",
    r"(?R)",
    r"(?&x)",
    r"(?1)",
    r"\1",
    r"\p{L}",
    r"\p{Lu}++",
    r"\X",
    r"\N{DIGIT(ONE)}",
    r"\x00",
    r"\u00e9",
    r"[[a-z]--[b]]",
    r"[^]",
    r"[",
    r"(",
    r")",
    r"*",
    r"+",
    r"?",
    r"{,}",
    r"{2147483648}",
    r"{e<=3}",
    r"(?i)",
    r"(?V1)",
    r"(?s).",
    r"(?r)",
    r"(?b)",
    r"(?e)",
    r"(?>a)",
    r"(?(1)a|b)",
    r"\K",
    r"\G",
    r"\m",
    r"\M",
    r"\b",
    r"\A",
    r"\Z",
    r"^",
    r"$",
    r"|",
    r"\Q",
    r"(?#x)",
    r"\L<x>",
    r"(?|a|b)",
    r"[\p{L}&&\p{Lu}]",
    r".{0,80}",
    r"'",
    r"\E",
]
_PATTERN_PIECES = tuple(
    piece.encode("utf-8", "surrogatepass")
    for piece in (
        *_EXPRESSION_PIECES,
        *_EXPRESSION_PIECES,
        *HOSTILE,
        "\n[[pattern]]\n",
        "[pattern.x]\n",
        "\nformat = 2\n",
        'kind = "tags"\n',
        'lang = "any"\n',
        'match = "start"\n',
        'match = "anywhere"\n',
        'case = "exact"\n',
        'action = "open"\nreach = "end"\n',
        'action = "cut"\n',
        'position = "tail"\n',
        'strength = "weak"\n',
        'weak_phrases = ["Gloobers"]\nweak_must_match = ["Gloobers", "gloobers"]\n',
        '"{{labels}}", ',
        "{{month}}",
        'bounds = "none"\n',
        'gate = "digits"\n',
        'gate = "short"\n',
        "regex = 'abc(?:d|e){1,40}'\nliterals = [\"abc\"]\n",
        'regex = "',
        "max_length = 9223372036854775808\n",
        "max_length = " + "9" * 5000 + "\n",
        "max_length = -1\n",
        "max_length = 1979-05-27\n",
        "max_length = inf\n",
        "x = " + "[" * 1500 + "]" * 1500 + "\n",
        "x" + ".x" * 1000 + " = 1\n",
        'phrases = [""]\n',
        'phrases = ["ab", "abc", "***", "新の"]\n',
        'must_match = ["abcd", "abce"]\n',
        'must_not_match = ["x", "y"]\n',
        'known_miss = ["z"]\n',
        '"""',
        "'''",
        "#",
        "\\",
        "(" * 500,
        "(?:" * 300 + ")" * 300,
        "|a" * 400,
        "\x00",
        "\ufeff",
    )
)


# --- weights ---------------------------------------------------------------------------------------------

_TREES: dict[str, list[Any]] = {
    "roots": [0, 5],
    "signal": [0, 0, 1, 0, 0, 0],
    "limit": [0.5, 0.0, 2.0, 0.0, 0.0, 0.0],
    "left": [1, 1, 3, 3, 4, 5],
    "right": [2, 1, 4, 3, 4, 5],
    "points": [0.1, -1.0, 0.7, 0.4, 2.0, 0.25],
}


def _weights_seeds() -> Iterator[bytes]:
    """Small files that load, in the current format."""
    first, second = signal_names()
    signals = {
        name: {"slope": 0.1, "page_slope": 0.0, "offset": 0.0, "bends": [[1.0, 0.5]], "range": [-9.0, 9.0]}
        for name in first
    }
    table = {
        "format": FORMAT,
        "made": {},
        "first": {"prior": -1.0, "page_prior": 0.5, "signals": signals},
        "second": {"signals": list(second[-2:]), "trees": _TREES},
    }
    yield json.dumps(table).encode()
    yield json.dumps({**table, "second": {"signals": list(second[:3]), "trees": _TREES}}).encode()


def _read_weights(data: bytes) -> Cleaner:
    path = _folder() / "weights.json"
    path.write_bytes(data)
    return Cleaner(CleanConfig(weights=path), patterns=PatternSet([]))


def _check_weights(_data: bytes, cleaner: Cleaner) -> None:
    """Weights that load can be used, and break no promise."""
    result = cleaner.clean(_TEXT)
    check_result(_TEXT, result)
    check_settled(cleaner, _TEXT, result)


def _model_seeds() -> Iterator[bytes]:
    signals = list(block_signal_names()[:2])
    yield json.dumps(
        {"format": 1, "made": {}, "signals": signals, "names": {"comments": -2.0}, "trees": _TREES}
    ).encode()


def _read_model(data: bytes) -> Cleaner:
    path = _folder() / "model.json"
    path.write_bytes(data)
    read_model(path)
    cleaner = Cleaner(CleanConfig(html_weights=path), patterns=PatternSet([]))
    assert cleaner.pages is not None
    return cleaner


def _check_model(_data: bytes, cleaner: Cleaner) -> None:
    """A model that loads can be used, and breaks no promise."""
    check_page(cleaner.clean_html(_PAGE))


# --- checkpoints -----------------------------------------------------------------------------------------

_STATE = State(1, Place(4096, 17), 3000, 200, 100, 40, 1, tally=Tally(30, 20, 10, 0, 4096, confidence=25.5))


@cache
def _progress() -> tuple[Progress, ...]:
    """The progress of the runs that the seeds come from."""
    return Progress(_STATE, State(), (str(_folder() / "a.jsonl.partial"),)), Progress()


@cache
def _checkpoint() -> Checkpoint:
    """The checkpoint of a run over two files; created once, since it reads all patterns for its fingerprint."""
    sources = []
    for name in ("a.jsonl", "b.jsonl"):
        path = _folder() / name
        path.write_bytes(b'{"text": "a"}\n')
        sources.append(Source(name, path, Path(name), "jsonl"))
    plan = Plan(sources, _write, {source: _folder() / f"{source.name}.out" for source in sources})
    return Checkpoint(_folder() / "checkpoint.json", plan, Settings(CleanConfig()))


def _write(_data: bytes) -> None:
    """Takes the place of standard output, which these runs do not use."""


def _checkpoint_seeds() -> Iterator[bytes]:
    for progress in _progress():
        checkpoint = _checkpoint()
        checkpoint.path.unlink(missing_ok=True)
        checkpoint.take()
        checkpoint.save(progress)
        checkpoint.release()
        yield checkpoint.path.read_bytes()


def _load_checkpoint(data: bytes) -> Progress | None:
    """The progress in a file with these bytes; None if it is empty, as after a run that was killed at once."""
    checkpoint = _checkpoint()
    checkpoint.path.write_bytes(data)
    try:
        return checkpoint.load() if checkpoint.take() else None
    except ConfigError:
        assert checkpoint.path.read_bytes() == data, "what is refused is left alone"
        raise
    finally:
        checkpoint.left_partials()
        checkpoint.release()


def _check_progress(data: bytes, progress: Progress | None) -> None:
    """What loads is what was saved: progress with other numbers would silently give another output."""
    assert progress in _progress() if data else progress is None, "a changed checkpoint is refused"


def _mutate_checkpoint(data: bytes, random: Random) -> bytes:
    """Other values in the form that is written, since any other form is refused at once."""
    made = mutate_json(data, random)
    try:
        return json.dumps(json.loads(made), indent=1).encode() + b"\n"
    except (ValueError, RecursionError):
        return made


def _mutate_patterns(data: bytes, random: Random) -> bytes:
    return _PATTERN_MUTATION(data, random)


_PATTERN_MUTATION = mutate_with(_PATTERN_PIECES, (b"\n", b'"', b"'", b"|", b"(", b")", b" = ", b", "))

PATTERNS = Target(_read_patterns, _check_patterns, _pattern_seeds, _mutate_patterns, errors=(PatternError,))
WEIGHTS = Target(_read_weights, _check_weights, _weights_seeds, mutate_json, errors=(WeightsError,), max_size=32768)
MODELS = Target(_read_model, _check_model, _model_seeds, mutate_json, errors=(WeightsError,))
CHECKPOINTS = Target(_load_checkpoint, _check_progress, _checkpoint_seeds, _mutate_checkpoint, errors=(ConfigError,))
