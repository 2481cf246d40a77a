"""Virtual speakers out of real ones: other pitch, other vocal tract, or both. The voice changes, the words do not."""

import numpy as np
import scipy.fft
from scipy import signal

from audio import MelPower, hann, mel_matrix

LIFTER = 30  # cepstral coefficients that count as the envelope (vocal tract); the rest is the harmonics


def change_speed(pcm: np.ndarray, factor: float) -> np.ndarray:
    """Pitch and formants times `factor`: a smaller (>1) or larger (<1) person, speaking faster or slower."""
    up, down = 100, round(100 * factor)
    return signal.resample_poly(pcm, up, down).astype(np.float32)


def stretched_bins(count: int, factor: float) -> tuple[np.ndarray, np.ndarray]:
    """Where each bin is read from when frequencies are multiplied by `factor`: lower bin and weight of the upper.

    Past the top, the fine structure is read again from one octave of bins below, so that no band falls empty.
    """
    top = count - 1
    position = np.arange(count) / factor
    position = np.where(position > top, position - top * np.floor(position / top), position)
    lower = np.minimum(position.astype(int), top - 1)
    return lower, (position - lower).astype(np.float32)


def warp(values: np.ndarray, factor: float) -> np.ndarray:
    lower, weight = stretched_bins(values.shape[1], factor)
    return values[:, lower] * (1 - weight) + values[:, lower + 1] * weight


def shifted_mel_power(pcm: np.ndarray, mel: MelPower, pitch: float = 1.0, formants: float = 1.0) -> np.ndarray:
    """Mel power [frames, n_mels] of `pcm` with its harmonics and its spectral envelope moved independently.

    Log power = envelope (low cepstrum) + fine structure; each is warped along frequency by its own factor. No phase is
    needed, as only the mel power is wanted.
    """
    sizes = mel.sizes
    frames = np.lib.stride_tricks.sliding_window_view(pcm, sizes.window)[:: sizes.hop]
    filters = mel_matrix(sizes).T
    window = hann(sizes.window).astype(np.float32)
    out = []
    for start in range(0, len(frames), 1024):
        spectrum = scipy.fft.rfft(frames[start : start + 1024] * window, sizes.n_fft, axis=1)
        log_power = np.log(spectrum.real**2 + spectrum.imag**2 + 1e-9).astype(np.float32)
        cepstrum = scipy.fft.irfft(log_power, axis=1)
        cepstrum[:, LIFTER : -LIFTER + 1] = 0
        envelope = scipy.fft.rfft(cepstrum, axis=1).real.astype(np.float32)
        fine = log_power - envelope
        if formants != 1.0:
            position = np.minimum(np.arange(envelope.shape[1]) / formants, envelope.shape[1] - 1.001)
            lower = position.astype(int)
            weight = (position - lower).astype(np.float32)
            envelope = envelope[:, lower] * (1 - weight) + envelope[:, lower + 1] * weight
        if pitch != 1.0:
            fine = warp(fine, pitch)
        out.append(np.exp(envelope + fine) @ filters)
    return np.concatenate(out).astype(np.float32)
