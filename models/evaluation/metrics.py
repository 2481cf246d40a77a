"""Figures of merit as pure functions of arrays. They know nothing of files or models."""

import numpy as np


def unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def cosine_matrix(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """[n, m] cosines between rows of [n, d] and [m, d]."""
    return unit(first) @ unit(second).T


def equal_error_rate(same: np.ndarray, different: np.ndarray) -> float:
    """Where as many pairs of one voice fall below a similarity threshold as pairs of two voices lie above it."""
    scores = np.concatenate([same, different])
    is_same = np.concatenate([np.ones(len(same)), np.zeros(len(different))])
    is_same = is_same[np.argsort(scores, kind='stable')]
    missed = np.cumsum(is_same) / len(same)
    accepted = 1 - np.cumsum(1 - is_same) / len(different)
    nearest = np.argmin(np.abs(missed - accepted))
    return float((missed[nearest] + accepted[nearest]) / 2)


def verification(first: np.ndarray, second: np.ndarray) -> float:
    """Equal error rate of row i of `first` against row i (same voice) and all other rows of `second`."""
    similarity = cosine_matrix(first, second)
    own = np.eye(len(similarity), dtype=bool)
    return equal_error_rate(similarity[own], similarity[~own])


def retrieval(queries: np.ndarray, gallery: np.ndarray, depth: int) -> float:
    """Share of rows whose own row of `gallery` is among the `depth` nearest."""
    similarity = cosine_matrix(queries, gallery)
    better = (similarity > np.diag(similarity)[:, None]).sum(1)
    return float((better < depth).mean())


def area_under_curve(scores: np.ndarray, positive: np.ndarray) -> float:
    """Chance that a positive scores above a negative; ties count half."""
    up, down = scores[positive], scores[~positive]
    if not len(up) or not len(down):
        return float('nan')
    above = (up[:, None] > down[None]).mean() + 0.5 * (up[:, None] == down[None]).mean()
    return float(above)


def rank_correlation(first: np.ndarray, second: np.ndarray) -> float:
    """Spearman's; `nan` where one of them does not vary."""
    ranks = [np.argsort(np.argsort(values)).astype(float) for values in (first, second)]
    return float(np.corrcoef(*ranks)[0, 1])


def spread_ratio(codes: np.ndarray, traits: np.ndarray, population_spread: np.ndarray) -> np.ndarray:
    """Per dimension: deviation of `codes` around their linear fit on `traits` [n, k], over `population_spread`."""
    fit, *_ = np.linalg.lstsq(traits, codes, rcond=None)
    return (codes - traits @ fit).std(0) / population_spread
