"""Waveform to normalised log-mel, written as convolutions so that it travels inside the ONNX graph.

Window and hop are 40 ms and 16 ms, not the 25 ms and 10 ms of Speech2Face: the longer window resolves the harmonics of
low voices (25 Hz apart instead of 40 Hz) and the longer hop needs 60 % of the frames, hence of the multiplications.
"""

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

SAMPLE_RATE = 16_000  # Hz
MIN_SAMPLES = 16_000  # 1 s
MAX_SAMPLES = 96_000  # 6 s


@dataclass(frozen=True)
class MelSizes:
    """Sizes of the spectrogram. Times in samples at 16 kHz, frequencies in Hz."""

    window: int = 640
    hop: int = 256
    n_fft: int = 1024
    n_mels: int = 80
    low_hz: float = 50.0
    high_hz: float = 7600.0

    @property
    def frames_per_second(self) -> float:
        return SAMPLE_RATE / self.hop

    def frames(self, samples: int) -> int:
        """Number of mel frames of `samples` samples; nothing is padded."""
        return 1 + (samples - self.window) // self.hop


def hz_to_mel(hz: float) -> float:
    return 2595.0 * math.log10(1.0 + hz / 700.0)


def mel_to_hz(mel: np.ndarray) -> np.ndarray:
    return 700.0 * (10.0 ** (mel / 2595.0) - 1.0)


def mel_matrix(sizes: MelSizes) -> np.ndarray:
    """Triangular filters [n_mels, n_fft / 2 + 1]; each row sums to 1, so white noise gives a flat mel spectrum."""
    edges = mel_to_hz(np.linspace(hz_to_mel(sizes.low_hz), hz_to_mel(sizes.high_hz), sizes.n_mels + 2))
    low, centre, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    bins = np.arange(sizes.n_fft // 2 + 1)[None] * SAMPLE_RATE / sizes.n_fft
    rise, fall = (bins - low) / (centre - low), (high - bins) / (high - centre)
    filters = np.maximum(0.0, np.minimum(rise, fall))
    return (filters / filters.sum(1, keepdims=True)).astype(np.float32)


def hann(length: int) -> np.ndarray:
    """Periodic Hann window, as torch.hann_window makes it."""
    return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length)


def dft_kernels(sizes: MelSizes) -> np.ndarray:
    """Windowed cosines, then sines [2 * (n_fft / 2 + 1), 1, window]: a convolution with them is a short-time DFT."""
    bins = np.arange(sizes.n_fft // 2 + 1)[:, None]
    phase = 2 * np.pi * (bins * np.arange(sizes.window)[None] % sizes.n_fft) / sizes.n_fft
    kernels = np.concatenate([np.cos(phase), -np.sin(phase)]) * hann(sizes.window)
    return kernels[:, None].astype(np.float32)


class MelPower(nn.Module):
    """pcm [batch, samples] in -1..1 -> mel power [batch, n_mels, frames]. Nothing here is learnt."""

    def __init__(self, sizes: MelSizes | None = None):
        super().__init__()
        self.sizes = sizes or MelSizes()
        self.register_buffer('kernels', torch.from_numpy(dft_kernels(self.sizes)), persistent=False)
        self.register_buffer('filters', torch.from_numpy(mel_matrix(self.sizes))[:, :, None], persistent=False)

    def spectrum(self, pcm: Tensor) -> Tensor:
        """Real parts, then imaginary parts [batch, 2 * bins, frames]."""
        return nn.functional.conv1d(pcm.unsqueeze(1), self.kernels, stride=self.sizes.hop)

    def forward(self, pcm: Tensor) -> Tensor:
        squared = self.spectrum(pcm).square()
        bins = self.sizes.n_fft // 2 + 1
        return nn.functional.conv1d(squared[:, :bins] + squared[:, bins:], self.filters)


POWER_FLOOR = 1e-9  # far below one step of 16-bit PCM; keeps digital silence finite


def normalise_mel(power: Tensor, floor: Tensor | float = 1e-5) -> Tensor:
    """Mel power [batch, n_mels, frames] -> what the network sees, same shape.

    Level goes out by dividing through the mean power, the channel's long-term colour by removing each band's mean;
    `floor` (relative to the mean power) hides what a codec or a noise suppressor leaves between the harmonics.
    """
    reference = power.mean((1, 2), keepdim=True) + POWER_FLOOR
    log_power = torch.log(power / reference + floor)
    return 0.4 * (log_power - log_power.mean(2, keepdim=True))


def level_db(power: Tensor) -> Tensor:
    """Mean mel power in dB relative to an arbitrary constant [batch, 1]."""
    return 10.0 * torch.log10(power.mean((1, 2)) + POWER_FLOOR).unsqueeze(1)
