"""The face decoder: code [B, 128] -> skin [B, 5, T, T] (D rgb, H, alpha; encoded 0..1), rest [B, n, 3], deltas [B, E,
n, 3].

Skin = mean at full size + PCA at low size (coefficients: linear + MLP) + a small conv net modulated by the code
(FiLM) that adds what the basis can't: the layout is aligned, so each block may own a learned map of "what is usually
here". Geometry = PCA of the rest face and of the expression offsets, coefficients: linear + MLP.
"""

from dataclasses import dataclass

import torch
import torch.nn as nn
import torch.nn.functional as F

from face_config import FaceConfig

SKIN_CHANNELS = 5


@dataclass
class FaceSizes:
    """Sizes of the networks; saved in every checkpoint."""

    code_length: int = 128
    texture_size: int = 384
    low_size: int = 96
    texture_basis: int = 48
    width: int = 192
    channels: tuple = (80, 80, 56, 36, 24, 12)
    geometry_width: int = 160

    @staticmethod
    def of(config: FaceConfig) -> 'FaceSizes':
        return FaceSizes(
            config.code_length,
            config.texture_size,
            config.low_size,
            config.texture_basis,
            config.width,
            tuple(config.channels),
            config.geometry_width,
        )


class CodeScale(nn.Module):
    """Unit-variance code -> the weighted space in which distance means visible difference (face_code.py)."""

    def __init__(self, length: int):
        super().__init__()
        self.register_buffer('deviation', torch.ones(length))

    def forward(self, code):  # [B, 128] -> [B, 128]
        return code * self.deviation


class FilmBlock(nn.Module):
    """3x3 convolution + learned map, then scale and shift by the code."""

    def __init__(self, inputs: int, outputs: int, side: int, width: int, with_map: bool):
        super().__init__()
        self.convolution = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.film = nn.Linear(width, 2 * outputs)
        self.map = nn.Parameter(0.3 * torch.randn(1, outputs, side, side)) if with_map else None
        nn.init.normal_(self.film.weight, 0, 0.05)

    def forward(self, x, hidden):  # [B, inputs, s, s], [B, width] -> [B, outputs, s, s]
        scale, shift = self.film(hidden)[..., None, None].chunk(2, 1)
        x = self.convolution(x)
        if self.map is not None:
            x = x + self.map
        return F.silu(x * (1 + scale) + shift)


class SkinDecoder(nn.Module):
    def __init__(self, sizes: FaceSizes):
        super().__init__()
        self.sizes = sizes
        t, low, k, width, channels = (
            sizes.texture_size,
            sizes.low_size,
            sizes.texture_basis,
            sizes.width,
            sizes.channels,
        )
        blocks = len(channels)
        self.start_side = t >> blocks
        self.scale = CodeScale(sizes.code_length)
        self.mlp = nn.Sequential(nn.Linear(sizes.code_length, width), nn.SiLU(), nn.Linear(width, width), nn.SiLU())
        self.linear = nn.Linear(sizes.code_length, k)  # closed-form start: ridge from code to PCA coefficients
        self.correction = nn.Linear(width, k)
        self.register_buffer('mean', torch.zeros(1, SKIN_CHANNELS, t, t))
        self.register_buffer('basis', torch.zeros(k, SKIN_CHANNELS * low * low))
        self.start = nn.Linear(width, channels[0] * self.start_side**2)
        # The last block works at T/2, where a map per texel would weigh more than the rest of the network.
        self.blocks = nn.ModuleList(
            [
                FilmBlock(channels[max(0, i - 1)], channels[i], self.start_side << i, width, with_map=i < blocks - 1)
                for i in range(blocks)
            ]
        )
        self.out = nn.Conv2d(channels[-1], 4 * SKIN_CHANNELS, 3, padding=1)
        for layer in (self.correction, self.out):  # training starts from the closed form
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, code):  # [B, 128] -> [B, 5, T, T], not clamped
        s = self.sizes
        code = self.scale(code)
        hidden = self.mlp(code)  # [B, width]
        coefficients = self.linear(code) + self.correction(hidden)  # [B, k]
        low = (coefficients @ self.basis).view(-1, SKIN_CHANNELS, s.low_size, s.low_size)
        broad = self.mean + F.interpolate(
            low, scale_factor=s.texture_size / s.low_size, mode='bilinear', align_corners=False
        )
        x = self.start(hidden).view(-1, s.channels[0], self.start_side, self.start_side)
        for i, block in enumerate(self.blocks):
            x = block(F.interpolate(x, scale_factor=2.0, mode='nearest') if i else x, hidden)
        return broad + F.pixel_shuffle(self.out(x), 2)


class GeometryDecoder(nn.Module):
    def __init__(self, code_length: int, width: int, rest_mean, rest_basis, delta_mean, delta_basis):
        """rest_mean [3n], rest_basis [kr, 3n], delta_mean [3nE], delta_basis [kd, 3nE]"""
        super().__init__()
        for name, value in dict(
            rest_mean=rest_mean, rest_basis=rest_basis, delta_mean=delta_mean, delta_basis=delta_basis
        ).items():
            self.register_buffer(name, torch.as_tensor(value, dtype=torch.float32).contiguous())
        self.rest_count = len(rest_basis)
        count = self.rest_count + len(delta_basis)
        self.scale = CodeScale(code_length)
        self.mlp = nn.Sequential(nn.Linear(code_length, width), nn.SiLU(), nn.Linear(width, count))
        self.linear = nn.Linear(code_length, count)
        nn.init.zeros_(self.mlp[2].weight)
        nn.init.zeros_(self.mlp[2].bias)

    def coefficients(self, code):  # [B, 128] -> [B, kr + kd]
        code = self.scale(code)
        return self.mlp(code) + self.linear(code)

    def forward(self, code):  # -> [B, 3n], [B, 3nE]
        k = self.coefficients(code)
        return self.rest_mean + k[:, : self.rest_count] @ self.rest_basis, self.delta_mean + k[
            :, self.rest_count :
        ] @ self.delta_basis


class FaceDecoder(nn.Module):
    """What is exported: both halves, shaped for the page."""

    def __init__(self, skin: SkinDecoder, geometry: GeometryDecoder, expressions: int):
        super().__init__()
        self.skin, self.geometry, self.expressions = skin, geometry, expressions

    def forward(self, code):  # [1, 128] -> [1, 5, T, T], [1, n, 3], [1, E, n, 3]
        rest, deltas = self.geometry(code)
        points = rest.shape[1] // 3
        return self.skin(code).clamp(0, 1), rest.view(-1, points, 3), deltas.view(-1, self.expressions, points, 3)
