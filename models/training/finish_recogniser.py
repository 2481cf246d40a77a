"""Fits the straight maps at the end of the recogniser, in closed form, and writes the finished network.
python finish_recogniser.py [--config NAME]

Erasure: whatever of style, pose, light and expression can still be read from feature and code is projected out.
Reliability: each number of the code is drawn to the mean as far as it can't be relied on. People that the network was
not trained on (`fitting_every`) tell; those that it knows by heart would make every number look right.
"""

import numpy as np
import torch
import torch.nn.functional as F

from collage_style import LONG_HAIR, CollageWardrobe, luminance
from face_colour import linear
from linear_erasure import erasure, reliabilities
from prepare.recogniser_views import COPIES, Sitters, drawn_in_collages, read_views
from recogniser import SMALL_SIDE, Recogniser
from recogniser_config import RecogniserConfig, recogniser_argument
from train_recogniser import Crops, load_network, new_recogniser

BATCH = 64
MOST_COLLAGES = 12000  # enough to find a nuisance of 1 %


@torch.no_grad()
def seen_of(net: Recogniser, pictures, rows: np.ndarray) -> np.ndarray:
    """Rows of u8 pictures -> [n, code_length]"""
    out = []
    for start in range(0, len(rows), BATCH):
        batch = np.stack([pictures[row] for row in rows[start : start + BATCH]])
        planes = torch.tensor(batch).permute(0, 3, 1, 2).float() / 255
        small = F.avg_pool2d(planes, planes.shape[-1] // SMALL_SIDE)
        out.append(net.see(small.contiguous(memory_format=torch.channels_last)).numpy())
    return np.concatenate(out).astype(np.float64)


def what_was_rendered(view: dict) -> list[float]:
    """As what_was_drawn, of a rendered view."""
    style, pose, light, expression = view['style'], view['pose'], view['light'], view['expression']
    tone, hair = linear(style['tone']), style['hair']
    warmth = lambda colour: float(np.log(colour[0] / max(colour[2], 1e-4)))
    return [
        style['toneT'], warmth(tone), luminance(linear(style['hairColor'])), warmth(linear(style['hairColor'])),
        any(word in hair for word in LONG_HAIR), hair in ('none', 'buzz', 'horseshoe'),
        luminance(linear(style['browColor'])), *style['brow'], bool(style['beard']), style['stubble'], style['lashK'],
        style['eyeTex'].startswith('brown'),
        luminance(linear(style['clothColor'])), luminance(linear(style['bg'][0])), bool(style.get('glasses')),
        pose['yaw'], abs(pose['yaw']), pose['pitch'], *light['keyDirection'][:2], light['keyColour'][1],
        *(expression.get(name, 0) for name in ('blink', 'jawOpen', 'aa', 'oo', 'smile', 'browUp', 'browDown')),
    ]  # fmt: skip


def rendered_nuisance(config: RecogniserConfig, seeds: np.ndarray) -> np.ndarray:
    """[n, k] in the order of align_rendered: person by person, view by view, every copy."""
    rows = []
    for seed in dict.fromkeys(seeds.tolist()):
        for *_, view in read_views(config.views, seed):
            rows += [what_was_rendered(view)] * COPIES
    return np.array(rows, float)


def finish(config: RecogniserConfig) -> Recogniser:
    torch.set_num_threads(config.threads)
    net, sitters = load_network(config), Sitters(config)
    groups = []
    collages = Crops.load(config, 'collages')
    rows = np.arange(min(len(collages.person), MOST_COLLAGES))
    nuisance = drawn_in_collages(config, sitters, CollageWardrobe(config.layers, config.texture_size))
    groups.append((seen_of(net, collages.pictures, rows), nuisance[rows], collages.person[rows]))
    fitted, person, code = groups[0][0], collages.person[rows], collages.code[rows]
    rendered = Crops.load(config, 'rendered')
    if rendered is not None:
        seeds = np.load(config.folder / 'rendered.npz')['seed']
        seen = seen_of(net, rendered.pictures, np.arange(len(seeds)))
        groups.append((seen, rendered_nuisance(config, seeds), rendered.person))
        fitted, person, code = seen, rendered.person, rendered.code
    unseen = np.array([sitters.for_fitting(n, config.fitting_every) for n in person])
    middle = fitted.mean(0)
    erase = erasure(fitted, groups)
    clean = (fitted - middle) @ erase.T
    slope = reliabilities(clean[unseen], code[unseen]) if unseen.any() else np.ones(clean.shape[1])
    removed = len(erase) - np.linalg.matrix_rank(erase, tol=1e-6)
    print(f'{removed} directions taken out; codes drawn to {slope[:16].mean():.2f} of their guess', flush=True)

    for layer, weight in ((net.compare, erase), (net.code_map, slope[:, None] * erase)):
        layer.weight.copy_(torch.tensor(weight))
        layer.bias.copy_(-layer.weight @ torch.tensor(middle, dtype=torch.float32))
    torch.save(net.state_dict(), config.finished)
    return net


def load_recogniser(config: RecogniserConfig) -> Recogniser:
    """The finished network."""
    net = new_recogniser(config)
    net.load_state_dict(torch.load(config.finished, weights_only=True))
    return net.eval()


if __name__ == '__main__':
    settings, _ = recogniser_argument('fit the maps at the end of the recogniser')
    finish(settings)
