"""Random styles, poses, lights and expressions for collages (face_collage.py), and the layers that styles wear."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from face_colour import LUMINANCE, linear
from face_config import EXPRESSIONS, LANDMARK_GROUPS

LIMITS = dict(yaw=0.5, pitch=0.22)
LONG_HAIR = ('bob', 'bangs', 'long', 'locs', 'shag', 'braids', 'curtain', 'plaits')
MOUTH_SHAPES = EXPRESSIONS[1:12]
TONES = ['#f4d9c8', '#efcab4', '#e6b9a0', '#d5a88d', '#be947b', '#a57d66', '#8b6550', '#744e3c', '#5f3f30', '#4c3226']


@dataclass
class CollageStyle:
    """Everything about a picture that is not the person. Drawn without looking at the person."""

    tone_depth: float  # 0 lightest .. 1 darkest
    tone: np.ndarray  # linear rgb
    lift: float
    gloss: float
    hair: str  # layer names, '' for none
    hair_colour: np.ndarray
    brow: str
    brow_colour: np.ndarray
    beard: str
    beard_colour: np.ndarray
    cloth: str
    cloth_colour: np.ndarray
    eyes: int
    background: np.ndarray  # display rgb, centre and rim [2, 3]


@dataclass
class Turn:
    yaw: float
    pitch: float
    light: np.ndarray  # [3] direction of the key light
    light_colour: np.ndarray  # [3]
    expression: np.ndarray  # [16] weights


class CollageWardrobe:
    """Style layers as arrays of the textures' size."""

    def __init__(self, folder: Path | None, size: int):
        self.size, self.layers, self.tints = size, {}, {}
        self.kinds = {kind: [] for kind in ('hair', 'brow', 'beard', 'cloth')}
        if folder is None:
            self.paint(size)
            return
        index = json.loads((folder / 'index.json').read_text())
        self.boxes = np.array(
            [json.loads((folder / 'puppet-mesh.json').read_text())['spriteBoxes'][g] for g in LANDMARK_GROUPS]
        )
        for name, entry in index['layers'].items():
            if entry['kind'] not in self.kinds:
                continue
            picture = Image.open(folder / entry['file']).convert('RGB').resize((2 * size, size), Image.BOX)
            sheet = np.asarray(picture)
            self.layers[name] = np.ascontiguousarray(np.dstack([sheet[:, :size], sheet[:, size:]]))
            self.tints[name] = np.array(entry['tint'], np.float32)
            self.kinds[entry['kind']].append(name)
        sprite = lambda name: np.asarray(
            Image.open(folder / index['sprites'][name]['file']).convert('RGBA').resize((64, 64), Image.BOX)
        )
        colours = sorted({e['colour'] for e in index['sprites'].values() if 'colour' in e})
        self.eyes = np.stack([[sprite(f'{side}-{c}') for side in ('eyeL', 'eyeR')] for c in colours])
        self.mouth = np.stack([sprite(name) for name in ('teethU', 'teethD', 'tongue')])

    def paint(self, size: int) -> None:
        """A few plain layers for the smoke population: caps of hair, bars for brows."""
        y, x = (np.mgrid[0:size, 0:size] + 0.5) / size
        layer = lambda mask: np.dstack(
            [np.full((size, size), 110), np.full((size, size), 60), 255 * mask, np.full((size, size), 255)]
            + [np.zeros((size, size)), np.full((size, size), 255)]
        ).astype(np.uint8)
        self.layers = {f'hair-{k}': layer(y < 0.16 + 0.05 * k) for k in range(4)}
        self.layers |= {
            f'brow-{k}': layer((abs(y - 0.38) < 0.01 + 0.004 * k) & (abs(abs(x - 0.5) - 0.14) < 0.08)) for k in range(3)
        }
        for name in self.layers:
            self.kinds[name.split('-')[0]].append(name)
            self.tints[name] = np.ones(3, np.float32)
        self.boxes = np.tile([0.0, 0.0, 1.0, 1.0], (len(LANDMARK_GROUPS), 1))
        v, u = np.mgrid[-1:1:64j, -1:1:64j]
        iris = (u**2 + v**2 < 0.2)[..., None]
        eye = lambda colour: np.dstack([np.where(iris, colour, 240), np.full((64, 64), 255)]).astype(np.uint8)
        self.eyes = np.stack([[eye(c), eye(c)] for c in ([70, 40, 20], [80, 130, 180], [90, 120, 70])])
        self.mouth = np.full((3, 64, 64, 4), [210, 200, 190, 255], np.uint8)


