"""Trains the original Speech2Face encoder on the pairs of ours: to compare more than speed, for those who have a GPU.

    python models/training/train_speech2face.py --cache ~/.cache/timbre/voice --minutes 600
    python models/training/train_speech2face.py --cache ~/.cache/timbre/wild --slim 8

`--cache` is a folder in which train_voice.py or train_wild.py has made train.npy, train.csv and checkpoints/pairs.npz.
The last layer gives a face code instead of VGG-Face's 4096 features. A window costs 89 billion multiply-adds: on a CPU
only slim versions (`--slim`: so many times fewer channels) can be trained.
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

sys.path.insert(0, str(Path(__file__).resolve().parent))

from config.speech2face import settings as full  # noqa: E402
from prepare.speech import default_cache  # noqa: E402
from schedule import BatchesAhead, RunningMean, Schedule  # noqa: E402
from speech2face import Speech2FaceEncoder, Speech2FaceSizes  # noqa: E402
from train_codes import CodeTargets  # noqa: E402
from voice_bank import read_manifest  # noqa: E402

TEMPERATURE = 2.0
# Of one size early on; the paper's own weights belong to VGG-Face's features.
WEIGHTS = {'normalised': 1.0, 'distilled': 0.5, 'decoder': 0.2}


def paper_loss(code: Tensor, target: Tensor, people: Tensor) -> Tensor:
    """The paper's three terms, code and target [batch, n].

    Normalised distance; distillation through a classifier of identities, here the cosine with everybody's face,
    `people` [voices, n]; distance after the face decoder's first layer, which for our decoder only scales the code.
    """
    unit, wanted = F.normalize(code), F.normalize(target)
    classes = F.normalize(people).T
    scale = people.shape[1] ** 0.5 / TEMPERATURE
    likeness, aim = (scale * unit @ classes).log_softmax(1), (scale * wanted @ classes).softmax(1)
    terms = {
        'normalised': (unit - wanted).square().sum(1).mean(),
        'distilled': F.kl_div(likeness, aim, reduction='batchmean') * TEMPERATURE**2,
        'decoder': (code - target).abs().mean(),
    }
    return sum(WEIGHTS[name] * term for name, term in terms.items())


class Windows:
    """Crops of random clips whose voice is in pairs.npz; short clips are repeated."""

    def __init__(self, cache: Path, samples: int, seed: int = 0):
        self.rows = read_manifest(cache / 'train.csv')
        self.pcm = np.load(cache / 'train.npy', mmap_mode='r')
        speakers = {name: i for i, name in enumerate(sorted({row['speaker'] for row in self.rows}))}
        codes, known = CodeTargets(cache / 'checkpoints' / 'pairs.npz').of([(i, 'real') for i in range(len(speakers))])
        self.people = codes[known]
        self.code_of = {name: codes[i] for name, i in speakers.items() if known[i]}
        self.usable = [row for row in self.rows if row['speaker'] in self.code_of]
        self.samples, self.rng = samples, np.random.default_rng(seed)

    def draw(self, count: int) -> tuple[Tensor, Tensor]:
        """pcm [count, samples], code [count, n]"""
        pcm, codes = [], []
        for index in self.rng.integers(len(self.usable), size=count):
            row = self.usable[index]
            clip = np.asarray(self.pcm[row['start'] : row['start'] + row['samples']], np.float32) / 32768
            clip = np.tile(clip, -(-self.samples // len(clip)))
            start = self.rng.integers(len(clip) - self.samples + 1)
            pcm.append(clip[start : start + self.samples])
            codes.append(self.code_of[row['speaker']])
        return torch.from_numpy(np.stack(pcm)), torch.stack(codes)


def train_speech2face(
    sizes: Speech2FaceSizes, cache: Path, schedule: Schedule, batch: int = 16, peak: float = 1e-3, log=print
) -> list[float]:
    """Writes checkpoints/speech2face.pt; gives the loss every 5 steps."""
    torch.manual_seed(0)
    device = torch.device('cuda' if torch.cuda.is_available() else 'cpu')
    windows = Windows(cache, sizes.samples)
    people = windows.people.to(device)
    model = Speech2FaceEncoder(replace(sizes, features=(*sizes.features[:-1], people.shape[1]))).to(device).train()
    optimiser = torch.optim.Adam(model.parameters())
    history, recent = [], RunningMean()
    with BatchesAhead(lambda: windows.draw(batch)) as ahead:
        while schedule.progress < 1:
            for group in optimiser.param_groups:
                group['lr'] = schedule.learning_rate(peak)
            pcm, code = (tensor.to(device) for tensor in ahead.next())
            loss = paper_loss(model(pcm), code, people)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 5.0)
            optimiser.step()
            schedule.advance()
            recent.add(loss.item())
            if schedule.step % 5 == 0:
                history.append(recent.take())
            if schedule.step % 50 == 0:
                log(f'{schedule.spent_minutes:.1f} min, step {schedule.step}: {history[-1]:.3f}')
    torch.save(model.cpu().state_dict(), cache / 'checkpoints' / 'speech2face.pt')
    return history


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--cache', type=Path, default=default_cache())
    parser.add_argument('--minutes', type=float, default=60.0)
    parser.add_argument('--batch', type=int, default=16)
    parser.add_argument('--slim', type=int, default=1, help='so many times fewer channels')
    args = parser.parse_args()
    train_speech2face(full.slimmed(args.slim), args.cache, Schedule(args.minutes), args.batch)


if __name__ == '__main__':
    main()
