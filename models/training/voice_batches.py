"""Training batches: crops of the cached copies, mixed with noise and babble in mel power, band-limited and masked.

Mixing powers instead of waveforms ignores the cross term between voice and noise; it costs nothing and has been enough.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from audio import SAMPLE_RATE, MelPower, normalise_mel
from voice_bank import SpeechBank

HELD_OUT_NOISE = 'exercise_bike'  # never trained on; the evaluation's own noise


@dataclass(frozen=True)
class Batch:
    """`speaker` is -1 and labels are nan where a crop carries none. Pairs (0, 1), (2, 3), ... are of one voice."""

    mel: Tensor  # [batch, n_mels, frames] normalised, masked
    speaker: Tensor  # [batch] int64, real voices only
    voice: tuple[tuple[int, str], ...]  # speaker and variant ('real' or the copy's name)
    presentation: Tensor  # [batch] 0 feminine, 1 masculine
    child: Tensor  # [batch] 0 adult, 1 child


def share_of(copy: str) -> float:
    """How often a copy is drawn, relative: real voices most of the time."""
    if copy.startswith('c'):
        return 0.72
    return 0.25 if copy.startswith('pitch') else 0.07


def coloured_noises(mel: MelPower, seconds: float = 40.0) -> list[np.ndarray]:
    """Log mel power of noises falling by 0, 3, 6 and 9 dB per octave."""
    rng = np.random.default_rng(5)
    spectrum = np.fft.rfft(rng.standard_normal(int(seconds * SAMPLE_RATE)))
    rise = np.arange(len(spectrum)) + 200.0
    out = []
    for exponent in (0.0, 0.5, 1.0, 1.5):
        pcm = np.fft.irfft(spectrum * rise**-exponent).astype(np.float32)
        with torch.no_grad():
            power = mel(torch.from_numpy(pcm / np.abs(pcm).max())[None])[0].T
        out.append(torch.log(power + 1e-9).numpy())
    return out


def recorded_noises(cache: Path) -> list[np.ndarray]:
    if not (cache / 'noise.csv').exists():
        return []
    bank = SpeechBank(cache, 'noise')
    kept = [i for i, row in enumerate(bank.rows) if row['speaker'] != HELD_OUT_NOISE]
    return [bank.copies['c0'].clip(i).astype(np.float32) for i in kept]


class BatchMaker:
    """Draws batches of pairs. One per thread: it owns its random generator."""

    def __init__(self, bank: SpeechBank, noises: list[np.ndarray], seed: int):
        self.bank = bank
        self.noises = noises
        self.rng = np.random.default_rng(seed)

    def copy_names(self) -> tuple[list[str], np.ndarray]:
        names = sorted(self.bank.copies)
        shares = np.array([share_of(name) for name in names])
        real = np.array([name.startswith('c') for name in names])
        shares[real] /= max(1, real.sum())
        return names, shares / shares.sum()

    def babble(self, frames: int) -> np.ndarray:
        """Mel power [frames, n_mels] of two to five people talking at once."""
        total = 0.0
        for _ in range(self.rng.integers(2, 6)):
            clip = self.rng.integers(len(self.bank.rows))
            total = total + np.exp(self.bank.crop('c0', clip, frames, self.rng).astype(np.float32))
        return total

    def noise(self, frames: int) -> np.ndarray:
        source = self.noises[self.rng.integers(len(self.noises))]
        start = self.rng.integers(len(source) - frames)
        power = np.exp(source[start : start + frames].astype(np.float32))
        if self.rng.random() < 0.4:
            power = power * np.exp(self.rng.normal() * np.linspace(-1, 1, power.shape[1]))
        return power

    def disturb(self, power: np.ndarray, noisy: float = 0.6) -> None:
        """In place: noise or babble at 0 to 22 dB, telephone and other band limits. power [frames, n_mels]."""
        frames, bands = power.shape
        if self.rng.random() < noisy:
            other = self.babble(frames) if self.rng.random() < 0.4 else self.noise(frames)
            gain = 10 ** (-self.rng.uniform(0, 22) / 10)
            power += other * (gain * power.mean() / (other.mean() + 1e-9))
        line = self.rng.random()
        if line < 0.12:
            power[:, : self.rng.integers(4, 10)] *= 1e-4
        if line < 0.25:
            power[:, self.rng.integers(54, bands) :] *= 1e-5

    def finish(self, power: np.ndarray, masked: float = 0.5) -> Tensor:
        """Mel power [batch, frames, n_mels] -> normalised mel [batch, n_mels, frames] with masked bands and times."""
        count, frames, bands = power.shape
        floor = 10 ** self.rng.uniform(-5.5, -4, (count, 1, 1))
        mel = torch.from_numpy(np.ascontiguousarray(power.transpose(0, 2, 1)))
        mel = normalise_mel(mel, torch.from_numpy(floor.astype(np.float32)))
        for i in range(count):
            if self.rng.random() < masked:
                width = self.rng.integers(1, 10)
                start = self.rng.integers(bands - width)
                mel[i, start : start + width] = 0
            if self.rng.random() < masked:
                width = self.rng.integers(5, max(6, frames // 6))
                start = self.rng.integers(frames - width)
                mel[i, :, start : start + width] = 0
        return mel

    def speaker_batch(self, pairs: int, frames: int) -> Batch:
        """`pairs` speakers with two crops each; both crops of a pair come from the same real or virtual voice."""
        bank, rng = self.bank, self.rng
        names, shares = self.copy_names()
        real = [name for name in names if name.startswith('c')]
        power, voices, presentation, child = [], [], [], []
        for speaker in rng.integers(len(bank.speakers), size=pairs):
            drawn = names[rng.choice(len(names), p=shares)]
            is_real = drawn.startswith('c')
            for _ in range(2):
                copy = real[rng.integers(len(real))] if is_real else drawn
                clip = bank.clips_of[speaker][rng.integers(len(bank.clips_of[speaker]))]
                crop = np.exp(bank.crop(copy, clip, frames, rng).astype(np.float32))
                self.disturb(crop)
                power.append(crop)
                voices.append((int(speaker), 'real' if is_real else copy))
                labelled = is_real or copy.startswith('pitch')
                presentation.append(bank.presentation[clip] if labelled else np.nan)
                child.append(bank.child[clip] if is_real else np.nan)
        return Batch(
            self.finish(np.stack(power)),
            torch.tensor([speaker if variant == 'real' else -1 for speaker, variant in voices]),
            tuple(voices),
            torch.tensor(np.array(presentation, np.float32)),
            torch.tensor(np.array(child, np.float32)),
        )

    def disturbed_power(self, count: int, frames: int) -> tuple[np.ndarray, np.ndarray]:
        """Mel power [count, frames, n_mels] of real voices at any level, and their clips [count]."""
        bank, rng = self.bank, self.rng
        real = sorted(name for name in bank.copies if name.startswith('c'))
        clips, power = [], []
        for speaker in rng.integers(len(bank.speakers), size=count):
            clips.append(bank.clips_of[speaker][rng.integers(len(bank.clips_of[speaker]))])
            crop = bank.crop(real[rng.integers(len(real))], clips[-1], frames, rng)
            crop = np.exp(crop.astype(np.float32))
            self.disturb(crop)
            power.append(crop * 10 ** rng.uniform(-4, 1))
        return np.stack(power), np.array(clips)
