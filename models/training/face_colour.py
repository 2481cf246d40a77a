"""Tone-free light and how it becomes colour. The same formula is in the plugin's shader and in models/runtime's
rasteriser.

A layer stores light that does not know its pigment: D (diffuse light per unit of pigment) and H (highlight and rim).
    colour = tonemap(0.74 * lift * (pigment * D + gloss * H)) ^ (1 / 2.2), then saturation x 1.06
D and H are linear; stored as (D / 3)^(1/2.2) and (H / 0.8)^(1/2.2), 0..1.
"""

import numpy as np

D_RANGE, H_RANGE, GAMMA = 3.0, 0.8, 2.2
EXPOSURE, SATURATION, SHOULDER = 0.74, 1.06, 0.52
LUMINANCE = np.array([0.3, 0.6, 0.1], np.float32)  # of D, where a layer keeps one channel


def decode_diffuse(e):
    return D_RANGE * np.clip(e, 0, 1) ** GAMMA


def decode_highlight(e):
    return H_RANGE * np.clip(e, 0, 1) ** GAMMA


def encode_diffuse(x):
    return np.clip(x / D_RANGE, 0, 1) ** (1 / GAMMA)


def linear(hex_colour: str) -> np.ndarray:
    """'#rrggbb' (sRGB) -> linear RGB."""
    c = np.array([int(hex_colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def smoothstep(a, b, x):
    t = np.clip((x - a) / (b - a), 0, 1)
    return t * t * (3 - 2 * t)


def tonemap(x):
    """Linear light [..., 3] -> display colour 0..1: the brightest channel is rolled off, hue kept until it is very
    bright."""
    x = x * EXPOSURE
    peak = np.maximum(x.max(-1, keepdims=True), 1e-4)
    rolled = np.where(
        peak < SHOULDER, peak, SHOULDER + (1 - SHOULDER) * (1 - np.exp(-(peak - SHOULDER) / (1 - SHOULDER)))
    )
    white = smoothstep(0.8, 2.4, peak) * 0.6
    c = np.clip(x * (rolled / peak) * (1 - white) + rolled * white, 0, 1) ** (1 / GAMMA)
    grey = (c * [0.3, 0.59, 0.11]).sum(-1, keepdims=True)
    return np.clip(grey + (c - grey) * SATURATION, 0, 1)


def compose(diffuse, highlight, pigment, lift=1.0, gloss=1.0):
    """Linear D [..., 3], H [..., 1 or 3] and a linear pigment -> display colour [..., 3]."""
    return tonemap((np.asarray(pigment) * diffuse + gloss * highlight) * lift)
