"""Cleans one column of a pandas data frame; for whole tables see `cleaner.integrations.arrow`."""

from __future__ import annotations

import logging
from typing import Any

from cleaner.config import CleanConfig
from cleaner.errors import MissingExtraError
from cleaner.integrations.outcomes import clean_documents, require_html, shared_cleaner

try:
    import pandas as pd
except ModuleNotFoundError as error:
    raise MissingExtraError("pandas", "pandas") from error

__all__ = ["clean_series"]

logger = logging.getLogger(__name__)


def clean_series(series: Any, *, html: bool = False, config: CleanConfig | None = None) -> Any:
    """A series with its texts cleaned; dtype, index, name and missing values (None, NaN, NA) stay as they are.

    ``html``: the texts are HTML pages, whose articles are wanted. A text that the cleaner fails on stays as it is and
    is counted in the log. Raises `TypeError` if ``series`` is no series, or holds something that is not a text.

    >>> clean_series(pd.Series(["Der Rat tagt heute.\\nAntwortenLöschen", None], dtype=object)).tolist()
    ['Der Rat tagt heute.', None]
    """
    if not isinstance(series, pd.Series):
        raise TypeError(
            f"series is of type {type(series).__name__}, not a pandas Series; pass one column, such as frame['text']"
        )
    if html:
        require_html()
    documents = _texts(series)
    outcomes = clean_documents(shared_cleaner(config), [{"text": text} for text in documents.values()], html=html)
    changed = {}
    failed = []
    for row, outcome in zip(documents, outcomes, strict=True):
        if outcome.changed:
            changed[row] = outcome.text
        if outcome.error is not None:
            failed.append(outcome.error)
    if failed:
        logger.warning("%d of %d documents are not cleaned; the first: %s", len(failed), len(documents), failed[0])
    cleaned = series.copy()
    if changed:
        cleaned.iloc[list(changed)] = list(changed.values())
    return cleaned


def _texts(series: Any) -> dict[int, str]:
    """The texts of a series by their positions, without missing values."""
    if isinstance(series.dtype, pd.CategoricalDtype):
        raise TypeError("series is of dtype category, not of texts; convert it with series.astype('string')")
    texts = {}
    for row, (value, is_missing) in enumerate(zip(series.array, series.isna(), strict=True)):
        if is_missing:
            continue
        if not isinstance(value, str):
            fix = "decode it" if isinstance(value, bytes) else "convert it with series.astype('string')"
            raise TypeError(
                f"series of dtype {series.dtype}: the value at position {row} is of type {type(value).__name__}, "
                f"not a text; {fix}"
            )
        texts[row] = value
    return texts
