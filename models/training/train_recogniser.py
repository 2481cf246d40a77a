"""Trains the face recogniser on the prepared crops.  python train_recogniser.py [--config NAME] [--minutes M]

Losses: margin softmax over the people (AM-softmax, Wang et al. 2018) and contrast within the batch make features of one
person alike in any style; the regression to the face code, in the decoder's weighting and plainly, gives them their
meaning. Resumes from its checkpoint, which is written every minute.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from averaged import Averaged
from face_code import load_codes
from face_crop import CROP_SIZE
from prepare.recogniser_views import Sitters, align_rendered, draw_collages, sitters_code
from recogniser import SMALL_SIDE, Recogniser
from recogniser_config import RecogniserConfig, recogniser_argument
from schedule import BatchesAhead, RunningMean, Schedule

SAVE_SECONDS, REPORT_SECONDS = 60, 60
AVERAGE_DECAY = 0.99
PLAIN_WEIGHT = 0.2  # of the unweighted regression: small directions of the code count a little, too
CODE_WEIGHT, PAIR_WEIGHT = 4.0, 0.5
MARGIN_FROM, MARGIN_TO = 0.1, 0.6  # of the training: the margin rises in between


class RowsOf:
    """Some rows of a memory-mapped array, without reading them."""

    def __init__(self, array: np.ndarray, rows: np.ndarray):
        self.array, self.rows = array, rows

    def __getitem__(self, wanted) -> np.ndarray:
        return self.array[self.rows[wanted]]

    def __len__(self) -> int:
        return len(self.rows)


@dataclass
class Crops:
    """Rows of one kind: `pictures` [n, 128, 128, 3] u8, memory-mapped."""

    pictures: np.ndarray
    person: np.ndarray
    code: np.ndarray

    def __post_init__(self):
        order = np.argsort(self.person, kind='stable')
        self.people, starts = np.unique(self.person[order], return_index=True)
        self.rows = dict(zip(self.people.tolist(), np.split(order, starts[1:])))

    def of(self, wanted: Callable[[int], bool]) -> 'Crops':
        """The same rows of fewer people."""
        kept = np.flatnonzero(np.isin(self.person, [n for n in self.people.tolist() if wanted(n)]))
        return Crops(RowsOf(self.pictures, kept), self.person[kept], self.code[kept])

    @staticmethod
    def load(config: RecogniserConfig, kind: str) -> 'Crops | None':
        table = config.folder / f'{kind}.npz'
        if not table.exists():
            return None
        known = np.load(table)
        pictures = np.load(config.folder / f'{kind}.npy', mmap_mode='r')[: len(known['person'])]
        return Crops(pictures, known['person'], known['code'])


@dataclass
class Batch:
    crops: Tensor  # [2P, 3, 64, 64] 0..1, views of a person side by side
    person: Tensor  # [2P]
    code: Tensor  # [2P, 128]


def spoil(pictures: Tensor, random: np.random.Generator) -> Tensor:
    """What cameras, codecs and hands do to [n, 3, s, s], 0..1."""
    n, _, side, _ = pictures.shape
    draw = lambda low, high, *shape: torch.tensor(random.uniform(low, high, (n, *shape)), dtype=torch.float32)
    pictures = pictures ** draw(0.7, 1.4, 1, 1, 1)
    pictures = (pictures - 0.5) * draw(0.7, 1.3, 1, 1, 1) + 0.5 + draw(-0.1, 0.1, 1, 1, 1)
    pictures = pictures * draw(0.88, 1.12, 3, 1, 1)
    for k in np.flatnonzero(random.random(n) < 0.3):  # seen from afar or through a thin line
        small = int(side * random.uniform(0.4, 0.8))
        shrunk = F.interpolate(pictures[k : k + 1], size=small, mode='bilinear', antialias=True)
        pictures[k] = F.interpolate(shrunk, size=side, mode='bilinear')[0]
    for k in np.flatnonzero(random.random(n) < 0.2):  # a hand, a microphone, a strand of hair
        height, width = random.integers(side // 12, side // 3, 2)
        top, left = random.integers(0, side - height), random.integers(0, side - width)
        colour = torch.tensor(random.random(3), dtype=torch.float32)[:, None, None]
        pictures[k, :, top : top + height, left : left + width] = colour
    noisy = torch.tensor(random.random(n) < 0.4)[:, None, None, None]
    pictures = pictures + noisy * 0.03 * torch.randn_like(pictures)
    return pictures.clamp(0, 1)


class Batches:
    """Two views of each of `batch_people` people; a share of the people by their rendered views."""

    def __init__(self, config: RecogniserConfig, kinds: list[Crops], seed: int):
        self.kinds, self.random = kinds, np.random.default_rng(seed)
        self.size, self.rendered = config.batch_people, round(config.batch_people * config.rendered_share)

    def make(self) -> Batch:
        pictures, people, codes = [], [], []
        for crops in reversed(self.kinds):  # rendered views first, collages of other people fill the batch up
            free = crops.people[~np.isin(crops.people, people)]
            left = self.size - len(people) // 2
            count = left if crops is self.kinds[0] else min(left, self.rendered, len(free))
            for person in self.random.choice(free, min(count, len(free)), replace=False):
                rows = self.random.choice(crops.rows[int(person)], 2, replace=len(crops.rows[int(person)]) < 2)
                pictures += [crops.pictures[row] for row in rows]
                codes += [crops.code[row] for row in rows]
                people += [int(person)] * 2
        planes = torch.tensor(np.stack(pictures)).permute(0, 3, 1, 2).float() / 255
        planes = F.avg_pool2d(planes, CROP_SIZE // SMALL_SIDE)
        return Batch(
            spoil(planes, self.random).contiguous(memory_format=torch.channels_last),
            torch.tensor(np.array(people)),
            torch.tensor(np.stack(codes)),
        )


class RecogniserLoss(nn.Module):
    """`codes` [people, 128] of everybody: a person's place among the features is known beforehand, only how much each
    number counts is learnt. (A free centre for each person, as for real faces, learns many times slower.)
    """

    def __init__(self, config: RecogniserConfig, codes: np.ndarray, deviation: np.ndarray):
        super().__init__()
        self.pair_scale = nn.Parameter(torch.tensor(12.0))
        weight = torch.tensor(deviation, dtype=torch.float32) ** 2
        self.register_buffer('weight', weight / weight.mean())
        self.register_buffer('codes', torch.tensor(codes, dtype=torch.float32))
        self.scale = config.scale

    def forward(
        self, feature: Tensor, code: Tensor, emphasis: Tensor, batch: Batch, margin: float
    ) -> tuple[Tensor, dict]:
        unit = F.normalize(feature)
        cosine = unit @ F.normalize(self.codes * emphasis.exp()).T
        own = F.one_hot(batch.person, len(self.codes))
        person = F.cross_entropy(self.scale * (cosine - margin * own), batch.person)
        similarity = (unit[0::2] @ unit[1::2].T) * self.pair_scale.clamp(1, 40)
        target = torch.arange(len(similarity))
        pairs = 0.5 * (F.cross_entropy(similarity, target) + F.cross_entropy(similarity.T, target))
        squares = (code - batch.code) ** 2
        weighted, plain = (squares * self.weight).mean(), squares.mean()
        total = person + PAIR_WEIGHT * pairs + CODE_WEIGHT * (weighted + PLAIN_WEIGHT * plain)
        found = (cosine.argmax(1) == batch.person).float().mean()
        terms = dict(total=total, person=person, pairs=pairs, code=weighted, found=found)
        return total, {name: value.item() for name, value in terms.items()}


def margin_at(progress: float, margin: float) -> float:
    return margin * min(1.0, max(0.0, (progress - MARGIN_FROM) / (MARGIN_TO - MARGIN_FROM)))


def new_recogniser(config: RecogniserConfig) -> Recogniser:
    return Recogniser(config.channels, torch.tensor(load_codes(config.people)['deviation']).float())


def train_recogniser(config: RecogniserConfig, minutes: float | None = None) -> dict:
    torch.set_num_threads(config.threads)
    torch.manual_seed(0)
    sitters = Sitters(config)
    trained_on = lambda number: not sitters.for_fitting(number, config.fitting_every)
    kinds = [crops.of(trained_on) for kind in ('collages', 'rendered') if (crops := Crops.load(config, kind))]
    if not kinds:
        raise SystemExit(f'no crops in {config.folder}: python -m prepare.recogniser_views')
    for crops in kinds:
        print(f'{len(crops.person)} crops of {len(crops.people)} people', flush=True)
    codes = np.stack([sitters_code(sitters, number) for number in range(len(sitters))])
    net = new_recogniser(config).to(memory_format=torch.channels_last)
    loss = RecogniserLoss(config, codes, load_codes(config.people)['deviation'])
    learnt = [p for p in (*net.parameters(), *loss.parameters()) if p.requires_grad]
    optimiser = torch.optim.AdamW(learnt, config.learning_rate, weight_decay=0.02)
    averaged, schedule = Averaged(net, AVERAGE_DECAY), Schedule(minutes or config.minutes, config.steps)
    history = []
    if config.checkpoint.exists():
        saved = torch.load(config.checkpoint, weights_only=False)
        try:
            net.load_state_dict(saved['net']), loss.load_state_dict(saved['loss'])
        except RuntimeError as error:
            raise SystemExit(f'{config.checkpoint} is of another network or other people: delete it and start again') from error
        optimiser.load_state_dict(saved['optimiser'])
        averaged.model.load_state_dict(saved['average'])
        averaged.steps, history = saved['step'], saved['history']
        schedule = Schedule(minutes or config.minutes, config.steps, saved['step'], saved['seconds'])
        print(f'resumed at step {schedule.step}, minute {schedule.spent_minutes:.1f}', flush=True)

    def save() -> None:
        partial = config.checkpoint.with_suffix('.partial')
        state = dict(
            net=net.state_dict(),
            average=averaged.model.state_dict(),
            loss=loss.state_dict(),
            optimiser=optimiser.state_dict(),
            history=history,
            step=schedule.step,
            seconds=schedule.spent_seconds,
        )
        torch.save(state, partial)
        partial.replace(config.checkpoint)

    means, saved_at, reported_at = {}, time.monotonic(), time.monotonic()
    with BatchesAhead(Batches(config, kinds, seed=schedule.step).make) as ahead:
        while schedule.progress < 1:
            for group in optimiser.param_groups:
                group['lr'] = schedule.learning_rate(config.learning_rate)
            batch = ahead.next()
            feature, code = net.read(batch.crops)
            total, terms = loss(feature, code, net.emphasis, batch, margin_at(schedule.progress, config.margin))
            optimiser.zero_grad()
            total.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 5.0)
            optimiser.step()
            schedule.advance()
            averaged.update(net)
            for name, value in terms.items():
                means.setdefault(name, RunningMean()).add(value)
            now = time.monotonic()
            if now - reported_at > REPORT_SECONDS or schedule.progress >= 1:
                history.append(dict(step=schedule.step, **{k: m.take() for k, m in means.items()}))
                shown = ' '.join(f'{k} {v:.3f}' for k, v in history[-1].items() if k != 'step')
                print(f'minute {schedule.spent_minutes:.1f} step {schedule.step} {shown}', flush=True)
                reported_at = now
            if now - saved_at > SAVE_SECONDS:
                save()
                saved_at = now
    save()
    return dict(steps=schedule.step, history=history)


def load_network(config: RecogniserConfig) -> Recogniser:
    """The averaged weights of the last checkpoint, not finished."""
    net = new_recogniser(config)
    net.load_state_dict(torch.load(config.checkpoint, weights_only=False)['average'])
    return net.eval()


if __name__ == '__main__':
    settings, arguments = recogniser_argument(
        'train the face recogniser', minutes=(float, None, 'wall-clock minutes in all (resumed ones included)')
    )
    everybody = Sitters(settings)
    draw_collages(settings, everybody)
    align_rendered(settings, everybody)
    train_recogniser(settings, arguments.minutes)
