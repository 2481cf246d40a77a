"""Second stage: regress the face code of the drawn pair from 1 to 6 s of disturbed speech.

The code head starts as the map that drew the pairs; head and trunk are then taught that short, noisy and coded crops
mean the same face, and that different voices mean different ones. Writes code.pt.
"""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from averaged import Averaged
from config.voice import VoiceSettings
from pair_codes import PairMap, draw_pairs
from population_codes import PopulationCodes
from schedule import BatchesAhead, RunningMean, Schedule
from speaker_loss import SpeakerLoss
from voice_bank import SpeechBank
from voice_batches import BatchMaker, coloured_noises, recorded_noises
from voice_encoder import VoiceEncoder
from voice_places import VoicePlaces, place_voices


def load_model(settings: VoiceSettings, file: Path) -> VoiceEncoder:
    """The averaged weights of any stage's checkpoint."""
    model = VoiceEncoder(settings.sizes)
    model.load_state_dict(torch.load(file, weights_only=True)['averaged'])
    return model


def load_speaker_model(settings: VoiceSettings, file: Path) -> VoiceEncoder:
    """Trunk and speaker head of the first stage; code and confidence heads are new."""
    model = VoiceEncoder(settings.sizes)
    saved = torch.load(file, weights_only=True)['averaged']
    learnt = {name: value for name, value in saved.items() if name.startswith(('trunk.', 'speaker.'))}
    missing, _ = model.load_state_dict(learnt, strict=False)
    if any(name.startswith(('trunk.', 'speaker.')) for name in missing):
        raise ValueError(f'{file} lacks {missing}')
    return model


def pair_voices(
    settings: VoiceSettings, cache: Path, population: PopulationCodes, log=print
) -> tuple[PairMap, VoicePlaces, list[tuple[int, str]]]:
    """Place every voice, draw its face code; writes pairs.npz (the map, targets, and which voice each is of)."""
    torch.set_num_threads(settings.threads)
    model = load_speaker_model(settings, cache / 'checkpoints' / 'speaker.pt')
    bank = SpeechBank(cache)
    copies = [name for name in sorted(bank.copies) if not name.startswith('pitch')]
    places, voices = place_voices(model, bank, copies, log)
    pairs = draw_pairs(places, population, settings.components)
    pairs.save(cache / 'checkpoints' / 'pair_map.npz')
    targets = pairs.codes(places.embedding, places.masculine, places.child)
    np.savez(
        cache / 'checkpoints' / 'pairs.npz',
        target=targets.astype(np.float32),
        speaker=np.array([speaker for speaker, _ in voices]),
        variant=np.array([variant for _, variant in voices]),
    )
    return pairs, places, voices


class CodeTargets:
    """Target codes by speaker and variant, as pairs.npz holds them."""

    def __init__(self, file: Path):
        arrays = np.load(file)
        keys = zip(arrays['speaker'].tolist(), arrays['variant'].tolist())
        self.row = {key: i for i, key in enumerate(keys)}
        self.codes = torch.from_numpy(arrays['target'])

    def of(self, voices) -> tuple[Tensor, Tensor]:
        """Codes [n, code] and whether each voice has one [n]; a voice without has zeros."""
        rows = [self.row.get(voice, -1) for voice in voices]
        known = torch.tensor([row >= 0 for row in rows])
        return self.codes[torch.tensor(rows).clamp_min(0)] * known[:, None], known


def code_loss(code: Tensor, target: Tensor, known: Tensor, voices: tuple, scale: Tensor) -> tuple[Tensor, float]:
    """Distance, direction, and finding the other crop of the pair among the batch; gives loss and mean cosine."""
    distance = (code[known] - target[known]).square().mean()
    cosine = F.cosine_similarity(code[known], target[known]).mean()
    first, second = F.normalize(code[0::2]), F.normalize(code[1::2])
    similarity = first @ second.T * scale.clamp_min(1)
    owners = voices[0::2]
    same = torch.tensor([[one == other for other in owners] for one in owners])
    same.fill_diagonal_(False)
    similarity = similarity.masked_fill(same, -1e4)
    pair = torch.arange(len(first))
    found = 0.5 * (F.cross_entropy(similarity, pair) + F.cross_entropy(similarity.T, pair))
    return distance + (1 - cosine) + 0.3 * found, cosine.item()


