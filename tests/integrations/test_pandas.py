"""Columns of pandas: the texts cleaned, and nothing else touched."""

from __future__ import annotations

import logging
from typing import Any

import pytest

pytest.importorskip("pandas", reason="needs the extra 'pandas'")

import pandas as pd

from cleaner import CleanConfig, Cleaner
from cleaner.integrations.pandas import clean_series

DTYPES = ["object", "str", "string", "string[python]", "string[pyarrow]", "large_string[pyarrow]"]


@pytest.mark.parametrize("dtype", DTYPES)
def test_series_keeps_dtype_index_and_name(dtype: str, noisy: str, article: str) -> None:
    """A series of any dtype of texts comes back with its dtype, index and name; the one given is unchanged."""
    if "pyarrow" in dtype:
        pytest.importorskip("pyarrow")
    series = pd.Series([noisy, article, noisy, ""], index=["b", "a", "b", "c"], name="body").astype(dtype)
    cleaned = clean_series(series)
    assert cleaned.tolist() == [article, article, article, ""]
    assert cleaned.dtype == series.dtype
    assert cleaned.index.equals(series.index)
    assert cleaned.name == "body"
    assert series.tolist()[0] == noisy


def test_missing_values_are_the_same_ones(noisy: str, article: str) -> None:
    """In a series of objects each missing value stays the one that it is; NA stays NA in one of strings."""
    missing = [None, float("nan"), pd.NA, pd.NaT]
    cleaned = clean_series(pd.Series([noisy, *missing], dtype=object))
    assert cleaned.iloc[0] == article
    assert all(found is given for found, given in zip(cleaned.tolist()[1:], missing, strict=True))
    assert clean_series(pd.Series([None, noisy], dtype="string")).tolist() == [pd.NA, article]


@pytest.mark.parametrize("dtype", ["object", "float64", "string"])
def test_series_without_texts(dtype: str) -> None:
    """A series that is empty, or in which all is missing, comes back as it is."""
    for values in ([], [None, None]):
        series = pd.Series(values, dtype=dtype)
        pd.testing.assert_series_equal(clean_series(series), series)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["a"], r"series is of type list, not a pandas Series; pass one column, such as frame\['text'\]"),
        (pd.DataFrame({"text": ["a"]}), "series is of type DataFrame, not a pandas Series"),
        (pd.Series([1, 2]), r"dtype int64: the value at position 0 is of type int64, .* series.astype\('string'\)"),
        (pd.Series(["a", b"b"], dtype=object), "dtype object: the value at position 1 is of type bytes, .* decode it"),
        (pd.Series([["a"]], dtype=object), "position 0 is of type list"),
        (pd.Series(["a"], dtype="category"), r"dtype category, not of texts; convert it with series.astype"),
    ],
)
def test_other_types_are_refused(given: Any, message: str) -> None:
    """What is no series of texts is an error that names the type and the fix."""
    with pytest.raises(TypeError, match=message):
        clean_series(given)


def test_configuration_and_html(noisy: str, article: str) -> None:
    """A configuration says what to keep; with ``html`` the texts are pages."""
    config = CleanConfig(keep=frozenset({"share-bar"}))  # type: ignore[arg-type]
    assert clean_series(pd.Series([noisy]), config=config).tolist() == [f"{article}\nShare on Facebook"]
    page = "".join(f"<p>{line}</p>" for line in noisy.splitlines())
    (text,) = clean_series(pd.Series([f"<html><body>{page}</body></html>"]), html=True)
    assert text.split() == article.split()


def test_a_text_that_fails_stays(
    noisy: str, article: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A page that the cleaner fails on stays as it is and is counted in the log; the next one is cleaned."""

    def clean_html(self: Cleaner, html: str, **_: object) -> Any:
        if html == "broken":
            raise ValueError("of its depth")
        return self.clean(html)

    monkeypatch.setattr(Cleaner, "clean_html", clean_html)
    with caplog.at_level(logging.WARNING):
        assert clean_series(pd.Series(["broken", noisy]), html=True).tolist() == ["broken", article]
    assert caplog.messages == ["1 of 2 documents are not cleaned; the first: ValueError: of its depth"]
