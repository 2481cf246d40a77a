"""The original Speech2Face voice encoder (Oh et al., CVPR 2019, table 1): 6 s of speech -> 4096 face features.

Kept as the baseline for speed; its sizes are in config/speech2face.py. Nothing of ours is trained with it.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from audio import MelSizes, dft_kernels


@dataclass(frozen=True)
class Convolution:
    """One square convolution without padding. `pooled`: the maximum of every two times is taken afterwards."""

    channels: int
    stride: int
    pooled: bool


@dataclass(frozen=True)
class Speech2FaceSizes:
    """`window`, `hop`, `n_fft` and `samples` in samples at `sample_rate` Hz."""

    sample_rate: int
    samples: int
    window: int
    hop: int
    n_fft: int
    exponent: float
    kernel: int
    convolutions: tuple[Convolution, ...]
    features: tuple[int, ...]

    @property
    def frames(self) -> int:
        return 1 + (self.samples - self.window) // self.hop

    @property
    def bins(self) -> int:
        return self.n_fft // 2 + 1

    def slimmed(self, by: int) -> 'Speech2FaceSizes':
        """The same layers with `by` times fewer channels and features."""
        convolutions = tuple(replace(layer, channels=layer.channels // by) for layer in self.convolutions)
        return replace(self, convolutions=convolutions, features=tuple(count // by for count in self.features))

    def shapes(self) -> list[tuple[int, int, int]]:
        """Channels, times and frequencies that go into each convolution, and what comes out of the last."""
        channels, times, bins = 2, self.frames, self.bins
        shapes = [(channels, times, bins)]
        for layer in self.convolutions:
            channels = layer.channels
            times, bins = ((size - self.kernel) // layer.stride + 1 for size in (times, bins))
            if layer.pooled:
                times //= 2
            shapes.append((channels, times, bins))
        return shapes


class Spectrogram(nn.Module):
    """pcm [batch, samples] -> [batch, 2, frames, bins]: sgn(S) |S|^0.3 of the real and the imaginary part."""

    def __init__(self, sizes: Speech2FaceSizes):
        super().__init__()
        self.sizes = sizes
        kernels = dft_kernels(MelSizes(window=sizes.window, hop=sizes.hop, n_fft=sizes.n_fft))
        self.register_buffer('kernels', torch.from_numpy(kernels), persistent=False)

    def forward(self, pcm: Tensor) -> Tensor:
        spectrum = F.conv1d(pcm.unsqueeze(1), self.kernels, stride=self.sizes.hop)  # [batch, 2 * bins, frames]
        spectrum = spectrum.unflatten(1, (2, self.sizes.bins)).transpose(2, 3)
        return spectrum.sign() * spectrum.abs().pow(self.sizes.exponent)


class Speech2FaceEncoder(nn.Module):
    """pcm float32 [batch, samples] 16 kHz in -1..1 -> features [batch, 4096].

    Convolution, ReLU, batch norm; after the last convolution the mean over time comes before ReLU and batch norm.
    """

    def __init__(self, sizes: Speech2FaceSizes):
        super().__init__()
        self.sizes = sizes
        self.spectrogram = Spectrogram(sizes)
        shapes = sizes.shapes()
        self.convolutions = nn.ModuleList(
            nn.Conv2d(before[0], layer.channels, sizes.kernel, layer.stride)
            for before, layer in zip(shapes, sizes.convolutions)
        )
        self.norms = nn.ModuleList(nn.BatchNorm2d(layer.channels) for layer in sizes.convolutions)
        channels, _times, bins = shapes[-1]
        widths = (channels * bins, *sizes.features)
        self.linears = nn.ModuleList(nn.Linear(before, after) for before, after in zip(widths, widths[1:]))

    def from_spectrogram(self, spectrogram: Tensor) -> Tensor:
        """[batch, 2, frames, bins] -> features [batch, 4096]"""
        x, last = spectrogram, len(self.convolutions) - 1
        for index, (convolution, norm) in enumerate(zip(self.convolutions, self.norms)):
            x = convolution(x)
            if index == last:
                x = x.mean(2, keepdim=True)  # [batch, channels, 1, bins]
            x = norm(F.relu(x))
            if self.sizes.convolutions[index].pooled:
                x = F.max_pool2d(x, (2, 1))
        x = x.flatten(1)  # channels, then frequencies
        for linear in self.linears[:-1]:
            x = F.relu(linear(x))
        return self.linears[-1](x)

    def forward(self, pcm: Tensor) -> Tensor:
        return self.from_spectrogram(self.spectrogram(pcm))


def parameter_count(model: nn.Module) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


def multiply_adds(sizes: Speech2FaceSizes) -> int:
    """Multiply-adds of convolutions and linear layers for one window; the spectrogram is not counted."""
    shapes, total = sizes.shapes(), 0
    for before, layer in zip(shapes, sizes.convolutions):
        times, bins = ((size - sizes.kernel) // layer.stride + 1 for size in before[1:])
        total += before[0] * layer.channels * sizes.kernel**2 * times * bins
    channels, _times, bins = shapes[-1]
    widths = (channels * bins, *sizes.features)
    return total + sum(before * after for before, after in zip(widths, widths[1:]))


def drawn_numbers(count: int, state: int = 1) -> tuple[np.ndarray, int]:
    """`count` uniform numbers in -1..1 and the state after them: a generator that any language can repeat exactly
    (Numerical Recipes' 32-bit congruence)."""
    numbers = np.empty(count)
    for i in range(count):
        state = (1664525 * state + 1013904223) & 0xFFFFFFFF
        numbers[i] = state / 2**31 - 1
    return numbers, state


@torch.no_grad()
def draw_weights(model: Speech2FaceEncoder) -> None:
    """Random weights that keep the signal's size (He et al. 2015), biases zero; layer after layer, each in its stored
    order. The benchmark draws the same ones."""
    state = 1
    for layer in (*model.convolutions, *model.linears):
        bound = math.sqrt(6 / layer.weight[0].numel())
        numbers, state = drawn_numbers(layer.weight.numel(), state)
        layer.weight.copy_(torch.from_numpy(bound * numbers).reshape(layer.weight.shape))
        layer.bias.zero_()
