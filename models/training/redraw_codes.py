"""Puts the map that drew the pairs back into the code head, drawn anew on the finished trunk. Writes redrawn.pt.

Drawn pairs are a linear map of the speaker embedding, so nothing has to be guessed: the map itself tells unheard
speakers apart better than what regression makes of it (validate, clean / G.711 / 10 dB: EER .034 / .045 / .063 against
.046 / .061 / .073), because regression answers with the mean of what it is unsure of. What the stage before is for is
the trunk, which it teaches that short, noisy and coded crops are one voice.

What sets whole corpora apart (their microphones, rooms and accents) is taken out of the individual part at the same
time: where somebody comes from must not shape the face. One factor, measured on held-out speakers, then gives real
voices of equal traits the spread that the population has around those traits.

Pairs with real faces have no such map: for them this stage is left out.
"""

from pathlib import Path

import numpy as np
import torch

from config.voice import VoiceSettings
from pair_codes import PairMap, draw_pairs, least_squares, population_shape, trait_columns
from population_codes import PopulationCodes
from train_codes import load_model, start_from_map
from voice_bank import SpeechBank
from voice_encoder import VoiceEncoder
from voice_places import place_voices, windows_of

FACTORS = (0.5, 1.8)  # of the individual part: beyond these something else is wrong
SMALLEST_CORPUS = 10  # speakers


@torch.no_grad()
def individual_parts(model: VoiceEncoder, bank: SpeechBank, pairs: PairMap) -> tuple[np.ndarray, np.ndarray]:
    """What of the codes is not the mean of the traits, one clean window per speaker [speakers, code], and the traits'
    columns [speakers, 4]."""
    model.eval()
    first = {}
    for window, frames in windows_of(bank, 'c0'):
        first.setdefault(window.speaker, frames)
    codes, heard = [], []
    for _, frames in sorted(first.items()):
        power = torch.exp(torch.from_numpy(frames.astype(np.float32)).T[None])
        pooled = model.from_power(power)
        embedding, logits = model.speaker(pooled)
        codes.append(model.code(pooled, embedding, logits)[0].numpy())
        heard.append(torch.sigmoid(logits)[0].numpy())
    traits = trait_columns(*np.stack(heard).astype(float).T)
    return np.stack(codes) - traits @ pairs.mean, traits


def corpus_directions(own: np.ndarray, corpora: list[str]) -> np.ndarray:
    """Orthonormal directions [k, corpora - 1] along which the means of the larger corpora differ."""
    names = np.array(corpora)
    kept = [name for name in sorted(set(corpora)) if (names == name).sum() >= SMALLEST_CORPUS]
    if len(kept) < 2:
        return np.zeros((own.shape[1], 0))
    means = np.array([own[names == name].mean(0) for name in kept])
    _, _, directions = np.linalg.svd(means - means.mean(0), full_matrices=False)
    return directions[: len(kept) - 1].T


def spread_within_traits(own: np.ndarray, traits: np.ndarray) -> float:
    """Root of the summed variance of `own` [n, code] among voices of equal traits."""
    around = own - traits @ least_squares(traits, own, 1e-3)
    return float(np.sqrt((around**2).sum() / max(1, len(own) - traits.shape[1])))


def redraw_codes(
    settings: VoiceSettings, cache: Path, population: PopulationCodes, held_out: str = 'validate', log=print
) -> float:
    """Draw the map again, store it and the linear map that follows it; gives the factor."""
    torch.set_num_threads(settings.threads)
    checkpoints = cache / 'checkpoints'
    model = load_model(settings, checkpoints / 'code.pt')
    bank = SpeechBank(cache)
    copies = [name for name in sorted(bank.copies) if not name.startswith('pitch')]
    pairs = draw_pairs(place_voices(model, bank, copies, log)[0], population, settings.components)
    start_from_map(model, pairs)
    corpora = [bank.rows[clips[0]]['set'] for clips in bank.clips_of]
    apart = corpus_directions(individual_parts(model, bank, pairs)[0], corpora)
    kept = np.eye(len(apart)) - apart @ apart.T
    own, traits = individual_parts(model, SpeechBank(cache, held_out), pairs)
    wanted = np.sqrt((population_shape(population).spread ** 2).sum())
    factor = float(np.clip(wanted / spread_within_traits(own @ kept, traits), *FACTORS))
    with torch.no_grad():
        model.code.trait_mean.copy_(torch.from_numpy(pairs.mean.T))
        model.code.spread.copy_(torch.from_numpy(factor * kept - np.eye(len(kept))))
    torch.save({'averaged': model.state_dict()}, checkpoints / 'redrawn.pt')
    log(f'spread on {held_out}: individual parts times {factor:.2f}; {apart.shape[1]} directions of corpora taken out')
    return factor
