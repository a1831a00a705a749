"""The fit of a pass: what it recovers from lines that were made after a known relation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from cleaner.lines.weights import PassWeights
from cleaner.text.arrays import FloatArray
from cleaner.training.regression import Sample, fit_pass

ROWS = 4000
LOW, HIGH = 1.0, 1e5


def _uniform(seed: int, least: float = -1.0, greatest: float = 1.0) -> FloatArray:
    return np.random.default_rng(seed).uniform(least, greatest, ROWS)


def _draw(odds: FloatArray, seed: int = 99) -> npt.NDArray[np.bool_]:
    """Noise or not, drawn with the chances of some log-odds."""
    return np.asarray(np.random.default_rng(seed).random(odds.size) < 1.0 / (1.0 + np.exp(-odds)))


def _sample(is_noise: npt.NDArray[np.bool_], *columns: FloatArray, page: FloatArray | None = None) -> Sample:
    rows = is_noise.size
    return Sample(
        signals=np.stack(columns, axis=1).astype(np.float32),
        page=(np.zeros(rows) if page is None else page).astype(np.float32),
        is_noise=is_noise.astype(np.float32),
        weight=np.ones(rows),
    )


def _names(sample: Sample) -> list[str]:
    return [f"shape.number-{number}" for number in range(sample.signals.shape[1])]


def _fit(sample: Sample, penalty: float = LOW) -> PassWeights:
    names = _names(sample)
    return fit_pass(sample, names, [penalty] * len(names))


def _points(weights: PassWeights, sample: Sample, page: float = 0.0) -> dict[str, FloatArray]:
    columns = dict(zip(_names(sample), sample.signals.T.astype(np.float64), strict=True))
    return dict(zip(weights.terms, weights.points(columns, page), strict=True))


def _odds(weights: PassWeights, sample: Sample, page: float = 0.0) -> FloatArray:
    return np.asarray(np.sum(list(_points(weights, sample, page).values()), axis=0))


# --- what is recovered -----------------------------------------------------------------------------------


def test_sum_of_signals_is_recovered() -> None:
    """Lines drawn after a weighted sum of signals give that sum back."""
    first, second, idle = _uniform(1), _uniform(2), _uniform(3)
    truth = 0.5 + 2.5 * first - 1.5 * second
    sample = _sample(_draw(truth), first, second, idle)
    found = _odds(_fit(sample), sample)
    assert np.abs(found - truth).mean() < 0.25
    assert np.corrcoef(found, truth)[0, 1] > 0.98


def test_bent_relation_is_recovered() -> None:
    """A signal that speaks for noise at both of its ends does so in the fit."""
    signal = _uniform(4)
    truth = 6.0 * np.abs(signal) - 3.0
    sample = _sample(_draw(truth), signal)
    found = _odds(_fit(sample), sample)
    assert np.corrcoef(found, truth)[0, 1] > 0.95


def test_relation_of_pages_counts_on_pages_only() -> None:
    """What only holds of flattened pages counts on these, and not on extracted text."""
    signal = _uniform(5)
    page = (_uniform(6) > 0.0).astype(np.float64)
    sample = _sample(_draw(4.0 * signal * page), signal, page=page)
    weights = _fit(sample)
    least, greatest = (_sample(np.zeros(1, dtype=bool), np.array([value])) for value in (-0.9, 0.9))
    rises = [float((_odds(weights, greatest, at) - _odds(weights, least, at))[0]) for at in (0.0, 1.0)]
    assert abs(rises[0]) < 1.0
    assert rises[1] > 4.0


def test_signal_that_parts_noise_from_article_is_enough() -> None:
    """Where one signal parts the lines without exception, the fit does too, with finite points."""
    signal, idle = (_uniform(7) > 0.3).astype(np.float64), _uniform(8)
    sample = _sample(signal > 0.5, signal, idle)
    found = _odds(_fit(sample), sample)
    assert np.isfinite(found).all()
    assert np.array_equal(found > 0.0, signal > 0.5)


def test_share_of_noise_is_recovered() -> None:
    """Where the signals say nothing, the points are the log-odds of noise by weight."""
    is_noise = np.arange(ROWS) % 4 == 0
    sample = _sample(is_noise, _uniform(9))
    assert _odds(_fit(sample), sample).mean() == pytest.approx(np.log(1 / 3), abs=0.05)
    heavy = replace(sample, weight=np.where(is_noise, 3.0, 1.0))
    assert _odds(_fit(heavy), sample).mean() == pytest.approx(0.0, abs=0.05)


# --- the form of the weights -----------------------------------------------------------------------------


def test_average_line_gets_no_points() -> None:
    """Over the sample the points of each signal add up to nothing, so that they tell how a line differs."""
    first, second = _uniform(10, 3.0, 9.0), np.exp(_uniform(11, 0.0, 2.0))
    sample = _sample(_draw(first - second), first, second)
    points = _points(_fit(sample), sample)
    for name in _names(sample):
        assert np.abs(points[name]).mean() > 0.1, name
        assert abs(float(points[name].mean())) < 0.01, name


def test_higher_penalty_lets_signals_count_less() -> None:
    """A higher penalty shrinks what signals count, in the end to nothing; the share of noise stays."""
    signal = _uniform(12)
    sample = _sample(_draw(3.0 * signal + 1.0), signal)
    name = _names(sample)[0]
    sizes = [float(np.abs(_points(_fit(sample, penalty), sample)[name]).mean()) for penalty in (LOW, 300.0, HIGH, 1e9)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > 1.0
    assert sizes[-1] < 1e-3
    assert _fit(sample, 1e9).prior == pytest.approx(
        np.log(sample.is_noise.mean() / (1 - sample.is_noise.mean())), abs=0.02
    )


def test_penalty_is_of_one_signal() -> None:
    """Of two copies of a signal the one with the higher penalty counts less."""
    signal = _uniform(13)
    sample = _sample(_draw(3.0 * signal), signal, signal)
    cheap, dear = _names(sample)
    points = _points(fit_pass(sample, [cheap, dear], [LOW, HIGH]), sample)
    assert np.abs(points[cheap]).mean() > 10 * np.abs(points[dear]).mean()


@pytest.mark.parametrize("value", [0.0, 1.0, 0.1, -7.3])
def test_constant_signal_counts_nothing(value: float) -> None:
    """A signal that never changes has no slope, no bend and no points."""
    signal = _uniform(14)
    sample = _sample(_draw(2.0 * signal), signal, np.full(ROWS, value))
    weight = _fit(sample).signals[_names(sample)[1]]
    assert (weight.slope, weight.page_slope, weight.offset, weight.bends) == (0.0, 0.0, 0.0, ())


def test_signal_with_few_values_is_not_bent() -> None:
    """A mark that is there or not has a slope alone; a measure has bends between its ends."""
    mark, measure = (_uniform(15) > 0.0).astype(np.float64), _uniform(16)
    sample = _sample(_draw(mark + measure), mark, measure)
    first, second = _fit(sample).signals.values()
    assert first.bends == ()
    assert len(second.bends) > 1
    assert all(-1.0 < value < 1.0 for value, _ in second.bends)
    assert [value for value, _ in second.bends] == sorted({value for value, _ in second.bends})


def test_values_beyond_the_sample_count_as_its_ends() -> None:
    """A value that the sample does not hold gets no more points than the nearest that it holds."""
    signal = _uniform(17)
    weights = _fit(_sample(_draw(3.0 * signal), signal))
    beyond = _sample(np.zeros(4, dtype=bool), np.array([-50.0, -1.0, 1.0, 50.0]))
    found = _odds(weights, beyond)
    assert found[0] == found[1] < found[2] == found[3]


# --- any sample ------------------------------------------------------------------------------------------


def test_same_sample_gives_the_same_weights() -> None:
    """The fit follows from the sample alone, and leaves it as it was."""
    signal, other = _uniform(18), _uniform(19)
    sample = _sample(_draw(signal - other), signal, other, page=(other > 0.0).astype(np.float64))
    before = sample.signals.copy()
    assert _fit(sample) == _fit(sample)
    assert np.array_equal(sample.signals, before)


@pytest.mark.parametrize("noise", [False, True])
@pytest.mark.parametrize("rows", [1, 2, 30])
def test_sample_of_one_sort_is_fitted(noise: bool, rows: int) -> None:
    """A small sample without noise, or of noise alone, gives finite points of the right sign."""
    sample = _sample(np.full(rows, noise), _uniform(20)[:rows], np.zeros(rows))
    found = _odds(_fit(sample), sample)
    assert np.isfinite(found).all()
    assert ((found > 0.0) == noise).all()


def test_order_of_rows_makes_no_difference() -> None:
    """Lines in another order give the same weights, but for the last digits."""
    signal, other = _uniform(21), _uniform(22)
    is_noise = _draw(2.0 * signal)
    first = _sample(is_noise, signal, other)
    second = _sample(is_noise[::-1], signal[::-1], other[::-1])
    assert _odds(_fit(first), first) == pytest.approx(_odds(_fit(second), first), abs=0.01)
