"""Linear probes that read the shape of a face from its code: how wide and long it is, how large the nose. Fitted by
probes.py on the synthetic population; the cartoon draws by them, without a face decoder.

Each is measured on the rest geometry, in frame units, and given in deviations of the population: 0 is average, 1 is
what one person in six exceeds.
"""

import numpy as np

from align import FaceMesh
from face_code import ridge

PENALTY = 20.0
# Where the wings of the nose lie on the mean head: share of the way from the eyes down to the mouth, and distance from
# the middle line in mouth widths.
NOSE_HEIGHT, NOSE_SIDE = 0.62, 0.32


def nearest(canonical: np.ndarray, point: tuple[float, float]) -> int:
    return int(np.linalg.norm(canonical - np.array(point), axis=1).argmin())


def marks(mesh: FaceMesh) -> dict[str, tuple[int, int]]:
    """Pairs of face vertices, chosen once on the mean head; they lie at the same places of every face."""
    face, topology = mesh.canonical[: mesh.face], mesh.topology
    rims = [topology['lids'][side] for side in ('left', 'right')]
    eyes = np.concatenate([face[[*rim['corners'], *rim['upper'], *rim['lower']]] for rim in rims]).mean(0)
    corners = face[topology['mouth']['corners']]
    middle, mouth_width = corners.mean(0), float(np.linalg.norm(corners[0] - corners[1]))
    cheek_height = (eyes[1] + middle[1]) / 2
    band = np.flatnonzero(np.abs(face[:, 1] - cheek_height) < 0.25 * (middle[1] - eyes[1]))
    wings_height = eyes[1] + NOSE_HEIGHT * (middle[1] - eyes[1])
    below = np.flatnonzero(np.abs(face[:, 0] - middle[0]) < 0.5 * mouth_width)
    return {
        'faceWidth': (int(band[face[band, 0].argmin()]), int(band[face[band, 0].argmax()])),
        'faceLength': (nearest(face, (middle[0], eyes[1])), int(below[face[below, 1].argmax()])),
        'noseWidth': tuple(
            nearest(face, (middle[0] + side * NOSE_SIDE * mouth_width, wings_height)) for side in (-1, 1)
        ),
    }


def measure_shapes(rest: np.ndarray, mesh: FaceMesh) -> dict[str, np.ndarray]:
    """rest [n, points, 3] -> distances [n] in the picture by name."""
    return {
        name: np.linalg.norm(rest[:, first, :2] - rest[:, second, :2], axis=1).astype(np.float64)
        for name, (first, second) in marks(mesh).items()
    }


def fit_shapes(code: np.ndarray, measured: dict[str, np.ndarray], train: np.ndarray) -> dict[str, tuple]:
    """name -> (weights [d], bias), in deviations of the training people; `train` [n] bool."""
    probes = {}
    for name, value in measured.items():
        deviation = (value - value[train].mean()) / max(value[train].std(), 1e-9)
        solution = ridge(code[train], deviation[train, None], PENALTY)[:, 0]
        probes[name] = (solution[:-1], float(solution[-1]))
    return probes


def judge_shapes(code: np.ndarray, measured: dict[str, np.ndarray], probes: dict[str, tuple]) -> dict[str, float]:
    """Correlation of reading and measurement."""
    return {
        name: round(float(np.corrcoef(code @ weights + bias, measured[name])[0, 1]), 4)
        for name, (weights, bias) in probes.items()
    }
