"""Recordings -> one cached array of 16 kHz PCM per split, pauses removed, with a manifest beside it.

    python models/training/prepare/speech.py --speech ../shared/speech

Reads `speakers.csv` of the speech folder (columns split, set, speaker, file, sex, age, median_f0_hz, suspect_label).
Without such a folder, `--synthetic N` lets espeak-ng speaks N voices instead: enough to test the whole way.
Files go to the cache (TIMBRE_CACHE, default ~/.cache/timbre/voice): SPLIT.npy (int16) and SPLIT.csv.
"""

import argparse
import csv
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import soundfile
from scipy import signal

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from audio import SAMPLE_RATE  # noqa: E402

COLUMNS = ('set', 'speaker', 'presentation', 'age', 'f0', 'start', 'samples')
DECADES = {'teens': 16.0, 'twenties': 25.0, 'thirties': 35.0, 'fourties': 45.0, 'fifties': 55.0}


def default_cache() -> Path:
    return Path(os.environ.get('TIMBRE_CACHE', Path.home() / '.cache' / 'timbre')) / 'voice'


def read_pcm(path: Path) -> np.ndarray:
    """Any sound file -> 16 kHz mono float32."""
    pcm, rate = soundfile.read(path, dtype='float32', always_2d=True)
    pcm = pcm.mean(1)
    if rate != SAMPLE_RATE:
        divisor = np.gcd(rate, SAMPLE_RATE)
        pcm = signal.resample_poly(pcm, SAMPLE_RATE // divisor, rate // divisor)
    return (pcm - pcm.mean()).astype(np.float32)


def drop_pauses(pcm: np.ndarray, below_db: float = 32.0, longest_ms: int = 250) -> np.ndarray:
    """Shorten pauses as a caller's voice activity detection does: quiet stretches keep at most `longest_ms`."""
    size = SAMPLE_RATE // 100
    count = len(pcm) // size
    if count < 20:
        return pcm
    power = (pcm[: count * size].reshape(count, size) ** 2).mean(1)
    quiet = power < np.quantile(power, 0.95) * 10 ** (-below_db / 10)
    run = np.zeros(count, int)
    for i in range(count):
        run[i] = run[i - 1] + 1 if quiet[i] and i else int(quiet[i])
    keep = np.repeat(run <= longest_ms // 10, size)
    return pcm[: count * size][keep]


def presentation_of(row: dict[str, str]) -> str:
    """0 feminine, 1 masculine, empty where unknown, suspect or a child (children's sex is not heard reliably)."""
    if row.get('suspect_label') == 'yes':
        return ''
    age = age_of(row)
    if age and float(age) < 13:
        return ''
    return {'male': '1', 'female': '0'}.get(row['sex'], '')


def age_of(row: dict[str, str]) -> str:
    return str(DECADES.get(row['age'], row['age']))


def recorded_clips(folder: Path, split: str):
    with open(folder / 'speakers.csv', newline='') as table:
        for row in csv.DictReader(table):
            if row['split'] != split:
                continue
            labels = (row['set'], row['speaker'], presentation_of(row), age_of(row), row['median_f0_hz'])
            yield labels, read_pcm(folder / row['file'])


SENTENCES = (
    'The birch canoe slid on the smooth planks. Glue the sheet to the dark blue background. '
    'It is easy to tell the depth of a well.',
    'These days a chicken leg is a rare dish. Rice is often served in round bowls. '
    'The juice of lemons makes fine punch.',
    'The box was thrown beside the parked truck. Four hours of steady work faced us. '
    'A large size in stockings is hard to sell.',
)  # Harvard sentences (IEEE 1969)


def synthetic_clips(voices: int):
    """Text-to-speech voices as stand-in speakers: espeak-ng variants with pitch and rate set per voice."""
    variants = ('m1', 'f1', 'm3', 'f3', 'm5', 'f4', 'm7', 'f2')
    for voice in range(voices):
        variant = variants[voice % len(variants)]
        pitch, rate = 20 + (voice * 37) % 60, 130 + (voice * 23) % 60
        for text in SENTENCES:
            command = ['espeak-ng', '-v', f'en+{variant}', '-p', str(pitch), '-s', str(rate), '--stdout', text]
            wav = subprocess.run(command, capture_output=True, check=True).stdout
            # espeak-ng streams a WAV header with an unknown length: read the samples behind its 44 bytes.
            pcm = np.frombuffer(wav[44 : 44 + (len(wav) - 44) // 2 * 2], '<i2').astype(np.float32) / 32768
            pcm = signal.resample_poly(pcm, 320, 441).astype(np.float32)
            yield ('synthetic', f'espeak-{voice:02d}', '1' if variant[0] == 'm' else '0', '30', ''), pcm


def write_split(clips, split: str, cache: Path, limit: int = 0) -> int:
    """Write the PCM and the manifest of one split; gives the number of clips."""
    rows, pieces, start = [], [], 0
    for labels, pcm in clips:
        voiced = drop_pauses(pcm)
        if len(voiced) < SAMPLE_RATE:
            continue
        rows.append((*labels, start, len(voiced)))
        pieces.append((np.clip(voiced, -1, 1) * 32767).astype(np.int16))
        start += len(voiced)
        if limit and len(rows) >= limit:
            break
    cache.mkdir(parents=True, exist_ok=True)
    np.save(cache / f'{split}.npy', np.concatenate(pieces))
    with open(cache / f'{split}.csv', 'w', newline='') as table:
        writer = csv.writer(table)
        writer.writerow(COLUMNS)
        writer.writerows(rows)
    print(f'{split}: {len(rows)} clips, {start / SAMPLE_RATE / 60:.1f} min', flush=True)
    return len(rows)


def noise_clips(folder: Path):
    """Background noises; `exercise_bike` is held out, so that checks meet a noise never trained on."""
    for path in sorted((folder / 'noise').glob('*.opus')):
        yield ('noise', path.stem, '', '', ''), read_pcm(path)


def prepare_recordings(speech: Path, cache: Path, limit: int = 0) -> None:
    """All splits and the noises, at most `limit` clips of each (0: all)."""
    for split in ('train', 'validate', 'evaluate'):
        write_split(recorded_clips(speech, split), split, cache, limit)
    write_split(noise_clips(speech), 'noise', cache, limit)


def prepare_synthetic(voices: int, cache: Path) -> None:
    """Synthesised voices: the first two thirds to train on, the rest to calibrate with."""
    clips = list(synthetic_clips(voices))
    cut = len(SENTENCES) * (2 * voices // 3)
    write_split(clips[:cut], 'train', cache)
    write_split(clips[cut:], 'validate', cache)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--speech', type=Path, default=Path('../shared/speech'))
    parser.add_argument('--cache', type=Path, default=default_cache())
    parser.add_argument('--synthetic', type=int, default=0, help='number of synthesised voices instead of recordings')
    args = parser.parse_args()
    if args.synthetic:
        prepare_synthetic(args.synthetic, args.cache)
    else:
        prepare_recordings(args.speech, args.cache)


if __name__ == '__main__':
    main()
