"""Faces on the way from one code to another: are they faces all the way? Measured on pairs of unseen people.

Sharpness: how much the skin varies from texel to texel inside the silhouette, against the mean of the two ends; far
below 1 would be a blur, two faces laid over one another. Edge: share of texels that are half transparent, likewise;
far above 1 would be a double silhouette. Folds: triangles of the face that are turned over where those of neither end
are.
"""

import numpy as np

from face_portrait import STYLES, Wardrobe, draw_portrait

PAIRS = 12
STEPS = (0.25, 0.5, 0.75)
SHEET_STEPS = np.linspace(0, 1, 8)
SHEET_PAIRS = ((5, 1), (2, 7), (4, 6), (10, 0))
SHEET_SIZE = 192


def mixed(first: np.ndarray, second: np.ndarray, share: float) -> np.ndarray:
    return first + share * (second - first)


def sharpness(skin: np.ndarray) -> float:
    """skin [T, T, 5] -> mean step of D from texel to texel where the face is."""
    inside = skin[1:, 1:, 4] > 0.95
    steps = np.abs(np.diff(skin[..., :3], axis=0)[:, 1:]) + np.abs(np.diff(skin[..., :3], axis=1)[1:])
    return float(steps[inside].mean())


def soft_edge(skin: np.ndarray) -> float:
    return float(((skin[..., 4] > 0.1) & (skin[..., 4] < 0.9)).mean())


def turned(mesh, points: np.ndarray) -> np.ndarray:
    """Which triangles of the face (all three vertices) show their back, compared with the mean face."""

    def area(p):
        a, b, c = (p[mesh.triangles[:, k], :2] for k in range(3))
        return (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])

    own = (mesh.triangles < mesh.face).all(1)
    return own & (area(points) * area(mesh.canonical) < 0)


def between_figures(mesh, decoder, codes: np.ndarray) -> dict:
    """codes [n, 128] of unseen people; neighbours in the list are paired."""
    sharp, edge, folds = [], [], []
    for first, second in zip(codes[:PAIRS], codes[1 : PAIRS + 1]):
        ends = [decoder(code) for code in (first, second)]
        plain = [np.mean([measure(skin) for skin, _, _ in ends]) for measure in (sharpness, soft_edge)]
        already = turned(mesh, ends[0][1]) | turned(mesh, ends[1][1])
        for share in STEPS:
            skin, points, _ = decoder(mixed(first, second, share))
            sharp.append(sharpness(skin) / plain[0])
            edge.append(soft_edge(skin) / plain[1])
            folds.append((turned(mesh, points) & ~already).sum())
    return dict(
        sharpness=round(float(np.mean(sharp)), 3),
        lowestSharpness=round(float(np.min(sharp)), 3),
        edge=round(float(np.mean(edge)), 3),
        newFolds=int(np.sum(folds)),
    )


def between_sheet(mesh, wardrobe: Wardrobe, decoder, codes: np.ndarray) -> list[list[np.ndarray]]:
    """One row for each pair, in the style of the first."""
    rows = []
    for (a, b), style in zip(SHEET_PAIRS, STYLES):
        steps = [decoder(mixed(codes[a], codes[b], share)) for share in SHEET_STEPS]
        rows.append([draw_portrait(mesh, wardrobe, skin, points, style, SHEET_SIZE) for skin, points, _ in steps])
    return rows
