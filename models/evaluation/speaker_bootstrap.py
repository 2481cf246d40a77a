"""Confidence intervals by drawing speakers, not pieces: everything said by one voice stands or falls together."""

from collections.abc import Callable

import numpy as np

from metrics import cosine_matrix, equal_error_rate

RESAMPLES = 500
CONFIDENCE = 0.95


def interval(
    speakers: int, measure: Callable[[np.ndarray], float], resamples: int = RESAMPLES, seed: int = 1
) -> tuple[float, float]:
    """95 % interval (percentiles) of `measure(rows)`, rows drawn from 0..speakers with replacement. Draws for which
    the measure has no value (nan) are left out; without any, both ends are nan."""
    random = np.random.default_rng(seed)
    values = np.array([measure(random.integers(speakers, size=speakers)) for _ in range(resamples)])
    values = values[~np.isnan(values)]
    if not len(values):
        return float('nan'), float('nan')
    tail = (1 - CONFIDENCE) / 2
    return float(np.quantile(values, tail)), float(np.quantile(values, 1 - tail))


def mean_of(values: np.ndarray) -> Callable[[np.ndarray], float]:
    """Mean over the drawn speakers that have a value (nan: none)."""

    def measure(rows: np.ndarray) -> float:
        drawn = values[rows]
        drawn = drawn[~np.isnan(drawn)]
        return float(drawn.mean()) if len(drawn) else float('nan')

    return measure


def equal_error_of(first: np.ndarray, second: np.ndarray) -> Callable[[np.ndarray], float]:
    """Equal error rate among the drawn speakers. A speaker drawn twice is no impostor of itself."""
    similarity = cosine_matrix(first, second)

    def measure(rows: np.ndarray) -> float:
        table, other = similarity[np.ix_(rows, rows)], rows[:, None] != rows[None]
        if not other.any():
            return float('nan')
        return equal_error_rate(similarity[rows, rows], table[other])

    return measure


def found_within(queries: np.ndarray, gallery: np.ndarray, depth: int) -> np.ndarray:
    """1 for rows whose own row of `gallery` is among the `depth` nearest of all rows, else 0."""
    similarity = cosine_matrix(queries, gallery)
    return ((similarity > np.diag(similarity)[:, None]).sum(1) < depth).astype(float)