def start_from_map(model: VoiceEncoder, pairs: PairMap) -> None:
    """The code head computes the map and nothing else."""
    weight, bias = pairs.as_linear()
    with torch.no_grad():
        model.code.bent[-1].weight.zero_()
        model.code.bent[-1].bias.zero_()
        model.code.straight.weight.copy_(torch.from_numpy(weight))
        model.code.straight.bias.copy_(torch.from_numpy(bias))


def train_codes(settings: VoiceSettings, cache: Path, pairs: PairMap, log=print) -> list[float]:
    """Train for `code_minutes` (or `code_steps`); gives the regression loss every 10 steps."""
    torch.set_num_threads(settings.threads)
    torch.manual_seed(settings.seed + 1)
    bank = SpeechBank(cache)
    speaker_file = cache / 'checkpoints' / 'speaker.pt'
    model = load_speaker_model(settings, speaker_file)
    start_from_map(model, pairs)
    loss = SpeakerLoss(len(bank.speakers), settings.sizes.embedding, settings.scale)
    loss.load_state_dict(torch.load(speaker_file, weights_only=True)['loss'])
    scale = nn.Parameter(torch.tensor(10.0))
    targets = CodeTargets(cache / 'checkpoints' / 'pairs.npz')
    averaged = Averaged(model)
    trunk = [*model.trunk.parameters(), *model.speaker.parameters(), *loss.parameters()]
    head = [*model.code.parameters(), scale]
    optimiser = torch.optim.AdamW([{'params': trunk}, {'params': head}], weight_decay=1e-2)
    maker = BatchMaker(bank, recorded_noises(cache) + coloured_noises(model.mel), settings.seed + 1000)
    frames = (int(settings.sizes.mel.frames_per_second), settings.longest_code_frames)
    schedule, history, recent = Schedule(settings.code_minutes, settings.code_steps), [], RunningMean()
    model.train()
    with BatchesAhead(lambda: maker.speaker_batch(settings.pairs, int(maker.rng.integers(*frames)))) as ahead:
        while schedule.progress < 1:
            for group, peak in zip(optimiser.param_groups, (settings.trunk_learning_rate, settings.code_learning_rate)):
                group['lr'] = schedule.learning_rate(peak)
            batch = ahead.next()
            pooled = model.trunk(batch.mel)
            embedding, traits = model.speaker(pooled)
            target, known = targets.of(batch.voice)
            code = model.code(pooled, embedding, traits)
            regression, cosine = code_loss(code, target, known, batch.voice, scale)
            terms = loss(embedding, traits, batch, settings.margin)
            optimiser.zero_grad()
            (regression + 0.2 * terms.total).backward()
            nn.utils.clip_grad_norm_(model.parameters(), 5.0)
            optimiser.step()
            averaged.update(model)
            schedule.advance()
            recent.add(regression.item())
            if schedule.step % 10 == 0:
                history.append(recent.take())
            if schedule.step % 50 == 0:
                log(f'{schedule.spent_minutes:.1f} min, step {schedule.step}: code {regression:.3f} '
                    f'cosine {cosine:.3f}, speaker right {terms.right_speaker:.2f}, '
                    f'presentation {terms.presentation:.3f}')  # fmt: skip
                torch.save({'averaged': averaged.model.state_dict()}, cache / 'checkpoints' / 'code.pt')
    torch.save({'averaged': averaged.model.state_dict()}, cache / 'checkpoints' / 'code.pt')
    return history
