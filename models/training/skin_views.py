"""Aligned skins as the face code and the skin head look at them: smaller, channels first, the silhouette as a field."""

import numpy as np
from scipy.ndimage import gaussian_filter

from align import FaceMesh
from outline import outline_field

COLOURS = 4  # D rgb, H


def shrink(skins: np.ndarray, side: int) -> np.ndarray:
    """[b, T, T, c] u8 -> [b, c, side, side] float32, 0..1; T is a multiple of the side."""
    step = skins.shape[1] // side
    blocks = skins.reshape(len(skins), side, step, side, step, -1)
    return blocks.mean((2, 4), dtype=np.float32).transpose(0, 3, 1, 2) / 255


def halve(pictures: np.ndarray, side: int) -> np.ndarray:
    """[..., s, s] -> [..., side, side] by area means."""
    step = pictures.shape[-1] // side
    return pictures.reshape(*pictures.shape[:-2], side, step, side, step).mean((-3, -1))


def outlines(skins: np.ndarray, side: int) -> np.ndarray:
    """[b, T, T, 5] u8 -> silhouette fields [b, side, side], measured at twice the side."""
    fine = shrink(skins[..., COLOURS:], min(2 * side, skins.shape[1]))[:, 0]
    return halve(np.stack([outline_field(one) for one in fine]), side)


def texel_weight(mesh: FaceMesh, coverage: np.ndarray) -> np.ndarray:
    """[T, T], mean 1: how much a texel of D and H counts: skin over background, face over neck, eyes and mouth most."""
    t = len(coverage)
    weight = np.clip(gaussian_filter(coverage, 3) * 1.2, 0.03, 1)
    y, x = (np.mgrid[0:t, 0:t] + 0.5) / t
    face = mesh.uv[: mesh.face]
    weight = weight * (
        1 + 0.7 * ((x > face[:, 0].min()) & (x < face[:, 0].max()) & (y > face[:, 1].min()) & (y < face[:, 1].max()))
    )
    lids, mouth = mesh.topology['lids'], mesh.topology['mouth']
    for ids, radius in ((lids['left']['upper'], 0.07), (lids['right']['upper'], 0.07), (mouth['upper'], 0.09)):
        centre = mesh.uv[ids].mean(0)
        weight = weight + 1.5 * np.exp(-((x - centre[0]) ** 2 + (y - centre[1]) ** 2) / radius**2)
    return (weight / weight.mean()).astype(np.float32)
