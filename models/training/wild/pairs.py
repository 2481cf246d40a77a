"""Taken clips -> the training's own files: speech with its manifest, and pairs.npz with the face of every voice."""

import csv
import hashlib
import io
import shutil
from pathlib import Path

import numpy as np

from prepare.speech import COLUMNS
from wild.clip_store import ClipStore, StoredClip
from wild.voices import sort_into_voices

HELD_OUT = 0.05  # of the recordings: to calibrate with, never trained on
SET_NAME = 'wild'
FEWEST_VOICES = 2


def held_out_sources(sources: set[str], share: float) -> set[str]:
    """The same ones every time, however the manifest grows; one at least."""
    order = {source: int(hashlib.sha256(source.encode()).hexdigest()[:12], 16) / 16**12 for source in sources}
    return {source for source in sources if order[source] < share} or {min(sources, key=order.__getitem__)}


def manifest_text(clips: list[StoredClip], voices: list[str]) -> str:
    """SPLIT.csv as prepare/speech.py writes it; there are no labels to write."""
    table, start = io.StringIO(newline=''), 0
    writer = csv.writer(table)
    writer.writerow(COLUMNS)
    for clip, voice in zip(clips, voices):
        writer.writerow((SET_NAME, voice, '', '', '', start, clip.samples))
        start += clip.samples
    return table.getvalue()


def same_text(path: Path, text: str) -> bool:
    return path.exists() and path.read_bytes() == text.encode()


def forget_training(cache: Path) -> None:
    """What was computed from other clips than those of now."""
    shutil.rmtree(cache / 'features', ignore_errors=True)
    shutil.rmtree(cache / 'checkpoints', ignore_errors=True)


def write_speech(cache: Path, split: str, text: str, clips: list[StoredClip], pcm: np.ndarray) -> None:
    """SPLIT.npy, then SPLIT.csv."""
    out = np.lib.format.open_memmap(cache / f'{split}.npy', 'w+', np.int16, (sum(clip.samples for clip in clips),))
    start = 0
    for clip in clips:
        out[start : start + clip.samples] = pcm[clip.start : clip.start + clip.samples]
        start += clip.samples
    out.flush()
    (cache / f'{split}.csv').write_text(text, newline='')


def write_pairs(store: ClipStore, cache: Path, held_out: float = HELD_OUT, log=print) -> int:
    """Gives the number of voices to train on. Targets are mean codes, `variant` is "real" throughout.

    Where the clips are not those of the last time, features and checkpoints made from those are removed.
    """
    names = sort_into_voices(store.all_features(), [clip.source for clip in store.taken])
    kept = [i for i, name in enumerate(names) if name is not None]
    apart = held_out_sources({store.taken[i].source for i in kept}, held_out) if kept else set()
    splits = {
        'train': [i for i in kept if store.taken[i].source not in apart],
        'validate': [i for i in kept if store.taken[i].source in apart],
    }
    speakers = sorted({names[i] for i in splits['train']})
    if len(speakers) < FEWEST_VOICES:
        raise SystemExit(f'{len(kept)} usable clips make {len(speakers)} voices to train on: too few')
    clips = {split: [store.taken[i] for i in members] for split, members in splits.items()}
    texts = {split: manifest_text(clips[split], [names[i] for i in members]) for split, members in splits.items()}
    if any(not same_text(cache / f'{split}.csv', text) for split, text in texts.items()):
        forget_training(cache)
        for split, text in texts.items():
            (cache / f'{split}.csv').unlink(missing_ok=True)
            write_speech(cache, split, text, clips[split], store.all_pcm())
    number = {name: i for i, name in enumerate(speakers)}
    owner = np.array([number[names[i]] for i in splits['train']])
    sums = np.zeros((len(speakers), store.recogniser.code))
    np.add.at(sums, owner, store.all_codes()[splits['train']])
    targets = sums / np.bincount(owner)[:, None]
    (cache / 'checkpoints').mkdir(parents=True, exist_ok=True)
    np.savez(
        cache / 'checkpoints' / 'pairs.npz',
        target=targets.astype(np.float32),
        speaker=np.arange(len(speakers)),
        variant=np.array(['real'] * len(speakers)),
    )
    changing = len(names) - len(kept)
    log(f'{len(speakers)} voices to train on, {len({names[i] for i in splits["validate"]})} held out; '
        f'{changing} clips left out because the face changes')  # fmt: skip
    spread = targets.std(0)
    if not 0.3 < np.median(spread) < 3:
        log(f'note: codes of these faces spread by {np.median(spread):.2g} per number, those of the population by 1')
    return len(speakers)
