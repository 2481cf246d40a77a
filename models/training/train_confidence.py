"""Third stage: how far may this code be trusted? Everything else is frozen.

The aim is the agreement (cosine, at least 0) between the code of a disturbed crop and the voice's own code from its
other clean clips; sounds that are not speech aim at 0. The last two numbers, a scale and an offset of the logit, are
fitted on held-out speakers, because agreement is higher for voices that the network has trained on. Writes voice.pt.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from config.voice import VoiceSettings
from non_speech import non_speech
from schedule import BatchesAhead, RunningMean, Schedule
from train_codes import load_model
from voice_bank import SpeechBank
from voice_batches import BatchMaker, coloured_noises, recorded_noises
from voice_encoder import VoiceEncoder
from voice_places import WINDOW_FRAMES, windows_of

NEGATIVE_SECONDS = 7.0


@dataclass(frozen=True)
class OwnCodes:
    """What a crop's code is compared with, by clip: `code` [clips, code], unit length, is the mean over the speaker's
    other clips; where there are none it is over the same clip, and `apart` [clips] is False."""

    code: Tensor
    apart: Tensor


@torch.no_grad()
def own_codes(model: VoiceEncoder, bank: SpeechBank) -> OwnCodes:
    """Mean codes over the 6 s windows of clean speech."""
    model.eval()
    of_clip = torch.zeros(len(bank.rows), model.sizes.code)
    drawn = list(windows_of(bank, 'c0', WINDOW_FRAMES))
    for start in range(0, len(drawn), 32):
        part = drawn[start : start + 32]
        log_power = np.stack([frames for _, frames in part]).astype(np.float32).transpose(0, 2, 1)
        code = model.face_code(model.from_power(torch.exp(torch.from_numpy(np.ascontiguousarray(log_power)))))
        of_clip.index_add_(0, torch.tensor([window.clip for window, _ in part]), code)
    code, apart = of_clip.clone(), torch.zeros(len(bank.rows), dtype=torch.bool)
    for clips in bank.clips_of:
        if len(clips) > 1:
            code[clips] = of_clip[clips].sum(0) - of_clip[clips]
            apart[clips] = True
    return OwnCodes(F.normalize(code), apart)


@torch.no_grad()
def negative_powers(model: VoiceEncoder, seed: int, count: int) -> list[np.ndarray]:
    """Mel power [frames, n_mels] of sounds that are not speech, at their own levels."""
    rng = np.random.default_rng(seed)
    pcm = [non_speech(NEGATIVE_SECONDS, rng) for _ in range(count)]
    return [model.mel(torch.from_numpy(sound)[None])[0].T.numpy() for sound in pcm]


class TrustBatches:
    """Crops of speech and of other sounds, with the clip of each crop (-1: not speech)."""

    def __init__(self, maker: BatchMaker, negatives: list[np.ndarray], negative_share: float = 0.25):
        self.maker = maker
        self.negatives = negatives
        self.negative_share = negative_share

    def draw(self, count: int, frames: int) -> tuple[Tensor, Tensor]:
        rng = self.maker.rng
        others = int(count * self.negative_share)
        power, clips = self.maker.disturbed_power(count - others, frames)
        rejected = []
        for _ in range(others):
            source = self.negatives[rng.integers(len(self.negatives))]
            start = rng.integers(len(source) - frames)
            crop = source[start : start + frames].copy()
            if rng.random() < 0.3:
                crop = self.maker.noise(frames) * 10 ** rng.uniform(-4, 1)
            rejected.append(crop)
        everything = np.concatenate([power, np.stack(rejected)]) if rejected else power
        everything = np.ascontiguousarray(everything.transpose(0, 2, 1), np.float32)
        return torch.from_numpy(everything), torch.tensor([*clips.tolist(), *[-1] * others])


@torch.no_grad()
def agreement(code: Tensor, clips: Tensor, own: OwnCodes) -> Tensor:
    """Cosine with the speaker's own code, at least 0; 0 for what is not speech [n]."""
    cosine = (F.normalize(code) * own.code[clips.clamp_min(0)]).sum(1).clamp(0, 1)
    return cosine * (clips >= 0)