def sample_style(random: np.random.Generator, wardrobe: CollageWardrobe) -> CollageStyle:
    pick = lambda kind: str(random.choice(wardrobe.kinds[kind])) if wardrobe.kinds[kind] else ''
    depth = random.random()
    place = depth * (len(TONES) - 1.001)
    first, second = (np.array([int(TONES[int(place) + k][i : i + 2], 16) for i in (1, 3, 5)]) for k in (0, 1))
    warmth = 2.2 * np.clip(0.5 + 0.22 * random.standard_normal(), 0, 1) - 0.6
    tone = (first + (second - first) * (place % 1)) * (1 + warmth * np.array([0.02, -0.004, -0.05]))
    lift = np.interp(depth, [0, 0.25, 0.3, 1], [0.93, 1, 1, 1.42]) * random.uniform(0.85, 1.15)
    natural = lambda: linear('#%02x%02x%02x' % tuple(int(v) for v in hair_colour(random)))
    background = random.uniform(0.15, 1, 3) * random.uniform(0.5, 1)
    return CollageStyle(
        tone_depth=depth,
        tone=linear('#%02x%02x%02x' % tuple(int(v) for v in np.clip(tone, 0, 255))),
        lift=float(lift),
        gloss=float(random.uniform(0.8, 1.4)),
        hair=pick('hair') if random.random() < 0.92 else '',
        hair_colour=natural(),
        brow=pick('brow') if random.random() < 0.95 else '',
        brow_colour=natural() * 0.7,
        beard=pick('beard') if random.random() < 0.22 else '',
        beard_colour=natural(),
        cloth=pick('cloth'),
        cloth_colour=random.uniform(0.01, 0.8, 3),
        eyes=int(random.integers(len(wardrobe.eyes))),
        background=np.clip(np.stack([background, background * random.uniform(0.6, 1)]), 0, 1),
    )


def hair_colour(random: np.random.Generator) -> np.ndarray:
    """Display rgb 0..255, from black over brown and red to fair and grey."""
    known = np.array([[27, 21, 20], [51, 35, 27], [90, 59, 40], [148, 106, 66], [208, 170, 116], [179, 96, 47]])
    grey, share = np.array([200, 198, 194]), random.random() ** 3
    a, b, t = known[random.integers(6)], known[random.integers(6)], 0.4 * random.random()
    return np.clip((a + (b - a) * t) * (1 - share) + grey * share, 8, 250)


def sample_turn(random: np.random.Generator) -> Turn:
    expression = np.zeros(len(EXPRESSIONS), np.float32)
    at = EXPRESSIONS.index
    if random.random() > 0.3:
        expression[at(str(random.choice(MOUTH_SHAPES)))] = random.random()
        if random.random() < 0.35:
            expression[at('smile')] = 0.8 * random.random() * (1 - 0.5 * expression.max())
        lids, brows = random.random(2)
        if lids < 0.1:
            expression[at('blink')] = random.random()
        elif lids < 0.35:
            expression[at('squint')] = 0.8 * random.random()
        if brows < 0.45:
            expression[at('browUp' if brows < 0.25 else 'browDown')] = random.random()
    spread = ((0.25, LIMITS['yaw']), (0.1, LIMITS['pitch']))
    yaw, pitch = (np.clip(deviation * random.standard_normal(), -most, most) for deviation, most in spread)
    azimuth, elevation = random.uniform(-1.2, 1.2), random.uniform(-0.15, 1)
    light = [np.sin(azimuth) * np.cos(elevation), np.sin(elevation), np.cos(azimuth) * np.cos(elevation)]
    warmth = random.standard_normal()
    colour = random.uniform(0.75, 1.2) * np.array([1 + 0.08 * warmth, 1, 1 - 0.1 * warmth])
    return Turn(float(yaw), float(pitch), np.array(light), colour, expression)


def luminance(colour: np.ndarray) -> float:
    return float(colour @ LUMINANCE) ** (1 / 2.2)


def what_was_drawn(style: CollageStyle, turn: Turn) -> list[float]:
    """Everything about a collage that its person has no part in, as numbers."""
    warmth = lambda colour: float(np.log(colour[0] / colour[2]))
    named = lambda layer, *words: float(any(word in layer for word in words))
    return [
        style.tone_depth, warmth(style.tone), style.lift, bool(style.hair), luminance(style.hair_colour),
        warmth(style.hair_colour), named(style.hair, *LONG_HAIR), named(style.hair, 'buzz', 'horseshoe'),
        bool(style.brow), luminance(style.brow_colour), named(style.brow, 'thick'), named(style.brow, 'arched', 'soft'),
        bool(style.beard), named(style.beard, 'full', 'long', 'short'), named(style.beard, 'stubble'),
        bool(style.beard) * luminance(style.beard_colour), luminance(style.cloth_colour), float(style.eyes),
        luminance(style.background[0]), turn.yaw, abs(turn.yaw), turn.pitch, *turn.light[:2], turn.light_colour[1],
        *turn.expression[[0, 1, 2, 6, 7, 12, 13, 14]],
    ]  # fmt: skip
