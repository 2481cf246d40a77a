"""Pictures of glasses for the style, drawn from a few numbers each: one picture over both eyes.

Unit: the distance between the middles of the eyes. The middle between the eyes is 0, 0; x to the right, y down. The
puppet places the picture by the middles of its eyes, so glasses turn with the head and don't blink.
"""

from dataclasses import dataclass

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter

# Left, top, right, bottom of the picture.
BOX = (-1.12, -0.5, 1.12, 0.62)
PIXELS_PER_UNIT = 200
SUPERSAMPLE = 4
# The side of the average head at the eyes, where the temples of the frame go out of sight.
HEAD_SIDE = 1.06
SHADOW = dict(down=0.045, blur=0.022, opacity=0.26)


@dataclass
class Glasses:
    width: float  # half width of a lens
    height: float  # half height of a lens
    exponent: float  # of the lens's superellipse: 2 round, higher squarer
    rim: float  # half width of the rim's line
    colour: tuple
    drop: float = 0.045  # middle of a lens below the middle of the eye
    brow: float = 0.0  # extra half width of the rim's upper part
    lower_colour: tuple | None = None  # of the rim's lower part, where it differs
    lift: float = 0.0  # how far the outer upper corner is drawn up
    apart: float = 0.515  # middle of a lens from the middle of the face


GLASSES = {
    'round': Glasses(0.385, 0.365, 2.1, 0.024, (66, 42, 28)),
    'square': Glasses(0.405, 0.315, 4.2, 0.03, (24, 25, 29)),
    'metal': Glasses(0.395, 0.315, 2.9, 0.0125, (176, 138, 84)),
    'browline': Glasses(0.4, 0.32, 3.2, 0.012, (44, 30, 24), brow=0.026, lower_colour=(170, 140, 96)),
    'cat': Glasses(0.4, 0.3, 2.7, 0.026, (112, 34, 52), lift=0.055),
    'clear': Glasses(0.4, 0.335, 3.0, 0.03, (196, 190, 184)),
}


def grid() -> tuple[np.ndarray, np.ndarray]:
    """x and y [h, w] of every sample."""
    left, top, right, bottom = BOX
    scale = PIXELS_PER_UNIT * SUPERSAMPLE
    width, height = round((right - left) * PIXELS_PER_UNIT), round((bottom - top) * PIXELS_PER_UNIT)
    y, x = np.mgrid[0 : height * SUPERSAMPLE, 0 : width * SUPERSAMPLE]
    return left + (x + 0.5) / scale, top + (y + 0.5) / scale


def lens_distance(g: Glasses, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """About the signed distance to the outline of the lens on either side, below 0 inside [h, w]."""
    u, v = (np.abs(x) - g.apart) / g.width, (y - g.drop) / g.height
    v = v + g.lift / g.height * np.clip(u, -1, 1.4) * np.clip(0.35 - v, 0, 1)
    radius = (np.abs(u) ** g.exponent + np.abs(v) ** g.exponent) ** (1 / g.exponent)
    away = radius - 1
    gradient = np.hypot(*np.gradient(away)) * PIXELS_PER_UNIT * SUPERSAMPLE
    return away / np.maximum(gradient, 1e-3)


def cover(distance: np.ndarray, half_width) -> np.ndarray:
    """A line along distance 0, with a soft edge of one pixel."""
    pixel = 1 / PIXELS_PER_UNIT
    return np.clip((half_width - np.abs(distance)) / pixel + 0.5, 0, 1)


def draw_glasses(g: Glasses) -> np.ndarray:
    """-> straight RGBA [h, w, 4] 0..255"""
    x, y = grid()
    distance = lens_distance(g, x, y)
    upper = np.clip((g.drop + 0.02 - y) / 0.06, 0, 1)
    rim = cover(distance, g.rim + g.brow * upper)
    bridge_y = g.drop - 0.11 - 0.07 * np.cos(np.clip(x / max(g.apart - g.width, 0.05), -1, 1) * np.pi / 2)
    bridge = cover(y - bridge_y, max(g.rim, 0.014)) * (np.abs(x) < g.apart) * (distance > -0.7 * g.rim)
    temple_y = g.drop - 0.1 - g.lift * 1.1 + 0.02 * (np.abs(x) - g.apart - g.width)
    temple = cover(y - temple_y, max(g.rim * 1.05, 0.016))
    temple = temple * np.clip((np.abs(x) - g.apart - g.width * 0.93) * 60, 0, 1) * (np.abs(x) < HEAD_SIDE) * (distance > -0.7 * g.rim)
    frame = np.maximum.reduce([rim, bridge, temple])
    colour = np.array(g.colour, float)[None, None] * np.ones((*x.shape, 1))
    if g.lower_colour:
        colour = colour * upper[..., None] + np.array(g.lower_colour, float) * (1 - upper[..., None])
    facing_up = np.clip((g.drop - y) / 0.22, 0, 1)
    lit = 1 + 0.35 * np.clip(-distance / max(g.rim, 0.012), -1, 1) * facing_up + 0.12 * (0.3 - y)
    colour = np.clip(colour * lit[..., None] + 12 * facing_up[..., None], 0, 255)

    inside = np.clip(-distance * PIXELS_PER_UNIT + 0.5, 0, 1)
    # Light from the upper left lies on each lens as a slanted band.
    across = (x - np.sign(x) * g.apart) / g.width + 0.8 * (y - g.drop) / g.height
    glare = np.exp(-(((across + 0.75) / 0.2) ** 2)) * 0.2 + np.exp(-(((across + 0.3) / 0.07) ** 2)) * 0.1
    glass = inside * (0.03 + glare)

    sigma = SHADOW['blur'] * PIXELS_PER_UNIT * SUPERSAMPLE
    shadow = np.roll(gaussian_filter(frame, sigma), round(SHADOW['down'] * PIXELS_PER_UNIT * SUPERSAMPLE), axis=0)
    layers = [(np.array([46.0, 22, 16]), shadow * SHADOW['opacity']), (np.array([255.0, 255, 255]), glass)]
    layers.append((colour, frame))
    rgb, alpha = np.zeros((*x.shape, 3)), np.zeros(x.shape)
    for tint, opacity in layers:  # premultiplied, bottom to top
        rgb = rgb * (1 - opacity[..., None]) + tint * opacity[..., None]
        alpha = alpha * (1 - opacity) + opacity
    step = SUPERSAMPLE
    shrink = lambda a: a.reshape(a.shape[0] // step, step, a.shape[1] // step, step, -1).mean((1, 3))
    rgb, alpha = shrink(rgb), shrink(alpha[..., None])
    return np.dstack([np.clip(rgb / np.maximum(alpha, 1e-3), 0, 255), 255 * alpha])


def save_glasses(folder, quality: int) -> dict:
    """Writes glasses-<name>.webp; -> the index's entries {name: {file, box}}."""
    entries = {}
    for name, glasses in GLASSES.items():
        file = f'glasses-{name}.webp'
        picture = Image.fromarray(draw_glasses(glasses).round().astype(np.uint8), 'RGBA')
        picture.save(folder / file, quality=quality, method=6)
        entries[name] = dict(file=file, box=list(BOX))
    return entries
