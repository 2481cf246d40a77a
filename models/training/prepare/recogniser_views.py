"""Aligned crops to train the recogniser on.  python -m prepare.recogniser_views [--config NAME]

Two kinds, each an array of crops [n, 128, 128, 3] u8 and a table of the same rows:
collages.npy, .npz: drawn here from the aligned skins of the population (face_collage.py), also of blended people: two
people each, so that a network meets far more faces than were rendered. Goes on where it stopped.
rendered.npy, .npz: the true renders that `npm run population -- views` wrote, as many as there are now.
Table: code [n, 128], person (class number; blended people follow the real ones), seed (-1: blended).
"""

import io
import json
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from align import FaceMesh
from collage_style import CollageWardrobe, sample_style, sample_turn, what_was_drawn
from face_code import load_codes
from face_collage import Collage, draw_errors
from face_crop import CROP_SIZE, aligned_crop
from prepare.population import Population
from recogniser_config import RecogniserConfig, recogniser_argument

VIEWS_PER_STYLE = 2
SHARES = (0.8, 0.6)  # of two people's difference from the mean: squares add to 1, so blends spread as people do
PEOPLE_BEFORE_MEAN = 200
COPIES = 2  # of a rendered training view, each with landmarks of its own error
LANDMARK_NOISE = 0.012  # of the crop
SAVE_SECONDS = 60


