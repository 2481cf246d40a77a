"""The face decoder: code [B, 128] -> skin [B, 5, T, T] (D rgb, H, alpha; encoded 0..1), rest [B, n, 3], deltas [B, E,
n, 3].

Everything is linear in the code, because the code is made of appearance (face_code.py). What makes it small is that few
numbers are needed where little varies: colour is broad (low resolution, many components), detail is light only (high
resolution, fewer components), the mean has full size. The silhouette is a smooth field, cut to coverage at the end
(outline.py).
"""

from dataclasses import dataclass

import torch
import torch.nn as nn
import torch.nn.functional as F

from face_config import FaceConfig
from outline import SLOPE

SKIN_CHANNELS = 5
COLOUR_CHANNELS = 4  # D rgb, H


@dataclass
class SkinSizes:
    """Sides in px, ranks in numbers read from the code; saved in every checkpoint."""

    code_length: int
    texture_size: int
    broad: tuple[int, int]  # side, rank of D rgb and H
    detail: tuple[int, int]  # side, rank of light (D alike in all channels) and H
    outline: tuple[int, int]  # side, rank of the silhouette field

    @staticmethod
    def of(config: FaceConfig) -> 'SkinSizes':
        return SkinSizes(config.code_length, config.texture_size, config.broad, config.detail, config.outline)


def enlarge(pictures, side: int):
    """[B, c, s, s] -> [B, c, side, side]"""
    return F.interpolate(pictures, size=(side, side), mode='bilinear', align_corners=False)


class Level(nn.Module):
    """code [B, 128] -> pictures [B, planes, side, side]: a few numbers read from the code, each with a picture."""

    def __init__(self, code_length: int, planes: int, side: int, rank: int):
        super().__init__()
        self.planes, self.side = planes, side
        self.read = nn.Linear(code_length, rank, bias=False)
        self.register_buffer('basis', torch.zeros(rank, planes * side * side))

    def forward(self, code):
        return (self.read(code) @ self.basis).view(-1, self.planes, self.side, self.side)


class SkinDecoder(nn.Module):
    def __init__(self, sizes: SkinSizes):
        super().__init__()
        self.sizes = sizes
        self.broad = Level(sizes.code_length, COLOUR_CHANNELS, *sizes.broad)
        self.detail = Level(sizes.code_length, 2, *sizes.detail)
        self.outline = Level(sizes.code_length, 1, *sizes.outline)
        # The mean of all faces: the middle of each channel's range, and every texel's distance from it.
        self.register_buffer('mean_level', torch.zeros(1, COLOUR_CHANNELS, 1, 1))
        self.register_buffer('mean', torch.zeros(COLOUR_CHANNELS, sizes.texture_size**2))
        self.register_buffer('mean_outline', torch.zeros(1, 1, sizes.outline[0], sizes.outline[0]))

    def forward(self, code):  # [B, 128] -> [B, 5, T, T], alpha clamped, the rest not
        side = self.sizes.texture_size
        detail = self.detail(code)
        light, highlight = detail[:, :1], detail[:, 1:]
        colour = enlarge(self.broad(code), self.sizes.detail[0]) + torch.cat([light, light, light, highlight], 1)
        field = enlarge(self.mean_outline + self.outline(code), side)
        mean = self.mean_level + self.mean.view(1, COLOUR_CHANNELS, side, side)
        return torch.cat([mean + enlarge(colour, side), (0.5 + SLOPE * field).clamp(0, 1)], 1)


class GeometryDecoder(nn.Module):
    def __init__(self, rest_mean, rest_read, rest_basis, delta_mean, delta_read, delta_basis):
        """rest_mean [3n], rest_read [128, kr], rest_basis [kr, 3n], delta_mean [3nE], delta_read [128, kd], delta_basis
        [kd, 3nE]"""
        super().__init__()
        for name, value in dict(
            rest_mean=rest_mean,
            rest_read=rest_read,
            rest_basis=rest_basis,
            delta_mean=delta_mean,
            delta_read=delta_read,
            delta_basis=delta_basis,
        ).items():
            self.register_buffer(name, torch.as_tensor(value, dtype=torch.float32).contiguous())

    def forward(self, code):  # -> [B, 3n], [B, 3nE]
        rest = self.rest_mean + code @ self.rest_read @ self.rest_basis
        return rest, self.delta_mean + code @ self.delta_read @ self.delta_basis


class FaceDecoder(nn.Module):
    """What is exported: both halves, shaped for the page."""

    def __init__(self, skin: SkinDecoder, geometry: GeometryDecoder, expressions: int):
        super().__init__()
        self.skin, self.geometry, self.expressions = skin, geometry, expressions

    def forward(self, code):  # [1, 128] -> [1, 5, T, T], [1, n, 3], [1, E, n, 3]
        rest, deltas = self.geometry(code)
        points = rest.shape[1] // 3
        return self.skin(code).clamp(0, 1), rest.view(-1, points, 3), deltas.view(-1, self.expressions, points, 3)
