"""Compiled expressions as plain data, so that those compiled once need not be compiled in every process.

An expression of the regex module says of itself what it is made of, as any value that can be pickled does; this is
what is kept, without pickle. It belongs to one version of the module and one kind of machine.
"""

from __future__ import annotations

import copyreg
import sys
from functools import cache
from typing import Any, Final, TypeAlias, cast

import regex

__all__ = ["MAKER", "Expression", "dump_expression", "load_expression"]

Expression: TypeAlias = "regex.Pattern[str]"

# Where two of these are the same, the data of one is good for the other.
MAKER: Final = f"regex {regex.__version__} {sys.byteorder} {sys.maxsize.bit_length()} {sys.implementation.cache_tag}"
_PARTS = 11


def dump_expression(expression: Expression) -> tuple[bytes, list[Any]] | None:
    """The code of an expression, and what else it consists of, fit for JSON; None where its parts are not the known ones.

    >>> expression = regex.compile("(?P<word>a+)b")
    >>> load_expression(expression.pattern, *dump_expression(expression)).search("xaab").span("word")
    (1, 3)
    """
    parts = _reduce(expression)[1]
    if len(parts) != _PARTS:
        return None
    _, flags, code, groups, _, lists, indexes, offset, required, required_flags, count = parts
    if not isinstance(code, bytes) or lists or indexes:
        return None
    return code, [flags, groups, offset, list(required), required_flags, count]


def load_expression(source: str, code: bytes, parts: list[Any]) -> Expression:
    """The expression of a source that code and parts were taken from."""
    flags, groups, offset, required, required_flags, count = parts
    names = {number: name for name, number in groups.items()}
    made = _compiler()(source, flags, code, groups, names, {}, [], offset, tuple(required), required_flags, count)
    return cast("Expression", made)


def _reduce(expression: Expression) -> Any:
    return copyreg.dispatch_table[type(expression)](expression)


@cache
def _compiler() -> Any:
    return _reduce(regex.compile("a"))[0]
