"""First stage: the trunk learns to tell speakers apart under everything a call does to a voice.

Writes speaker.pt into the cache's checkpoints about every minute and goes on from it when started again.
"""

import math
import queue
import threading
import time
from pathlib import Path

import torch
from torch import Tensor, nn

from averaged import Averaged
from config.voice import VoiceSettings
from speaker_loss import SpeakerLoss
from voice_bank import SpeechBank
from voice_batches import BatchMaker, coloured_noises, recorded_noises
from voice_encoder import VoiceEncoder


def batches_ahead(make, ahead: int = 3) -> queue.Queue:
    """Make batches on a thread of their own; the queue holds at most `ahead` of them and the maker waits."""
    made = queue.Queue(ahead)

    def keep_making() -> None:
        while True:
            made.put(make())

    threading.Thread(target=keep_making, daemon=True).start()
    return made


def learning_rate(progress: float, step: int, peak: float) -> float:
    """Cosine to 1 % of the peak, after 100 warming steps."""
    return peak * min(1.0, (step + 1) / 100) * (0.5 * (1 + math.cos(math.pi * progress)) * 0.99 + 0.01)


def late_margin(progress: float, margin: float) -> float:
    """Nothing until 45 % of the time, all of it from 75 %."""
    return margin * min(1.0, max(0.0, (progress - 0.45) / 0.3))


def speaker_part(model: VoiceEncoder) -> dict[str, Tensor]:
    """What this stage trains: trunk and speaker head. The code's heads come later."""
    return {name: value for name, value in model.state_dict().items() if name.startswith(('trunk.', 'speaker.'))}


def train_speaker(settings: VoiceSettings, cache: Path, log=print) -> list[float]:
    """Train for `speaker_minutes` in all, earlier starts counted in; gives the total loss every 20 steps."""
    torch.set_num_threads(settings.threads)
    torch.manual_seed(settings.seed)
    bank = SpeechBank(cache)
    model = VoiceEncoder(settings.sizes)
    noises = recorded_noises(cache) + coloured_noises(model.mel)
    loss = SpeakerLoss(len(bank.speakers), settings.sizes.embedding, settings.scale)
    averaged = Averaged(model)
    learnt = [*model.trunk.parameters(), *model.speaker.parameters()]
    optimiser = torch.optim.AdamW(
        [{'params': learnt, 'weight_decay': 2e-2}, {'params': loss.parameters(), 'weight_decay': 1e-3}]
    )
    file = cache / 'checkpoints' / 'speaker.pt'
    step, spent = 0, 0.0
    if file.exists():
        saved = torch.load(file, weights_only=True)
        model.load_state_dict(saved['model'], strict=False)
        averaged.model.load_state_dict(saved['averaged'], strict=False)
        loss.load_state_dict(saved['loss'])
        optimiser.load_state_dict(saved['optimiser'])
        step, spent = saved['step'], saved['spent']
        averaged.steps = step

    def save() -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        state = {
            'model': speaker_part(model), 'averaged': speaker_part(averaged.model), 'loss': loss.state_dict(),
            'optimiser': optimiser.state_dict(), 'step': step, 'spent': spent,
        }  # fmt: skip
        torch.save(state, file.with_suffix('.partial'))
        file.with_suffix('.partial').rename(file)

    maker = BatchMaker(bank, noises, settings.seed + step)
    frames = (settings.shortest_frames, settings.longest_frames)
    ahead = batches_ahead(lambda: maker.speaker_batch(settings.pairs, int(maker.rng.integers(*frames))))
    total_seconds, history, last = settings.speaker_minutes * 60, [], time.monotonic()
    model.train()
    while spent < total_seconds:
        progress = spent / total_seconds
        for group in optimiser.param_groups:
            group['lr'] = learning_rate(progress, step, settings.learning_rate)
        batch = ahead.get()
        embedding, traits = model.speaker(model.trunk(batch.mel))
        terms = loss(embedding, traits, batch, late_margin(progress, settings.margin))
        optimiser.zero_grad()
        terms.total.backward()
        nn.utils.clip_grad_norm_(learnt, 5.0)
        optimiser.step()
        averaged.update(model)
        step += 1
        now = time.monotonic()
        spent, last = spent + now - last, now
        if step % 20 == 0:
            history.append(terms.total.item())
        if step % 50 == 0:
            log(f'{spent / 60:.1f} min, step {step}: speaker {terms.margin:.2f} right {terms.right_speaker:.2f}, '
                f'pairs {terms.pairs:.2f}, presentation {terms.presentation:.3f} right {terms.right_presentation:.2f}, '
                f'child {terms.child:.3f}, {len(bank.copies)} copies')  # fmt: skip
        if step % 100 == 0:
            save()
            bank.refresh()
    save()
    return history
