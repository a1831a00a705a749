"""A logistic regression over bent lines, which fits the weights, by Newton's method in plain numpy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from cleaner.lines.weights import PassWeights, SignalWeight
from cleaner.text.arrays import FloatArray, SingleArray

__all__ = ["Sample", "fit_pass"]


BENDS = 3
# A signal with fewer distinct values gets no bends.
MIN_VALUES = 8
RANGE_SHARE = 0.001
RANGE_ROWS = 20_000
MAX_STEPS = 8
STEP_TOLERANCE = 0.01
PRIOR_PENALTY = 1e-3
ROWS_AT_ONCE = 50_000
DIGITS = 5


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Lines to fit on: signals (one row per line), page likeness, whether the line is noise, and its weight."""

    signals: SingleArray
    page: SingleArray
    is_noise: SingleArray
    weight: FloatArray


def fit_pass(sample: Sample, names: Sequence[str], penalties: Sequence[float]) -> PassWeights:
    """The weights of one pass: a weighted logistic regression with a quadratic penalty on standardised terms.

    Each signal enters as itself, as its excess over each of its bends (quantiles of the sample), and multiplied by the
    page likeness. ``penalties``: one for each signal; the higher, the less the signal can count.
    """
    ranges = [_range(values) for values in sample.signals.T]
    lows, highs = np.array(ranges, dtype=np.float32).T
    sample = replace(sample, signals=np.clip(sample.signals, lows, highs))
    bends = [_bends(values) for values in sample.signals.T]
    terms = _terms(sample, bends)
    mean, deviation = terms.mean(axis=0, dtype=np.float64), terms.std(axis=0, dtype=np.float64)
    is_constant = deviation < 1e-6
    deviation[is_constant] = 1.0
    terms -= mean.astype(np.float32)
    terms /= deviation.astype(np.float32)
    terms[:, is_constant] = 0.0
    terms[:, 0] = 1.0
    bent = [penalties[number] for number, values in enumerate(bends) for _ in values]
    spread = np.array([PRIOR_PENALTY, *penalties, *bent, max(penalties), *penalties])
    coefficients = _newton(terms, sample.is_noise, sample.weight, spread)
    prior = float(coefficients[0])
    slopes = np.where(is_constant, 0.0, coefficients / deviation)
    slopes[0] = 0.0
    return _pack(names, bends, ranges, slopes, mean, prior)


def _range(values: SingleArray) -> tuple[float, float]:
    """The values between which a signal counts: all except the outermost thousandths, if there are many."""
    least, greatest = float(values.min()), float(values.max())
    if np.unique(values[:RANGE_ROWS]).size < MIN_VALUES:
        return least, greatest
    low, high = np.quantile(values, (RANGE_SHARE, 1.0 - RANGE_SHARE))
    return round(float(low), 4), max(round(float(high), 4), round(float(low), 4))


def _bends(values: SingleArray) -> list[float]:
    different = np.unique(values)
    if different.size < MIN_VALUES:
        return []
    quantiles = np.quantile(values, np.linspace(0.0, 1.0, BENDS + 2)[1:-1])
    return [at for at in sorted({round(float(at), 4) for at in quantiles}) if different[0] < at < different[-1]]


def _terms(sample: Sample, bends: list[list[float]]) -> SingleArray:
    """The columns of the regression: ones, signals, bends in order, and ones and signals times page likeness."""
    rows, count = sample.signals.shape
    bent = [(number, at) for number, values in enumerate(bends) for at in values]
    terms = np.empty((rows, 2 * (1 + count) + len(bent)), dtype=np.float32)
    terms[:, 0] = 1.0
    terms[:, 1 : 1 + count] = sample.signals
    for column, (number, at) in enumerate(bent, start=1 + count):
        np.maximum(sample.signals[:, number] - np.float32(at), 0.0, out=terms[:, column])
    start = 1 + count + len(bent)
    terms[:, start] = sample.page
    np.multiply(sample.signals, sample.page[:, None], out=terms[:, start + 1 :])
    return terms


def _newton(terms: SingleArray, is_noise: SingleArray, weight: FloatArray, penalties: FloatArray) -> FloatArray:
    coefficients = np.zeros(terms.shape[1])
    for _ in range(MAX_STEPS):
        chance = 1.0 / (1.0 + np.exp(-np.clip(terms @ coefficients.astype(np.float32), -30.0, 30.0)))
        slope = terms.T @ ((chance - is_noise) * weight).astype(np.float32) + penalties * coefficients
        curve = (np.maximum(chance * (1.0 - chance), 1e-4) * weight).astype(np.float32)
        hessian = np.diag(penalties)
        for row in range(0, len(terms), ROWS_AT_ONCE):
            part = terms[row : row + ROWS_AT_ONCE]
            hessian += part.T @ (part * curve[row : row + ROWS_AT_ONCE, None])
        step = np.linalg.solve(hessian, slope.astype(np.float64))
        coefficients -= step
        if float(np.abs(step).max()) < STEP_TOLERANCE:
            break
    return coefficients


def _pack(
    names: Sequence[str],
    bends: list[list[float]],
    ranges: list[tuple[float, float]],
    slopes: FloatArray,
    mean: FloatArray,
    prior: float,
) -> PassWeights:
    count = len(names)
    column = 1 + count
    start = column + sum(len(values) for values in bends)
    signals = {}
    for number, name in enumerate(names):
        changes = [float(slope) for slope in slopes[column : column + len(bends[number])]]
        own, page = 1 + number, start + 1 + number
        # The points of an average line are subtracted from each signal, so that points show how a line differs from it.
        average = slopes[own] * mean[own] + slopes[page] * mean[page]
        average += float(slopes[column : column + len(changes)] @ mean[column : column + len(changes)])
        signals[name] = SignalWeight(
            round(float(slopes[own]), DIGITS),
            round(float(slopes[page]), DIGITS),
            round(float(average), DIGITS),
            tuple((at, round(change, DIGITS)) for at, change in zip(bends[number], changes, strict=True)),
            ranges[number],
        )
        column += len(changes)
    page_prior = float(slopes[start])
    return PassWeights(round(prior - page_prior * float(mean[start]), DIGITS), round(page_prior, DIGITS), signals)