class Sitters:
    """The people that are drawn: real ones of the training split, then blends of two."""

    def __init__(self, config: RecogniserConfig):
        face = config.people
        self.population, codes = Population(face), load_codes(face)
        rows = {int(seed): i for i, seed in enumerate(codes['seed'])}
        self.code = np.stack([codes['code'][rows[int(seed)]] for seed in self.population.seeds])
        self.train, self.size = self.population.train, config.texture_size
        some = self.train[:PEOPLE_BEFORE_MEAN]
        self.mean_skin = np.mean([self.shrunk(i) for i in some], 0)
        self.mean_geometry = self.population.geometry[some].mean(0)
        random = np.random.default_rng(11)
        self.pairs = [random.choice(self.train, 2, replace=False) for _ in range(config.blended_people)]

    def __len__(self) -> int:
        return len(self.train) + len(self.pairs)

    def shrunk(self, row: int) -> np.ndarray:
        """[T, T, 5] float32, 0..255"""
        skin = self.population.skins[row]
        step = skin.shape[0] // self.size
        return skin.reshape(self.size, step, self.size, step, 5).astype(np.float32).mean((1, 3))

    def for_fitting(self, number: int, every: int) -> bool:
        """Whether the network must not be trained on this sitter, or on what is blended of one."""
        if number < len(self.train):
            return number % every == 0
        return any(np.searchsorted(self.train, row) % every == 0 for row in self.pairs[number - len(self.train)])

    def seed(self, number: int) -> int:
        return int(self.population.seeds[self.train[number]]) if number < len(self.train) else -1

    def get(self, number: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """skin [T, T, 5] u8, geometry [17, nk + nr, 3], code [128]"""
        geometry = self.population.geometry
        if number < len(self.train):
            row = self.train[number]
            return np.round(self.shrunk(row)).astype(np.uint8), np.array(geometry[row]), self.code[row]
        pair = self.pairs[number - len(self.train)]
        blend = lambda mean, parts: mean + sum(share * (part - mean) for share, part in zip(SHARES, parts))
        skin = blend(self.mean_skin, [self.shrunk(i) for i in pair])
        code = sum(share * self.code[i] for share, i in zip(SHARES, pair))
        return np.round(skin.clip(0, 255)).astype(np.uint8), blend(self.mean_geometry, geometry[pair]), code


def order_of_views(config: RecogniserConfig, sitters: Sitters) -> list[tuple[int, int]]:
    """(sitter, round): everybody is met before anybody is met again, so training may begin early."""
    real = len(sitters.train)
    rounds = max(config.collage_views, config.blended_views) // VIEWS_PER_STYLE
    wanted = lambda n: (config.collage_views if n < real else config.blended_views) // VIEWS_PER_STYLE
    return [(n, r) for r in range(rounds) for n in range(len(sitters)) if r < wanted(n)]


def draw_collages(config: RecogniserConfig, sitters: Sitters) -> int:
    """Draws what is missing; returns how many crops there are."""
    order = order_of_views(config, sitters)
    config.folder.mkdir(parents=True, exist_ok=True)
    file, table = config.folder / 'collages.npy', config.folder / 'collages.npz'
    count = VIEWS_PER_STYLE * len(order)
    shape = (count, CROP_SIZE, CROP_SIZE, 3)
    done = len(np.load(table)['person']) if table.exists() and file.exists() else 0
    if done and np.load(file, mmap_mode='r').shape != shape:
        raise SystemExit(f'{file} is of another configuration: delete {config.folder}')
    if done == count:
        return count
    crops = np.lib.format.open_memmap(file, 'r+' if done else 'w+', np.uint8, shape)
    face = config.people
    mesh = FaceMesh.load(face.mesh)
    collage = Collage(
        mesh, CollageWardrobe(config.layers, config.texture_size), sitters.mean_geometry[0, mesh.known :]
    )
    started, saved = time.monotonic(), time.monotonic()

    def save(rows: int) -> None:
        people = np.repeat([n for n, _ in order[: rows // VIEWS_PER_STYLE]], VIEWS_PER_STYLE)
        crops.flush()
        write_table(table, people, [sitters.seed(n) for n in people], [sitters_code(sitters, n) for n in people])

    for place in range(done // VIEWS_PER_STYLE, len(order)):
        number, turn_round = order[place]
        random = np.random.default_rng([number, turn_round])
        skin, geometry, _ = sitters.get(number)
        style = sample_style(random, collage.wardrobe)
        dressed = collage.dress(skin, style)
        for k in range(VIEWS_PER_STYLE):
            crops[VIEWS_PER_STYLE * place + k] = collage.draw(dressed, geometry, sample_turn(random), style, random)
        last = place + 1 == len(order)
        if last or time.monotonic() - saved > SAVE_SECONDS:
            rows = VIEWS_PER_STYLE * (place + 1)
            save(rows)
            saved = time.monotonic()
            print(f'{rows} of {count} collages, {(saved - started) / (rows - done) * 1e3:.0f} ms each', flush=True)
    return count


def drawn_in_collages(config: RecogniserConfig, sitters: Sitters, wardrobe: CollageWardrobe) -> np.ndarray:
    """[n, k]: what_was_drawn of every collage, in the rows' order, by drawing the same lots again."""
    rows = []
    for number, turn_round in order_of_views(config, sitters):
        random = np.random.default_rng([number, turn_round])
        style = sample_style(random, wardrobe)
        for _ in range(VIEWS_PER_STYLE):
            rows.append(what_was_drawn(style, sample_turn(random)))
            draw_errors(random)
    return np.array(rows)


def sitters_code(sitters: Sitters, number: int) -> np.ndarray:
    if number < len(sitters.train):
        return sitters.code[sitters.train[number]]
    return sum(share * sitters.code[i] for share, i in zip(SHARES, sitters.pairs[number - len(sitters.train)]))


def write_table(path: Path, person, seed, code) -> None:
    partial = path.with_suffix('.partial.npz')
    np.savez(partial, person=np.array(person), seed=np.array(seed), code=np.array(code, np.float32))
    partial.replace(path)


def read_views(folder: Path, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray, dict]]:
    """picture [h, w, 3] u8, landmarks [5, 2] in its pixels, all that is known of the view."""
    described = json.loads((folder / f'{seed}.json').read_text())
    content = (folder / f'{seed}.bin').read_bytes()
    for view in described['views']:
        file = content[view['offset'] : view['offset'] + view['bytes']]
        picture = np.asarray(Image.open(io.BytesIO(file)).convert('RGB'))
        yield picture, np.array(view['landmarks']).reshape(-1, 2) * described['size'], view


def rendered_seeds(config: RecogniserConfig) -> list[int]:
    return sorted(int(path.stem) for path in config.views.glob('*.json'))


def align_rendered(config: RecogniserConfig, sitters: Sitters) -> int:
    """Crops of all rendered views of training people."""
    number_of = {sitters.seed(n): n for n in range(len(sitters.train))}
    random = np.random.default_rng(5)
    crops, people = [], []
    for seed in rendered_seeds(config):
        if seed not in number_of:
            continue
        for picture, landmarks, _ in read_views(config.views, seed):
            for _ in range(COPIES):
                scale = np.ptp(landmarks[:, 1]) / 0.29  # the crop's side in this picture, about
                noise = LANDMARK_NOISE * scale * random.standard_normal(landmarks.shape)
                crops.append(aligned_crop(picture, landmarks + noise))
                people.append(number_of[seed])
    if crops:
        partial = config.folder / 'rendered.partial.npy'
        np.save(partial, np.stack(crops))
        partial.replace(config.folder / 'rendered.npy')  # a training that reads the old file goes on reading it
        codes = [sitters_code(sitters, n) for n in people]
        write_table(config.folder / 'rendered.npz', people, [sitters.seed(n) for n in people], codes)
    return len(crops)


if __name__ == '__main__':
    settings, _ = recogniser_argument('prepare crops for the recogniser')
    everybody = Sitters(settings)
    print(draw_collages(settings, everybody), 'collages')
    print(align_rendered(settings, everybody), 'crops of rendered views')
