"""Gives the codes of real voices the spread that the pairs were drawn with. Writes wide.pt.

Regression answers with the mean of what it is unsure of, so codes of unheard voices lie closer together than the
population's. One factor, measured on held-out speakers, moves them out again around the place that presentation and
age give them; the trait directions themselves are left alone.

What sets whole corpora apart (their microphones, rooms and accents) is taken out of the individual part at the same
time: where somebody comes from must not shape the face.
"""

from pathlib import Path

import numpy as np
import torch

from config.voice import VoiceSettings
from pair_codes import PairMap, trait_columns
from train_codes import load_model
from voice_bank import SpeechBank
from voice_encoder import VoiceEncoder
from voice_places import windows_of

LARGEST_FACTOR = 1.8
SMALLEST_CORPUS = 10  # speakers


@torch.no_grad()
def own_components(model: VoiceEncoder, bank: SpeechBank, pairs: PairMap, basis: np.ndarray) -> np.ndarray:
    """Individual part of the code, one clean window per speaker, in the coordinates of `basis` [speakers, k]."""
    model.eval()
    first = {}
    for window, frames in windows_of(bank, 'c0'):
        first.setdefault(window.speaker, frames)
    rows = []
    for _, frames in sorted(first.items()):
        power = torch.exp(torch.from_numpy(frames.astype(np.float32)).T[None])
        pooled = model.from_power(power)
        embedding, logits = model.speaker(pooled)
        masculine, child = torch.sigmoid(logits[0]).numpy().astype(float)
        mean = trait_columns(np.array([masculine]), np.array([child])) @ pairs.mean
        rows.append((model.code(pooled, embedding, logits).numpy() - mean)[0] @ basis)
    return np.stack(rows)


def corpus_directions(own: np.ndarray, corpora: list[str]) -> np.ndarray:
    """Orthonormal directions [k, corpora - 1] along which the means of the larger corpora differ."""
    names = np.array(corpora)
    kept = [name for name in sorted(set(corpora)) if (names == name).sum() >= SMALLEST_CORPUS]
    if len(kept) < 2:
        return np.zeros((own.shape[1], 0))
    means = np.array([own[names == name].mean(0) for name in kept])
    _, _, directions = np.linalg.svd(means - means.mean(0), full_matrices=False)
    return directions[: len(kept) - 1].T


def widen_codes(settings: VoiceSettings, cache: Path, pairs: PairMap, held_out: str = 'validate', log=print) -> float:
    """Fit and store the linear map; gives the factor."""
    torch.set_num_threads(settings.threads)
    checkpoints = cache / 'checkpoints'
    model = load_model(settings, checkpoints / 'code.pt')
    bank = SpeechBank(cache)
    basis, _ = np.linalg.qr(pairs.projection)
    corpora = [bank.rows[clips[0]]['set'] for clips in bank.clips_of]
    apart = corpus_directions(own_components(model, bank, pairs, basis), corpora)
    kept = np.eye(basis.shape[1]) - apart @ apart.T
    # Per coordinate: what the pairs were drawn with, and what held-out voices get.
    drawn = np.linalg.norm(basis.T @ pairs.projection, axis=1)
    heard = (own_components(model, SpeechBank(cache, held_out), pairs, basis) @ kept).std(0)
    factor = float(np.clip(np.median(drawn / heard), 1.0, LARGEST_FACTOR))
    with torch.no_grad():
        model.code.trait_mean.copy_(torch.from_numpy(pairs.mean.T))
        model.code.widen.copy_(torch.from_numpy(basis @ (factor * kept - np.eye(len(kept))) @ basis.T))
    torch.save({'averaged': model.state_dict()}, checkpoints / 'wide.pt')
    log(f'spread on {held_out}: codes moved out by {factor:.2f}; {apart.shape[1]} directions of corpora taken out')
    return factor
