"""Held-out speakers for the evaluation: decoded once, then read from the cache.

The evaluation keeps sound of its own (`evaluation/` of the cache, TIMBRE_CACHE), made from `speakers.csv` alone: it
needs nothing that a training left behind.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np

from non_speech import hiss
from prepare.speech import noise_clips, recorded_clips, synthetic_clips, write_split
from voice_batches import HELD_OUT_NOISE
from voice_bank import read_manifest
from voice_pieces import Speaker, read_speakers

SYNTHETIC_VOICES = 8


def speech_digest(speech: Path) -> str:
    """Changes with the table of recordings: a changed table is prepared anew."""
    return hashlib.sha256((speech / 'speakers.csv').read_bytes()).hexdigest()[:12]


def prepare_speech(speech: Path, cache: Path, say: Callable[[str], None]) -> Path:
    """Folder with `validate`, `evaluate` and `noise` as SPLIT.npy and SPLIT.csv, made where missing."""
    folder = cache / f'speech-{speech_digest(speech)}'
    sources = {
        'validate': lambda: recorded_clips(speech, 'validate'),
        'evaluate': lambda: recorded_clips(speech, 'evaluate'),
        'noise': lambda: noise_clips(speech),
    }
    for split, clips in sources.items():
        if not (folder / f'{split}.csv').exists():
            say(f'decoding {split}')
            write_split(clips(), split, folder)
    return folder


def prepare_synthetic_speech(cache: Path, say: Callable[[str], None]) -> Path:
    """The same from a few espeak-ng voices, all of them `validate`: a test of the machinery, not of the encoder."""
    folder = cache / 'speech-synthetic'
    if not (folder / 'validate.csv').exists():
        say('espeak-ng speaks')
        write_split(synthetic_clips(SYNTHETIC_VOICES), 'validate', folder)
    return folder


def held_out_noise(folder: Path) -> np.ndarray:
    """A minute of recorded noise that training never met; a gusting hiss where no recordings are at hand."""
    if not (folder / 'noise.csv').exists():
        return hiss(60.0, np.random.default_rng(5)).astype(np.float32)
    rows = [row for row in read_manifest(folder / 'noise.csv') if row['speaker'] == HELD_OUT_NOISE]
    pcm = np.load(folder / 'noise.npy', mmap_mode='r')
    return np.concatenate([pcm[r['start'] : r['start'] + r['samples']] for r in rows]).astype(np.float32) / 32768


def held_out_speakers(folder: Path) -> dict[str, list[Speaker]]:
    """Speakers of the sets that are there, by split."""
    return {
        split: read_speakers(folder, split)
        for split in ('validate', 'evaluate')
        if (folder / f'{split}.csv').exists()
    }