def fit_logits(logit: Tensor, aim: Tensor, steps: int = 300) -> tuple[float, float]:
    """Scale and offset that bring sigmoid(scale * logit + offset) nearest to `aim` (cross entropy)."""
    numbers = torch.tensor([1.0, 0.0], requires_grad=True)
    optimiser = torch.optim.LBFGS([numbers], lr=0.5, max_iter=steps)

    def closure() -> Tensor:
        optimiser.zero_grad()
        loss = F.binary_cross_entropy_with_logits(numbers[0] * logit + numbers[1], aim)
        loss.backward()
        return loss

    optimiser.step(closure)
    scale, offset = numbers.detach().tolist()
    return scale, offset


@torch.no_grad()
def calibrate(model: VoiceEncoder, batches: TrustBatches, own: OwnCodes, rounds: int) -> float:
    """Fit scale and offset on held-out voices with several clips, all lengths; gives the correlation of confidence and
    agreement."""
    logits, aims = [], []
    for _ in range(rounds):
        frames = int(batches.maker.rng.integers(62, WINDOW_FRAMES))
        power, clips = batches.draw(32, frames)
        usable = (clips < 0) | own.apart[clips.clamp_min(0)]
        pooled = model.from_power(power)
        logits.append(model.trust(pooled, power)[usable])
        aims.append(agreement(model.face_code(pooled), clips, own)[usable])
    logit, aim = torch.cat(logits), torch.cat(aims)
    with torch.enable_grad():
        scale, offset = fit_logits(logit, aim)
    model.confidence.scale.fill_(scale)
    model.confidence.offset.fill_(offset)
    return float(torch.corrcoef(torch.stack([torch.sigmoid(scale * logit + offset), aim]))[0, 1])


def trust_batches(model: VoiceEncoder, bank: SpeechBank, cache: Path, seed: int, negatives: int) -> TrustBatches:
    noises = recorded_noises(cache) + coloured_noises(model.mel)
    return TrustBatches(BatchMaker(bank, noises, seed), negative_powers(model, seed, negatives))


def train_confidence(settings: VoiceSettings, cache: Path, held_out: str = 'validate', log=print) -> list[float]:
    """Train for `confidence_minutes`, then calibrate on the split `held_out`; gives the loss every 10 steps."""
    torch.set_num_threads(settings.threads)
    torch.manual_seed(settings.seed + 2)
    model = load_model(settings, cache / 'checkpoints' / 'redrawn.pt').eval()
    bank = SpeechBank(cache)
    own = own_codes(model, bank)
    batches = trust_batches(model, bank, cache, settings.seed + 2000, settings.negatives)
    optimiser = torch.optim.AdamW(model.confidence.parameters(), weight_decay=1e-3)
    schedule, history = Schedule(settings.confidence_minutes, settings.confidence_steps), []
    recent = RunningMean()
    with BatchesAhead(lambda: batches.draw(64, int(batches.maker.rng.integers(62, WINDOW_FRAMES)))) as ahead:
        while schedule.progress < 1:
            optimiser.param_groups[0]['lr'] = schedule.learning_rate(2e-3, warming=20)
            power, clips = ahead.next()
            with torch.no_grad():
                pooled = model.from_power(power)
                aim = agreement(model.face_code(pooled), clips, own)
            loss = F.binary_cross_entropy_with_logits(model.trust(pooled, power), aim)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.advance()
            recent.add(loss.item())
            if schedule.step % 10 == 0:
                history.append(recent.take())
            if schedule.step % 100 == 0:
                log(f'{schedule.spent_minutes:.1f} min, step {schedule.step}: confidence loss {loss:.3f}')
    others = SpeechBank(cache, held_out)
    unheard = trust_batches(model, others, cache, settings.seed + 3000, settings.negatives)
    correlation = calibrate(model, unheard, own_codes(model, others), settings.calibration_rounds)
    log(f'confidence on {held_out}: correlation with agreement {correlation:.3f}, '
        f'scale {model.confidence.scale.item():.2f}, offset {model.confidence.offset.item():.2f}')  # fmt: skip
    torch.save({'averaged': model.state_dict()}, cache / 'checkpoints' / 'voice.pt')
    return history
