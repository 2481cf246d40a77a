"""Cached PCM -> log-mel copies of every training clip: degraded calls and virtual speakers.

    python models/training/prepare/speech_features.py [--copies c0,c1,...]

A copy is NAME.npy, log mel power [frames, n_mels] as float16 of all clips end to end, and NAME_starts.npy. Copies that
exist are left alone, so the command can be stopped and started again.
"""

import argparse
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from audio import POWER_FLOOR, SAMPLE_RATE, MelPower  # noqa: E402
from prepare.speech import default_cache  # noqa: E402
from voice_bank import read_manifest  # noqa: E402
from voice_channel import OPUS_KBIT, degrade, opus  # noqa: E402
from voice_variants import change_speed, shifted_mel_power  # noqa: E402


@dataclass(frozen=True)
class Copy:
    """One rendering of all clips. `speed` and `formants` make new speakers, `pitch` keeps presentation only, `mood` keeps
    the speaker: nobody speaks at the same pitch every day."""

    name: str
    degraded: float = 0.0  # share of clips that go through a random call
    through_opus: float = 0.0  # share of clips coded again by Opus
    speed: float = 1.0
    formants: float = 1.0
    pitch: bool = False
    mood: float = 0.0  # deviation of the logarithm of pitch from clip to clip


COPIES = (
    Copy('c0'),
    Copy('c1', degraded=0.4, through_opus=1.0),
    Copy('c2', degraded=1.0),
    Copy('s088', degraded=0.6, speed=0.88),
    Copy('pitch1', degraded=0.5, pitch=True),
    Copy('s114', degraded=0.6, speed=1.14),
    Copy('c3', degraded=1.0, through_opus=0.4),
    Copy('c4', degraded=0.5, mood=0.12),
    Copy('c5', degraded=0.8, through_opus=0.6),
)


# Validation is used to calibrate, never to train; noise is mixed by the training itself.
CHECKING_COPIES = {'noise': ('c0',), 'validate': ('c0', 'c2')}
SPLITS = ('noise', 'validate', 'train')


def pitch_factor(presentation: str, rng: np.random.Generator) -> float:
    """Men up, women down: presentation must not be read from pitch alone."""
    low, high = {'1': (1.1, 1.8), '0': (0.65, 0.95)}.get(presentation, (0.7, 1.5))
    return rng.uniform(low, high)


def through_opus_rates(clips: list[np.ndarray], chosen: np.ndarray, rng: np.random.Generator) -> list[np.ndarray]:
    """Code the chosen clips again, each at one of the bit rates; one ffmpeg run a rate, clips laid end to end."""
    out = list(clips)
    rate_of = rng.choice(len(OPUS_KBIT), len(clips))
    for rate, kbit in enumerate(OPUS_KBIT):
        members = [i for i in np.flatnonzero(chosen) if rate_of[i] == rate]
        if not members:
            continue
        coded = opus(np.concatenate([clips[i] for i in members]), kbit)
        ends = np.cumsum([len(clips[i]) for i in members])
        for i, piece in zip(members, np.split(coded, ends[:-1])):
            out[i] = piece
    return out


def log_mel(pcm: np.ndarray, mel: MelPower) -> np.ndarray:
    if len(pcm) < mel.sizes.window:
        pcm = np.pad(pcm, (0, mel.sizes.window - len(pcm)))
    with torch.no_grad():
        power = mel(torch.from_numpy(np.ascontiguousarray(pcm, np.float32))[None])[0].T.numpy()
    return np.log(power + POWER_FLOOR).astype(np.float16)


def render(copy: Copy, clips: list[np.ndarray], rows: list[dict[str, str]], mel: MelPower, seed: int):
    rng = np.random.default_rng(seed)
    degraded = rng.random(len(clips)) < copy.degraded
    called = [degrade(pcm, rng) if chosen else pcm for pcm, chosen in zip(clips, degraded)]
    if copy.through_opus:
        called = through_opus_rates(called, rng.random(len(clips)) < copy.through_opus, rng)
    for pcm, row in zip(called, rows):
        if copy.pitch or copy.mood or copy.formants != 1.0:
            pitch = pitch_factor(row['presentation'], rng) if copy.pitch else 1.0
            pitch *= np.exp(copy.mood * np.clip(rng.normal(), -2, 2)) if copy.mood else 1.0
            pcm = np.pad(pcm, (0, max(0, mel.sizes.window - len(pcm))))
            yield np.log(shifted_mel_power(pcm, mel, pitch, copy.formants) + POWER_FLOOR).astype(np.float16)
        else:
            yield log_mel(change_speed(pcm, copy.speed) if copy.speed != 1.0 else pcm, mel)


def write_copy(copy: Copy, cache: Path, split: str, mel: MelPower, seed: int) -> None:
    folder = cache / 'features' / split
    if (folder / f'{copy.name}.npy').exists():
        return
    started = time.monotonic()
    folder.mkdir(parents=True, exist_ok=True)
    rows = read_manifest(cache / f'{split}.csv')
    pcm = np.load(cache / f'{split}.npy', mmap_mode='r')
    clips = [pcm[r['start'] : r['start'] + r['samples']].astype(np.float32) / 32768 for r in rows]
    features = list(render(copy, clips, rows, mel, seed))
    starts = np.concatenate([[0], np.cumsum([len(f) for f in features])])
    np.save(folder / f'{copy.name}_starts.npy', starts)
    partial = folder / f'{copy.name}.partial.npy'
    np.save(partial, np.concatenate(features))
    partial.rename(folder / f'{copy.name}.npy')
    hours = sum(len(c) for c in clips) / SAMPLE_RATE / 3600
    print(f'{split}/{copy.name}: {hours:.2f} h in {time.monotonic() - started:.0f} s', flush=True)


def prepare_features(cache: Path, copies: tuple[str, ...] = (), threads: int = 1) -> None:
    """Write the copies named (all where empty) that are not there yet."""
    torch.set_num_threads(threads)
    mel = MelPower()
    for seed, copy in enumerate(COPIES):
        if copies and copy.name not in copies:
            continue
        for split in SPLITS:
            wanted = split == 'train' or copy.name in CHECKING_COPIES[split]
            if wanted and (cache / f'{split}.csv').exists():
                write_copy(copy, cache, split, mel, 100 + seed)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--cache', type=Path, default=default_cache())
    parser.add_argument('--copies', default='', help='names, comma separated; all where empty')
    parser.add_argument('--threads', type=int, default=1)
    args = parser.parse_args()
    prepare_features(args.cache, tuple(filter(None, args.copies.split(','))), args.threads)


if __name__ == '__main__':
    main()
