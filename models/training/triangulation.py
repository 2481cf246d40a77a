"""Triangles for a region between given outlines, by Delaunay with the outlines' edges kept, and the rule by which loose
vertices follow fixed ones.
"""

import numpy as np
import scipy.sparse as sp
from matplotlib.path import Path as Polygon
from scipy.spatial import Delaunay

FOLLOWED = 10  # silhouette vertices that a grid vertex listens to
SMOOTHINGS = 10


def signed_areas(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Twice halved cross product per triangle [nt]; negative = clockwise in a frame with y down, our orientation."""
    a, b, c = (points[triangles[:, i]] for i in range(3))
    return 0.5 * ((b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (c[:, 0] - a[:, 0]) * (b[:, 1] - a[:, 1]))


def oriented(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    flip = signed_areas(points, triangles) > 0
    triangles = triangles.copy()
    triangles[flip] = triangles[flip][:, [0, 2, 1]]
    return triangles


def edges_of(triangles: np.ndarray) -> set:
    return {frozenset((int(t[i]), int(t[(i + 1) % 3]))) for t in triangles for i in range(3)}


def loop_edges(loop) -> list[tuple[int, int]]:
    return [(loop[i], loop[(i + 1) % len(loop)]) for i in range(len(loop))]


def triangulate(points: np.ndarray, removable: np.ndarray, outline, holes) -> tuple[np.ndarray, np.ndarray]:
    """points [n, 2], removable [n] bool -> triangles inside `outline` and outside `holes` (loops of vertex ids), kept
    [n] bool.

    An edge is in the Delaunay triangulation if the circle over it is empty. Where a loop's edge is missing, the
    removable points in its
    circle are dropped and the triangulation is made again. Raises ValueError if no removable point is to blame.
    """
    kept = np.ones(len(points), bool)
    wanted = [e for loop in [outline, *holes] for e in loop_edges(loop)]
    while True:
        index = np.where(kept)[0]
        triangles = index[Delaunay(points[index]).simplices]
        present = edges_of(triangles)
        missing = [e for e in wanted if frozenset(e) not in present]
        if not missing:
            break
        guilty = np.zeros(len(points), bool)
        for a, b in missing:
            middle, radius = (points[a] + points[b]) / 2, np.linalg.norm(points[a] - points[b]) / 2
            guilty |= np.linalg.norm(points - middle, axis=1) <= radius * 1.0001
        guilty &= removable & kept
        if not guilty.any():
            raise ValueError(f'{len(missing)} outline edges cannot be kept: the outlines come too close to each other')
        kept &= ~guilty
    centres = points[triangles].mean(1)
    inside = Polygon(points[list(outline)]).contains_points(centres)
    for hole in holes:
        inside &= ~Polygon(points[list(hole)]).contains_points(centres)
    triangles = triangles[inside]
    triangles = triangles[np.abs(signed_areas(points, triangles)) > 1e-12]
    return oriented(points, triangles), kept


def hexagonal_points(step: float, clear_of: np.ndarray, distance: float) -> np.ndarray:
    """Points of a hexagonal lattice in the unit square, at least `distance` away from `clear_of` [m, 2]."""
    rows = int(1 / (step * 0.866))
    lattice = np.array(
        [
            (x, (r + 0.5) / rows)
            for r in range(rows)
            for x in np.arange(step * (0.5 if r % 2 else 1.0), 1 - step * 0.25, step)
        ]
    )
    far = np.min(np.linalg.norm(lattice[:, None] - clear_of[None], axis=2), axis=1) > distance
    return lattice[far]


def border_points(count_per_side: int) -> np.ndarray:
    t = np.arange(count_per_side) / count_per_side
    zero, one = np.zeros_like(t), np.ones_like(t)
    return np.vstack([np.c_[t, zero], np.c_[one, t], np.c_[1 - t, one], np.c_[zero, 1 - t]])


def follow_weights(points: np.ndarray, triangles: np.ndarray, known: int, silhouette: np.ndarray) -> np.ndarray:
    """[n - known, known]: a loose vertex follows its nearest silhouette vertices, as the renderer's hair does;
    smoothed over the mesh,
    or the field would jump where ear, neck and shoulder meet."""
    n = len(points)
    weights = np.zeros((n - known, known))
    for row in range(n - known):
        squared = ((points[silhouette] - points[known + row]) ** 2).sum(1)
        order = np.argsort(squared)[: FOLLOWED + 1]
        near, last = order[:FOLLOWED], squared[order[-1]] + 1e-12
        w = (1 - np.sqrt(squared[near] / last)) ** 2 / (squared[near] + 5e-5) + 1e-9
        weights[row, silhouette[near]] = w / w.sum()
    i = np.concatenate([triangles[:, k] for k in range(3)] * 2)
    j = np.concatenate([triangles[:, (k + 1) % 3] for k in range(3)] + [triangles[:, (k + 2) % 3] for k in range(3)])
    length = np.linalg.norm(points[i] - points[j], axis=1)
    adjacency = sp.coo_matrix((1 / np.maximum(length, 1e-6), (i, j)), shape=(n, n)).tocsr()
    average = sp.diags(1 / np.maximum(np.asarray(adjacency.sum(1)).ravel(), 1e-9)) @ adjacency
    for _ in range(SMOOTHINGS):
        weights = 0.4 * weights + 0.6 * (average[known:] @ np.vstack([np.eye(known), weights]))
    return weights / weights.sum(1, keepdims=True)


def fisheye(points: np.ndarray) -> np.ndarray:
    """Frame position -> texture position: the face is magnified, the border squeezed (monotone in x and y)."""
    turn = 2 * np.pi
    u = points[:, 0] + 0.45 / turn * np.sin(turn * (points[:, 0] - 0.5))
    v = points[:, 1] + 0.40 / turn * (np.sin(turn * (points[:, 1] - 0.56)) + np.sin(turn * 0.56))
    return np.c_[u, v]


def painters_order(triangles: np.ndarray, depth: np.ndarray) -> np.ndarray:
    return triangles[np.argsort(depth[triangles].mean(1), kind='stable')]
