"""Gives the codes of real voices the spread that the pairs were drawn with. Writes wide.pt.

Regression answers with the mean of what it is unsure of, so codes of unheard voices lie closer together than the
population's. One factor, measured on held-out speakers, moves them out again around the place that presentation and
age give them; the trait directions themselves are left alone.
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

LARGEST_FACTOR = 1.6


@torch.no_grad()
def own_components(model: VoiceEncoder, bank: SpeechBank, pairs: PairMap, basis: np.ndarray) -> np.ndarray:
    """Individual part of the code, one clean window per speaker, in the coordinates of `basis` [speakers, k]."""
    model.eval()
    first = {}
    for window, frames in windows_of(bank, 'c0'):
        first.setdefault(window.speaker, frames)
    rows = []
    for frames in first.values():
        power = torch.exp(torch.from_numpy(frames.astype(np.float32)).T[None])
        pooled = model.from_power(power)
        embedding, logits = model.speaker(pooled)
        masculine, child = torch.sigmoid(logits[0]).numpy().astype(float)
        mean = trait_columns(np.array([masculine]), np.array([child])) @ pairs.mean
        rows.append((model.code(pooled, embedding, logits).numpy() - mean)[0] @ basis)
    return np.stack(rows)


def widen_codes(settings: VoiceSettings, cache: Path, pairs: PairMap, held_out: str = 'validate', log=print) -> float:
    """Fit and store the factor; gives it."""
    torch.set_num_threads(settings.threads)
    checkpoints = cache / 'checkpoints'
    model = load_model(settings, checkpoints / 'code.pt')
    basis, _ = np.linalg.qr(pairs.projection)
    drawn = np.linalg.norm(basis.T @ pairs.projection, axis=1)  # deviation of each coordinate among the pairs
    heard = own_components(model, SpeechBank(cache, held_out), pairs, basis).std(0)
    factor = float(np.clip(np.median(drawn / heard), 1.0, LARGEST_FACTOR))
    with torch.no_grad():
        model.code.trait_mean.copy_(torch.from_numpy(pairs.mean.T))
        model.code.widen.copy_(torch.from_numpy((factor - 1) * basis @ basis.T))
    torch.save({'averaged': model.state_dict()}, checkpoints / 'wide.pt')
    log(f'spread on {held_out}: codes moved out by {factor:.2f}')
    return factor
