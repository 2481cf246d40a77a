"""Where the trained speaker embedding puts every real and virtual voice of the training set."""

from dataclasses import dataclass

import numpy as np
import torch

from audio import normalise_mel
from pair_codes import VoicePlaces
from voice_bank import SpeechBank
from voice_encoder import VoiceEncoder, unit_length

WINDOW_FRAMES = 373  # 6 s
WINDOWS_PER_CLIP = 2


@dataclass(frozen=True)
class Window:
    speaker: int
    variant: str  # 'real' or the copy that made the voice
    clip: int


def windows_of(bank: SpeechBank, copy: str, frames: int = WINDOW_FRAMES):
    """Non-overlapping windows of every clip of a copy, with the voice each belongs to; short clips are repeated."""
    variant = 'real' if copy.startswith('c') else copy
    for speaker, clips in enumerate(bank.clips_of):
        for clip in clips:
            source = bank.copies[copy].clip(clip)
            if len(source) < frames:
                source = np.tile(source, (-(-frames // len(source)), 1))
            for index in range(min(WINDOWS_PER_CLIP, len(source) // frames)):
                yield Window(speaker, variant, clip), source[index * frames : (index + 1) * frames]


@torch.no_grad()
def embed_windows(model: VoiceEncoder, frames: list[np.ndarray], batch: int = 32) -> tuple[np.ndarray, np.ndarray]:
    """Log mel windows of one length -> unit embeddings [n, embedding], trait probabilities [n, 2]."""
    model.eval()
    embeddings, traits = [], []
    for start in range(0, len(frames), batch):
        log_power = np.stack(frames[start : start + batch]).astype(np.float32).transpose(0, 2, 1)
        pooled = model.trunk(normalise_mel(torch.exp(torch.from_numpy(np.ascontiguousarray(log_power)))))
        embedding, logits = model.speaker(pooled)
        embeddings.append(unit_length(embedding).numpy())
        traits.append(torch.sigmoid(logits).numpy())
    return np.concatenate(embeddings), np.concatenate(traits)


def known_or_heard(labels: np.ndarray, heard: float) -> float:
    """The labels' mean where there are any, else what the trait head hears."""
    known = labels[~np.isnan(labels)]
    return float(known.mean()) if len(known) else heard


def place_voices(
    model: VoiceEncoder, bank: SpeechBank, copies: list[str], log=print
) -> tuple[VoicePlaces, list[tuple[int, str]]]:
    """Mean embedding and traits of each voice.

    Labels of real speakers count; virtual voices and unlabelled speakers take what the trait head hears.
    """
    windows, embeddings, traits = [], [], []
    for copy in copies:
        drawn = list(windows_of(bank, copy))
        embedding, heard = embed_windows(model, [frames for _, frames in drawn])
        windows += [window for window, _ in drawn]
        embeddings.append(embedding)
        traits.append(heard)
        log(f'{copy}: {len(drawn)} windows')
    embedding, heard = np.concatenate(embeddings).astype(np.float64), np.concatenate(traits).astype(np.float64)
    members: dict[tuple[int, str], list[int]] = {}
    for i, window in enumerate(windows):
        members.setdefault((window.speaker, window.variant), []).append(i)
    voices = sorted(members)
    means, masculine, child, pitch = [], [], [], []
    for speaker, variant in voices:
        rows = members[speaker, variant]
        means.append(embedding[rows].mean(0))
        clips = bank.clips_of[speaker] if variant == 'real' else []
        masculine.append(known_or_heard(bank.presentation[clips], heard[rows, 0].mean()))
        child.append(known_or_heard(bank.child[clips], heard[rows, 1].mean()))
        heights = [float(bank.rows[clip]['f0']) for clip in clips if bank.rows[clip]['f0']]
        pitch.append(np.median(heights) if heights else np.nan)
    return VoicePlaces(np.stack(means), np.array(masculine), np.array(child), np.array(pitch)), voices
