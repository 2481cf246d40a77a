"""Geometry of people: faces at rest, expression offsets, and how far a decoded mesh is off."""

import numpy as np

from align import FaceMesh
from prepare.population import Population


def rest_shapes(population: Population, mesh: FaceMesh, rows: np.ndarray | None = None) -> np.ndarray:
    """-> [n, nk + nr, 3] float32 with the lips exactly shut; of everybody unless rows are given."""
    rest = np.array(population.geometry[:, 0] if rows is None else population.geometry[rows, 0], np.float64)
    for face in rest:
        mesh.shut_lips(face)
    return rest.astype(np.float32)


def expression_offsets(population: Population, rows: np.ndarray) -> np.ndarray:
    """-> [n, 16, nk + nr, 3]"""
    poses = population.geometry[rows]
    return poses[:, 1:] - poses[:, :1]


def rest_and_deltas(
    population: Population, mesh: FaceMesh, rows: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """-> rest [n, nk + nr, 3] with the lips exactly shut, deltas [n, 16, nk + nr, 3]; 0.4 MB a person."""
    rows = np.arange(len(population)) if rows is None else rows
    return rest_shapes(population, mesh, rows), expression_offsets(population, rows)


def eye_distance(rest: np.ndarray, mesh: FaceMesh) -> np.ndarray:
    """[n]: distance between the eyeballs' centres, frame units."""
    left, right = (mesh.topology['raw_counts'][k] for k in ('eyeL', 'eyeR'))
    start = mesh.known
    return np.linalg.norm(
        rest[:, start : start + left, :2].mean(1) - rest[:, start + left : start + left + right, :2].mean(1), axis=1
    )


def mesh_errors(rest, deltas, true_rest, true_deltas, distance, known) -> dict:
    """Mean vertex errors in % of the eye distance; rest [n, points, 3], deltas [n, 16, points, 3]."""
    rest_error = np.linalg.norm(rest[:, :known, :2] - true_rest[:, :known, :2], axis=2) / distance[:, None]
    delta_error = (
        np.linalg.norm(deltas[:, :, :known, :2] - true_deltas[:, :, :known, :2], axis=3) / distance[:, None, None]
    )
    return dict(
        rest=100 * float(rest_error.mean()),
        deltas=100 * float(delta_error.mean()),
        deltas_p99=100 * float(np.percentile(delta_error, 99)),
    )
