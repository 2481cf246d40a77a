"""First stage: the trunk learns to tell speakers apart under everything a call does to a voice.

Writes speaker.pt into the cache's checkpoints about every minute and goes on from it when started again.
"""

from pathlib import Path

import torch
from torch import Tensor, nn

from averaged import Averaged
from config.voice import VoiceSettings
from schedule import BatchesAhead, RunningMean, Schedule
from speaker_loss import SpeakerLoss
from voice_bank import SpeechBank
from voice_batches import BatchMaker, coloured_noises, recorded_noises
from voice_encoder import VoiceEncoder


def late_margin(progress: float, margin: float) -> float:
    """Nothing until 45 % of the time, all of it from 75 %."""
    return margin * min(1.0, max(0.0, (progress - 0.45) / 0.3))


def speaker_part(model: VoiceEncoder) -> dict[str, Tensor]:
    """What this stage trains: trunk and speaker head. The code's heads come later."""
    return {name: value for name, value in model.state_dict().items() if name.startswith(('trunk.', 'speaker.'))}


def train_speaker(settings: VoiceSettings, cache: Path, log=print) -> list[float]:
    """Train for `speaker_minutes` (or `speaker_steps`) in all, earlier starts counted in; gives the total loss every 10
    steps."""
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
    schedule = Schedule(settings.speaker_minutes, settings.speaker_steps)
    if file.exists():
        saved = torch.load(file, weights_only=True)
        model.load_state_dict(saved['model'], strict=False)
        averaged.model.load_state_dict(saved['averaged'], strict=False)
        loss.load_state_dict(saved['loss'])
        optimiser.load_state_dict(saved['optimiser'])
        schedule = Schedule(settings.speaker_minutes, settings.speaker_steps, saved['step'], saved['spent'])
        averaged.steps = schedule.step

    def save() -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        state = {
            'model': speaker_part(model), 'averaged': speaker_part(averaged.model), 'loss': loss.state_dict(),
            'optimiser': optimiser.state_dict(), 'step': schedule.step, 'spent': schedule.spent_seconds,
        }  # fmt: skip
        torch.save(state, file.with_suffix('.partial'))
        file.with_suffix('.partial').rename(file)

    maker = BatchMaker(bank, noises, settings.seed + schedule.step)
    frames = (settings.shortest_frames, settings.longest_frames)
    history, recent = [], RunningMean()
    model.train()
    with BatchesAhead(lambda: maker.speaker_batch(settings.pairs, int(maker.rng.integers(*frames)))) as ahead:
        while schedule.progress < 1:
            for group in optimiser.param_groups:
                group['lr'] = schedule.learning_rate(settings.learning_rate)
            batch = ahead.next()
            embedding, traits = model.speaker(model.trunk(batch.mel))
            terms = loss(embedding, traits, batch, late_margin(schedule.progress, settings.margin))
            optimiser.zero_grad()
            terms.total.backward()
            nn.utils.clip_grad_norm_(learnt, 5.0)
            optimiser.step()
            averaged.update(model)
            schedule.advance()
            recent.add(terms.total.item())
            if schedule.step % 10 == 0:
                history.append(recent.take())
            if schedule.step % 50 == 0:
                log(f'{schedule.spent_minutes:.1f} min, step {schedule.step}: speaker {terms.margin:.2f} '
                    f'right {terms.right_speaker:.2f}, pairs {terms.pairs:.2f}, '
                    f'presentation {terms.presentation:.3f} right {terms.right_presentation:.2f}, '
                    f'child {terms.child:.3f}, {len(bank.copies)} copies')  # fmt: skip
            if schedule.step % 100 == 0:
                save()
                bank.refresh()
    save()
    return history
