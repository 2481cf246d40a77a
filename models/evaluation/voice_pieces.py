"""Two disjoint pieces of each held-out speaker, clean and through what calls do to them."""

import hashlib
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / 'training'))

from audio import MAX_SAMPLES, MIN_SAMPLES, SAMPLE_RATE  # noqa: E402
from opus_calls import lossy_opus  # noqa: E402
from voice_bank import child_label, presentation_label, read_manifest  # noqa: E402
from voice_channel import mu_law, opus  # noqa: E402


@dataclass(frozen=True)
class Speaker:
    """`first` and `second`: voiced PCM from different halves of what is there, and from different files if possible."""

    name: str
    source: str
    presentation: float  # 0 feminine, 1 masculine, nan
    child: float  # 0 adult, 1 below 13 years, nan
    age: float
    first: np.ndarray
    second: np.ndarray


def read_speakers(cache: Path, split: str) -> list[Speaker]:
    """Speakers with at least 2 x 2 s of voiced audio."""
    rows = read_manifest(cache / f'{split}.csv')
    pcm = np.load(cache / f'{split}.npy', mmap_mode='r')
    by_speaker: dict[str, list[dict]] = {}
    for row in rows:
        by_speaker.setdefault(row['speaker'], []).append(row)
    speakers = []
    for name, clips in sorted(by_speaker.items()):
        audio = [pcm[c['start'] : c['start'] + c['samples']].astype(np.float32) / 32768 for c in clips]
        half = max(1, len(audio) // 2)
        if len(audio) > 1:
            first, second = np.concatenate(audio[:half]), np.concatenate(audio[half:])
        else:
            first, second = np.array_split(audio[0], 2)
        length = min(MAX_SAMPLES, len(first), len(second))
        if length < 2 * MIN_SAMPLES:
            continue
        age = float(clips[0]['age']) if clips[0]['age'] else np.nan
        labels = (presentation_label(clips[0]), child_label(clips[0]), age)
        speakers.append(Speaker(name, clips[0]['set'], *labels, first[:length], second[:length]))
    return speakers


def half_seconds(pcm: np.ndarray, seconds: float = 6.0) -> np.ndarray:
    """The first `seconds`, cut to whole half seconds as callers of the encoder do."""
    step = SAMPLE_RATE // 2
    return pcm[: min(int(seconds * SAMPLE_RATE), len(pcm) // step * step)]


def at_ratio(pcm: np.ndarray, noise: np.ndarray, ratio_db: float, start: int) -> np.ndarray:
    """Voice plus noise at a signal-to-noise ratio in dB."""
    part = np.take(noise, np.arange(start, start + len(pcm)), mode='wrap')
    gain = np.sqrt((pcm**2).mean() / ((part**2).mean() + 1e-12) * 10 ** (-ratio_db / 10))
    return (pcm + gain * part).astype(np.float32)


# What decides how a condition sounds: a change of these files makes codes known so far worthless.
CHANNEL_SOURCES = [Path(__file__), Path(lossy_opus.__code__.co_filename), Path(opus.__code__.co_filename)]


def channel_digest(condition: str, pieces: list[np.ndarray], noise: np.ndarray) -> str:
    """Names what `through` makes of its arguments, without making it."""
    digest = hashlib.sha256(condition.encode())
    for path in CHANNEL_SOURCES:
        digest.update(path.read_bytes())
    for pcm in (*pieces, noise):
        digest.update(len(pcm).to_bytes(8, 'little') + np.ascontiguousarray(pcm, np.float32).tobytes())
    return digest.hexdigest()


def through(condition: str, pieces: list[np.ndarray], noise: np.ndarray) -> list[np.ndarray]:
    """Every piece through 'clean', 'g711', 'opus12', 'noise10' (10 dB of a noise that training never met) or 'loss10'
    (Opus at 24 kbit/s, a tenth of the packets lost and concealed)."""
    if condition == 'clean':
        return pieces
    if condition == 'g711':
        return [mu_law(piece) for piece in pieces]
    if condition == 'opus12':
        coded = opus(np.concatenate(pieces), 12)
        return np.split(coded, np.cumsum([len(piece) for piece in pieces])[:-1])
    if condition == 'noise10':
        return [at_ratio(piece, noise, 10.0, 40_000 * i) for i, piece in enumerate(pieces)]
    if condition == 'loss10':
        return [lossy_opus(piece, 24, 0.1, seed) for seed, piece in enumerate(pieces)]
    raise ValueError(f'unknown condition {condition}')
