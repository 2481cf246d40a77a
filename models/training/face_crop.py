"""The aligned face crop: what the recogniser sees, whether the face comes from a render or from a video.

Five points, in this order: the eye on the picture's left, the other eye, the tip of the nose, the corner of the mouth on
the picture's left, the other corner. They are laid onto TEMPLATE by the similarity (turn, scale, shift) that fits best,
so proportions are kept. The crop reaches from the forehead to just below the chin; most hair is outside.
"""

import numpy as np
from PIL import Image

CROP_SIZE = 128  # px
# x, y in shares of the crop's side.
TEMPLATE = np.array([[0.33, 0.38], [0.67, 0.38], [0.50, 0.575], [0.365, 0.735], [0.635, 0.735]])


def similarity(points: np.ndarray, onto: np.ndarray) -> np.ndarray:
    """The 2 x 3 matrix of the turn, scale and shift that brings points [n, 2] nearest to `onto` [n, 2]."""
    source, target = points @ (1, 1j), onto @ (1, 1j)
    middle = source.mean()
    around = source - middle
    turn = np.vdot(around, target - target.mean()) / np.vdot(around, around)
    shift = target.mean() - turn * middle
    return np.array([[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag]])


def aligned_crop(picture: np.ndarray, points: np.ndarray, size: int = CROP_SIZE) -> np.ndarray:
    """picture uint8 [h, w, 3] RGB, points [5, 2] in its pixels -> uint8 [size, size, 3].

    Beyond the picture's edge its last pixels are repeated. Large faces are averaged down first, so nothing aliases.
    """
    points = np.asarray(points, float)
    into = similarity(points, TEMPLATE * size)
    shrink = max(1, int(1 / np.hypot(into[0, 0], into[1, 0])))
    image = Image.fromarray(picture).reduce(shrink) if shrink > 1 else Image.fromarray(picture)
    # Picture coordinates have pixel centres at .5, as PIL's have.
    back = similarity(TEMPLATE * size, points / shrink)
    corners = np.array([[0, 0, 1], [size, 0, 1], [0, size, 1], [size, size, 1]]) @ back.T
    margin = int(np.ceil(max(0, -corners.min(), *(corners.max(0) - image.size)))) + 1
    padded = np.pad(np.asarray(image), ((margin, margin), (margin, margin), (0, 0)), 'edge')
    back[:, 2] += margin
    crop = Image.fromarray(padded).transform((size, size), Image.Transform.AFFINE, back.ravel(), Image.Resampling.BICUBIC)
    return np.asarray(crop)
