"""Straight maps for features: what can be read of a nuisance is taken out; how far each number can be relied on."""

import numpy as np


def centred(values: np.ndarray, person: np.ndarray) -> np.ndarray:
    """Differences from each person's own mean; [n, d]."""
    _, rows = np.unique(person, return_inverse=True)
    sums = np.zeros((rows.max() + 1, values.shape[1]))
    np.add.at(sums, rows, values)
    return values - (sums / np.bincount(rows)[:, None])[rows]


def power(matrix: np.ndarray, exponent: float, floor: float = 1e-4) -> np.ndarray:
    """Of a symmetric positive matrix; small eigenvalues are lifted to `floor` of the largest."""
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.maximum(values, floor * values[-1]) ** exponent) @ vectors.T


def directions(features: np.ndarray, nuisance: np.ndarray, person: np.ndarray, whiten: np.ndarray) -> np.ndarray:
    """[r, d]: whitened directions along which the nuisance moves features of one and the same person, those left out
    that chance alone would show. Only differences within a person count, so identity can't be mistaken for nuisance."""
    x, z = centred(features, person) @ whiten, centred(nuisance, person)
    free = len(x) - len(np.unique(person))
    z = z[:, z.std(0) > 1e-9]
    z = z @ power(z.T @ z / free, -0.5)
    across, strength, _ = np.linalg.svd(x.T @ z / free, full_matrices=False)
    own = np.einsum('dr,de,er->r', across, x.T @ x / free, across)  # variance of x along each direction
    chance = own * (np.sqrt(x.shape[1] / free) + np.sqrt(z.shape[1] / free)) ** 2
    return across[:, strength**2 > chance].T


def erasure(features: np.ndarray, groups: list[tuple[np.ndarray, np.ndarray, np.ndarray]]) -> np.ndarray:
    """[d, d]: the projection that takes out the nuisance directions of all groups (features, nuisance, person) and
    moves features as little as possible (LEACE, Belrose et al. 2023). `features` give the metric."""
    covariance = np.cov(features.T)
    whiten, unwhiten = power(covariance, -0.5), power(covariance, 0.5)
    found = np.concatenate([directions(*group, whiten) for group in groups])
    if not len(found):
        return np.eye(features.shape[1])
    basis, strength, _ = np.linalg.svd(found.T, full_matrices=False)
    basis = basis[:, strength > 0.3]  # two groups find much the same directions
    return np.eye(features.shape[1]) - unwhiten @ basis @ basis.T @ whiten


def reliabilities(guess: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """[d] slopes 0..1 of truth on guess: how far each number should be trusted."""
    slope = (guess * truth).mean(0) / np.maximum((guess**2).mean(0), 1e-9)
    return slope.clip(0, 1)
