"""The cached speech as the training sees it: manifest, speakers, labels, and crops out of the log-mel copies."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

CHILD_BELOW_YEARS = 13
TEEN_BELOW_YEARS = 16


def read_manifest(path: Path) -> list[dict]:
    """Rows with `start` and `samples` as integers; the labels stay strings, empty where unknown."""
    with open(path, newline='') as table:
        rows = list(csv.DictReader(table))
    for row in rows:
        row['start'], row['samples'] = int(row['start']), int(row['samples'])
    return rows


def presentation_label(row: dict) -> float:
    """0 feminine, 1 masculine, nan unknown."""
    return float(row['presentation']) if row['presentation'] else np.nan


def child_label(row: dict) -> float:
    """1 below 13 years, 0 from 16 (and readers of audiobooks), nan between and where the age is unknown."""
    if row['age']:
        age = float(row['age'])
        return 1.0 if age < CHILD_BELOW_YEARS else 0.0 if age >= TEEN_BELOW_YEARS else np.nan
    return 0.0 if row['set'].startswith('librispeech') else np.nan


@dataclass(frozen=True)
class CopyFrames:
    """One copy: `frames` [all frames, n_mels] float16 log mel power, clip i at starts[i]:starts[i + 1]."""

    frames: np.ndarray
    starts: np.ndarray

    def clip(self, index: int) -> np.ndarray:
        return self.frames[self.starts[index] : self.starts[index + 1]]


class SpeechBank:
    """All copies of the training clips, by speaker."""

    def __init__(self, cache: Path, split: str = 'train', in_memory: bool = True):
        self.rows = read_manifest(cache / f'{split}.csv')
        self.speakers = sorted({row['speaker'] for row in self.rows})
        number = {speaker: i for i, speaker in enumerate(self.speakers)}
        self.clips_of = [[] for _ in self.speakers]
        for clip, row in enumerate(self.rows):
            self.clips_of[number[row['speaker']]].append(clip)
        self.presentation = np.array([presentation_label(row) for row in self.rows], np.float32)
        self.child = np.array([child_label(row) for row in self.rows], np.float32)
        self.copies: dict[str, CopyFrames] = {}
        self.folder = cache / 'features' / split
        self.in_memory = in_memory
        self.refresh()

    def refresh(self) -> None:
        """Load copies that were written since: feature caching may still be at work while training runs."""
        for path in sorted(self.folder.glob('*_starts.npy')):
            name = path.stem.removesuffix('_starts')
            frames = self.folder / f'{name}.npy'
            if name not in self.copies and frames.exists():
                mode = None if self.in_memory else 'r'
                self.copies[name] = CopyFrames(np.load(frames, mmap_mode=mode), np.load(path))

    def crop(self, copy: str, clip: int, frames: int, rng: np.random.Generator) -> np.ndarray:
        """Random crop [frames, n_mels] float16; clips that are too short are repeated."""
        source = self.copies[copy].clip(clip)
        if len(source) < frames:
            source = np.tile(source, (-(-frames // len(source)), 1))
        start = rng.integers(len(source) - frames + 1)
        return source[start : start + frames]
