"""A voice by formula: pulses through four moving resonances. Deterministic, and no recording of anyone."""

import math

import numpy as np

from audio import SAMPLE_RATE

# Formant centre frequencies in Hz of five vowels (after Peterson and Barney 1952, men's means).
VOWELS = ((730, 1090, 2440), (270, 2290, 3010), (300, 870, 2240), (530, 1840, 2480), (570, 840, 2410))
BANDWIDTHS = (80.0, 90.0, 120.0)
VOWEL_SECONDS = 0.22


def synthetic_voice(seconds: float, pitch_hz: float = 120.0, tract: float = 1.0) -> np.ndarray:
    """float32 [samples] at 16 kHz, peak 0.5: vowels glide into each other, the pitch rises and falls.

    `tract` scales the formants: below 1 a longer vocal tract. The same arguments always give the same samples.
    """
    count = round(seconds * SAMPLE_RATE)
    time = np.arange(count) / SAMPLE_RATE
    pitch = pitch_hz * (1 + 0.12 * np.sin(2 * np.pi * 0.4 * time) + 0.01 * np.sin(2 * np.pi * 5.1 * time))
    phase = np.cumsum(pitch) / SAMPLE_RATE
    pulses = np.diff(np.floor(phase), prepend=0.0)
    position = time / VOWEL_SECONDS
    out = pulses
    for formant, bandwidth in enumerate(BANDWIDTHS):
        centres = np.array([VOWELS[(3 * i + i * i) % 5][formant] for i in range(int(position[-1]) + 3)]) * tract
        centre = np.interp(position, np.arange(len(centres)), centres)
        out = resonate(out, centre, bandwidth)
    out = out * (0.6 + 0.4 * np.sin(2 * np.pi * 3.1 * time) ** 2)
    return (0.5 * out / np.abs(out).max()).astype(np.float32)


def resonate(source: np.ndarray, centre_hz: np.ndarray, bandwidth_hz: float) -> np.ndarray:
    """Two-pole resonance whose centre moves from sample to sample (Klatt 1980)."""
    radius = math.exp(-math.pi * bandwidth_hz / SAMPLE_RATE)
    first = 2 * radius * np.cos(2 * np.pi * centre_hz / SAMPLE_RATE)
    second = -radius * radius
    gain = 1 - first - second
    out = np.zeros(len(source))
    before, earlier = 0.0, 0.0
    for i in range(len(source)):
        before, earlier = gain[i] * source[i] + first[i] * before + second * earlier, before
        out[i] = before
    return out
