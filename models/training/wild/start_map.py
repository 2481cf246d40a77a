"""Where the code head starts when pairs are real: the straight map from speaker embeddings to faces that fits best.

Drawn pairs come with such a map (pair_codes.py); here it is fitted by ridge regression. It listens to the embedding
alone: presentation and age are not known of anybody.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from config.voice import VoiceSettings
from train_codes import CodeTargets, load_speaker_model
from voice_bank import SpeechBank
from voice_places import place_voices

RIDGE = 1e-2  # of the embeddings' mean variance
TRAITS = 3  # inputs of CodeHead.straight beside the embedding


@dataclass(frozen=True)
class StartMap:
    """code = weight @ embedding + bias; weight [code, embedding], bias [code]."""

    weight: np.ndarray
    bias: np.ndarray

    def as_linear(self) -> tuple[np.ndarray, np.ndarray]:
        """Weight [code, embedding + 3] and bias [code] of CodeHead.straight."""
        return np.pad(self.weight, ((0, 0), (0, TRAITS))), self.bias

    def save(self, path: Path) -> None:
        np.savez(path, weight=self.weight, bias=self.bias)


def read_start_map(path: Path) -> StartMap:
    arrays = np.load(path)
    return StartMap(arrays['weight'], arrays['bias'])


def fit_start_map(embedding: np.ndarray, target: np.ndarray, ridge: float = RIDGE) -> StartMap:
    """embedding [voices, n], target [voices, code]"""
    middle, mean = embedding.mean(0), target.mean(0)
    around = embedding - middle
    gram = around.T @ around / len(around)
    gram += (ridge * np.trace(gram) / len(gram) + 1e-9) * np.eye(len(gram))
    weight = np.linalg.solve(gram, around.T @ (target - mean) / len(around)).T
    return StartMap(weight, mean - weight @ middle)


def write_start_map(settings: VoiceSettings, cache: Path, log=print) -> StartMap:
    """Fit to the real voices that have a face; writes start_map.npz."""
    bank = SpeechBank(cache)
    model = load_speaker_model(settings, cache / 'checkpoints' / 'speaker.pt')
    copies = [name for name in sorted(bank.copies) if name.startswith('c')]
    places, voices = place_voices(model, bank, copies, log)
    target, known = CodeTargets(cache / 'checkpoints' / 'pairs.npz').of(voices)
    start = fit_start_map(places.embedding[known.numpy()], target[known].numpy().astype(np.float64))
    start.save(cache / 'checkpoints' / 'start_map.npz')
    return start
