"""Sounds that are not speech, made by formula: what the confidence must reject besides recorded noise."""

import numpy as np

from audio import SAMPLE_RATE


def silence(seconds: float, rng: np.random.Generator) -> np.ndarray:
    """Digital silence, or a noise floor of -70 to -95 dBFS."""
    level = 0.0 if rng.random() < 0.3 else 10 ** (-rng.uniform(70, 95) / 20)
    return rng.standard_normal(int(seconds * SAMPLE_RATE)) * level


def tone(seconds: float, rng: np.random.Generator) -> np.ndarray:
    """One to three steady tones or a slow sweep; dial, ring and hold tones are such."""
    time = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    out = np.zeros(len(time))
    for _ in range(rng.integers(1, 4)):
        start_hz, end_hz = rng.uniform(80, 3500, 2)
        if rng.random() < 0.7:
            end_hz = start_hz
        out += np.sin(2 * np.pi * (start_hz * time + (end_hz - start_hz) * time**2 / (2 * seconds)))
    if rng.random() < 0.5:
        on, off = rng.uniform(0.1, 2.0, 2)
        out *= (time % (on + off)) < on
    return out


def keypad(seconds: float, rng: np.random.Generator) -> np.ndarray:
    """DTMF digits (ITU-T Q.23)."""
    out = np.zeros(int(seconds * SAMPLE_RATE))
    start = 0
    while start < len(out):
        length = int(rng.uniform(0.05, 0.25) * SAMPLE_RATE)
        time = np.arange(min(length, len(out) - start)) / SAMPLE_RATE
        row, column = rng.choice([697, 770, 852, 941]), rng.choice([1209, 1336, 1477])
        out[start : start + len(time)] = np.sin(2 * np.pi * row * time) + np.sin(2 * np.pi * column * time)
        start += length + int(rng.uniform(0.05, 0.3) * SAMPLE_RATE)
    return out


def music(seconds: float, rng: np.random.Generator) -> np.ndarray:
    """Plucked or held chords of harmonic notes, a bass and a beat."""
    out = np.zeros(int(seconds * SAMPLE_RATE) + SAMPLE_RATE)
    beat = rng.uniform(0.2, 0.6)
    root = rng.uniform(45, 60)
    scale = np.array([0, 2, 4, 5, 7, 9, 11, 12])
    for index in range(int(seconds / beat)):
        start = int(index * beat * SAMPLE_RATE)
        for _ in range(rng.integers(1, 4)):
            note_hz = 440 * 2 ** ((root + rng.choice(scale) + rng.choice([-12, 0, 12]) - 69) / 12)
            time = np.arange(int(rng.uniform(0.5, 2.5) * beat * SAMPLE_RATE)) / SAMPLE_RATE
            decay = np.exp(-time * rng.uniform(0.5, 8)) * np.minimum(1, time / 0.01)
            note = sum(np.sin(2 * np.pi * k * note_hz * time) / k ** rng.uniform(0.7, 2) for k in range(1, 9))
            length = min(len(note), len(out) - start)
            out[start : start + length] += (note * decay)[:length]
        if rng.random() < 0.6:
            length = int(0.06 * SAMPLE_RATE)
            hit = rng.standard_normal(length) * np.exp(-np.arange(length) / (0.015 * SAMPLE_RATE))
            out[start : start + length] += hit * rng.uniform(0.3, 2)
    return out[: int(seconds * SAMPLE_RATE)]


def clicks(seconds: float, rng: np.random.Generator) -> np.ndarray:
    """Typing, knocks: short bursts at random times."""
    out = rng.standard_normal(int(seconds * SAMPLE_RATE)) * 1e-3
    for _ in range(int(seconds * rng.uniform(1, 12))):
        length = int(rng.uniform(0.003, 0.05) * SAMPLE_RATE)
        start = rng.integers(len(out) - length)
        out[start : start + length] += rng.standard_normal(length) * np.exp(-np.linspace(0, 5, length))
    return out


def hum(seconds: float, rng: np.random.Generator) -> np.ndarray:
    """Mains or motor: a low harmonic series in noise."""
    time = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    base = rng.choice([50.0, 60.0, rng.uniform(30, 250)])
    out = sum(rng.uniform(0, 1) / k * np.sin(2 * np.pi * base * k * time + rng.uniform(0, 6)) for k in range(1, 20))
    return out + rng.standard_normal(len(time)) * rng.uniform(0.01, 0.5)


def hiss(seconds: float, rng: np.random.Generator) -> np.ndarray:
    """Noise of a random colour, gusting."""
    spectrum = np.fft.rfft(rng.standard_normal(int(seconds * SAMPLE_RATE)))
    rise = np.arange(len(spectrum)) + 100.0
    pcm = np.fft.irfft(spectrum * rise ** -rng.uniform(-0.2, 1.5), int(seconds * SAMPLE_RATE))
    gust = np.interp(np.arange(len(pcm)), np.linspace(0, len(pcm), 12), rng.uniform(0.2, 1, 12))
    return pcm / np.abs(pcm).max() * gust


MAKERS = (silence, tone, keypad, music, music, clicks, hum, hiss)


def non_speech(seconds: float, rng: np.random.Generator) -> np.ndarray:
    """One random sound that is not speech, float32, peak at most 0.9."""
    pcm = MAKERS[rng.integers(len(MAKERS))](seconds, rng)
    peak = np.abs(pcm).max()
    if peak > 0.01:
        pcm = pcm / peak * 10 ** rng.uniform(-2, -0.05)
    return pcm.astype(np.float32)
