"""What a call does to a voice, on 16 kHz PCM (float32, -1..1): codecs, rooms, band limits, loss, level."""

import subprocess

import numpy as np
from scipy import signal

from audio import SAMPLE_RATE

OPUS_KBIT = (6, 8, 12, 16, 24, 32)


def mu_law(pcm: np.ndarray) -> np.ndarray:
    """G.711 mu-law (ITU-T G.711) there and back: 8 kHz, telephone band, 8 bits."""
    narrow = signal.resample_poly(pcm, 1, 2)
    narrow = signal.sosfilt(TELEPHONE_BAND, narrow)
    peak = max(1.0, float(np.abs(narrow).max(initial=0.0)))
    narrow = narrow / peak
    coded = np.sign(narrow) * np.log1p(255 * np.abs(narrow)) / np.log(256)
    coded = np.round(coded * 127) / 127
    decoded = np.sign(coded) * np.expm1(np.abs(coded) * np.log(256)) / 255 * peak
    return signal.resample_poly(decoded, 2, 1)[: len(pcm)].astype(np.float32)


TELEPHONE_BAND = signal.butter(3, [250, 3500], btype='band', fs=8000, output='sos')


def band_limit(pcm: np.ndarray, low_hz: float, high_hz: float) -> np.ndarray:
    sos = signal.butter(4, [low_hz, high_hz], btype='band', fs=SAMPLE_RATE, output='sos')
    return signal.sosfilt(sos, pcm).astype(np.float32)


def reverberate(pcm: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A small room: exponentially decaying noise after the direct sound (T60 0.15 to 0.6 s)."""
    t60 = rng.uniform(0.15, 0.6)
    length = int(t60 * SAMPLE_RATE)
    tail = rng.standard_normal(length) * 10 ** (-3 * np.arange(length) / length)
    tail[: int(0.003 * SAMPLE_RATE)] = 0
    tail *= 10 ** (-rng.uniform(2, 14) / 20) / np.sqrt((tail**2).sum() + 1e-9)
    tail[0] = 1
    return signal.oaconvolve(pcm, tail)[: len(pcm)].astype(np.float32)


def tilt(pcm: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A random smooth microphone response, up to about +-8 dB, as a short linear-phase filter."""
    points = np.linspace(0, 1, 7)
    gains = 10 ** (rng.normal(0, 4, len(points)).clip(-9, 9) / 20)
    return signal.oaconvolve(pcm, signal.firwin2(129, points, gains), mode='same').astype(np.float32)


def lose_packets(pcm: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Drop 2 to 12 % of 20 ms packets; the gap repeats the packet before at falling level, as concealment does."""
    out, size = pcm.copy(), SAMPLE_RATE // 50
    rate = rng.uniform(0.02, 0.12)
    gain = 1.0
    for start in range(size, len(out) - size, size):
        if rng.random() < rate:
            gain *= 0.6
            out[start : start + size] = out[start - size : start] * gain
        else:
            gain = 1.0
    return out


def opus(pcm: np.ndarray, kbit: int) -> np.ndarray:
    """Opus (RFC 6716) at `kbit` kbit/s there and back through ffmpeg, same length out."""
    raw = (np.clip(pcm, -1, 1) * 32767).astype('<i2').tobytes()
    layout = ['-f', 's16le', '-ar', str(SAMPLE_RATE), '-ac', '1']
    encode = ['ffmpeg', '-v', 'error', *layout, '-i', 'pipe:0', '-c:a', 'libopus', '-b:a', f'{kbit}k',
              '-application', 'voip', '-f', 'ogg', 'pipe:1']
    coded = subprocess.run(encode, input=raw, capture_output=True, check=True).stdout
    decode = ['ffmpeg', '-v', 'error', '-i', 'pipe:0', *layout, 'pipe:1']
    decoded = np.frombuffer(subprocess.run(decode, input=coded, capture_output=True, check=True).stdout, '<i2')
    out = np.zeros(len(pcm), np.float32)
    length = min(len(pcm), len(decoded))
    out[:length] = decoded[:length].astype(np.float32) / 32768
    return out


def degrade(pcm: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One random call: room, microphone, then telephone or band limit, loss, clipping. Length is kept."""
    out = pcm
    if rng.random() < 0.5:
        out = reverberate(out, rng)
    if rng.random() < 0.7:
        out = tilt(out, rng)
    line = rng.random()
    if line < 0.3:
        out = mu_law(out)
    elif line < 0.5:
        out = band_limit(out, rng.uniform(60, 300), rng.uniform(3000, 7500))
    if rng.random() < 0.25:
        out = lose_packets(out, rng)
    if rng.random() < 0.15:
        limit = np.abs(out).max(initial=1e-6) * rng.uniform(0.25, 0.7)
        out = np.clip(out, -limit, limit)
    return np.ascontiguousarray(out, np.float32)
