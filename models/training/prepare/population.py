"""Person files -> aligned, tone-free skins and geometry.  python -m prepare.population [--config NAME]

Person file <seed>.bin (of models/population): D as RGBA, H as RGBA (image_size px, bottom row first, premultiplied,
encoded as face_colour.py says), then float32 [17, nk + nr, 3]: rest and 16 expressions, known vertices then raw
ones, frame units. Writes to the work folder: skins.npy [n, T, T, 5] u8 (D rgb, H, alpha), geometry.npy [n, 17, nk +
nr, 3], people.json. Can be run again while people are still being rendered: it goes on where it stopped.
"""

import json
import time
from pathlib import Path

import numpy as np

from align import Aligner, FaceMesh, nearest_inside
from face_config import EXPRESSIONS, FaceConfig, config_argument

POSES = 1 + len(EXPRESSIONS)


def read_planes(content: bytes, size: int, count: int) -> list[np.ndarray]:
    """RGBA planes [size, size, 4] u8, top row first."""
    step = size * size * 4
    return [np.frombuffer(content, np.uint8, step, i * step).reshape(size, size, 4)[::-1] for i in range(count)]


def straight(plane: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Premultiplied RGBA u8 -> colour [h, w, 3] and alpha [h, w, 1], 0..1."""
    alpha = plane[..., 3:].astype(np.float32) / 255
    return plane[..., :3] / 255 / np.maximum(alpha, 1e-3), alpha


def fill_outside(colour: np.ndarray, alpha: np.ndarray, threshold: float = 0.97) -> np.ndarray:
    """Colours outside the silhouette become the nearest inside colour, so that filtering never drags in black."""
    return colour[nearest_inside(alpha >= threshold)]


def skin_picture(diffuse: np.ndarray, highlight: np.ndarray) -> np.ndarray:
    """Two RGBA planes -> [h, w, 5]: D rgb, H, alpha; encoded, 0..1."""
    d, alpha = straight(diffuse)
    h, _ = straight(highlight)
    filled = fill_outside(np.dstack([d, h.mean(-1)]), alpha[..., 0])
    return np.dstack([filled, alpha]).astype(np.float32)


def read_person(path: Path, mesh: FaceMesh, size: int) -> tuple[np.ndarray, np.ndarray]:
    """-> picture [size, size, 5], geometry [17, nk + nr, 3]"""
    content = path.read_bytes()
    points = mesh.known + mesh.raw_count
    expected = 2 * size * size * 4 + POSES * points * 3 * 4
    if len(content) != expected:
        raise ValueError(
            f'{path.name}: {len(content)} bytes, expected {expected} (other mesh, other size, or still being written)'
        )
    geometry = np.frombuffer(content, '<f4', offset=2 * size * size * 4).reshape(POSES, points, 3)
    return skin_picture(*read_planes(content, size, 2)), geometry


def pictured_points(poses: np.ndarray, person: dict) -> np.ndarray:
    """[17, n, 3] -> [n, 3]: where the vertices were when the picture was taken, with the lids on the way to a blink."""
    rest, blink = poses[0], poses[1 + EXPRESSIONS.index('blink')]
    return rest + person.get('lidsClosed', 0.0) * (blink - rest)


def prepare(config: FaceConfig) -> int:
    """Prepares every finished person that is not prepared yet; returns how many there are now."""
    mesh = FaceMesh.load(config.mesh)
    config.work.mkdir(parents=True, exist_ok=True)
    skins_file, geometry_file, people_file = (config.work / n for n in ('skins.npy', 'geometry.npy', 'people.json'))
    people = json.loads(people_file.read_text()) if people_file.exists() else []
    done = {p['seed'] for p in people}
    last = config.first_seed + config.people_count
    seeds = [s for s in range(config.first_seed, last) if s not in done and (config.people / f'{s}.json').exists()]
    if not seeds:
        return len(people)
    mode = 'r+' if skins_file.exists() else 'w+'
    side = config.texture_size
    skins = np.lib.format.open_memmap(skins_file, mode, np.uint8, (config.people_count, side, side, 5))
    geometry = np.lib.format.open_memmap(
        geometry_file, mode, np.float32, (config.people_count, POSES, mesh.known + mesh.raw_count, 3)
    )
    aligner, started = Aligner(mesh, side), time.time()
    for count, seed in enumerate(seeds, 1):
        try:
            picture, points = read_person(config.people / f'{seed}.bin', mesh, config.image_size)
        except (OSError, ValueError) as error:
            print(f'skipped {seed}: {error}', flush=True)
            continue
        row, person = len(people), json.loads((config.people / f'{seed}.json').read_text())
        skin = aligner.texture(picture, mesh.extend(pictured_points(points, person)[: mesh.known]))
        skins[row] = np.round(255 * np.clip(skin, 0, 1))
        geometry[row] = points
        people.append(person)
        if count % 50 == 0 or count == len(seeds):
            skins.flush(), geometry.flush()
            people_file.write_text(json.dumps(people))
            print(f'{len(people)} people, {(time.time() - started) / count * 1e3:.0f} ms each', flush=True)
    return len(people)


class Population:
    """The prepared arrays, memory-mapped, with the split by seed."""

    def __init__(self, config: FaceConfig):
        self.people = json.loads((config.work / 'people.json').read_text())
        n = len(self.people)
        self.seeds = np.array([p['seed'] for p in self.people])
        self.skins = np.load(config.work / 'skins.npy', mmap_mode='r')[:n]
        self.geometry = np.load(config.work / 'geometry.npy', mmap_mode='r')[:n]
        self.train = np.where(self.seeds >= config.held_out_below)[0]
        self.held_out = np.where(self.seeds < config.held_out_below)[0]

    def __len__(self) -> int:
        return len(self.people)


if __name__ == '__main__':
    settings, _ = config_argument('prepare aligned skins')
    print(prepare(settings), 'people prepared')
