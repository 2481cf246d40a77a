"""Do different voices get different faces, and one voice one face? Judged on decoded puppets.

The distance of two faces has two parts. Geometry: root mean square distance of the face's vertices at rest, in
distances between the eyes. Skin: root mean square difference of the displayed colour of the aligned skin in one middle
tone, 48 x 48 texels. Each is divided by its median over pairs of people of the population; the face distance is the
root of the sum of both squares. So 1.4 is an ordinary pair of strangers, whatever the units of the parts.
"""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from contract import MODELS, read_contract
from evaluation_table import Figure
from face_colour import compose, decode_diffuse, decode_highlight, linear
from speaker_bootstrap import interval, mean_of
from voice_measures import Heard
from voice_reading import file_digest, one_thread_session, pieces_digest

TONE, LIFT = '#be947b', 1.08
SKIN_SIDE = 48
LOW_PERCENTILE = 10


class FaceReader:
    """What is visible of the face of a code, remembered in `cache`."""

    def __init__(self, file: Path, cache: Path):
        self.names = read_contract()['faceDecoder']
        self.session = one_thread_session(file)
        mesh_file = MODELS / 'layers' / 'puppet-mesh.json'
        mesh = json.loads(mesh_file.read_text())
        self.vertices, self.face, groups = mesh['vertexCount'], mesh['faceCount'], mesh['landmarks']['groups']
        self.eyes = [self.vertices + 4 * groups.index(eye) for eye in ('eyeL', 'eyeR')]
        self.cache = cache / f'{file_digest(file)[:12]}-{file_digest(mesh_file)[:12]}'
        self.cache.mkdir(parents=True, exist_ok=True)

    def read(self, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """codes [n, 128] -> geometry [n, 2 * face vertices] in eye distances, skin [n, 48 * 48 * 3] displayed 0..1."""
        file = self.cache / f'{pieces_digest(list(codes))[:24]}.npz'
        if not file.exists():
            seen = [self.see(code) for code in codes]
            partial = file.with_suffix('.partial.npz')
            np.savez(partial, shape=np.stack([s for s, _ in seen]), skin=np.stack([s for _, s in seen]))
            partial.rename(file)
        with np.load(file) as known:
            return known['shape'], known['skin']

    def see(self, code: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        outputs = self.names['outputs']
        wanted = [outputs['skin'], outputs['rest']]
        skin, rest = self.session.run(wanted, {self.names['input']: code[None].astype(np.float32)})
        left, right = (rest[0, first : first + 4, :2].mean(0) for first in self.eyes)
        shape = rest[0, : self.face, :2] / np.linalg.norm(left - right)
        texels = skin[0].transpose(1, 2, 0)
        step = texels.shape[0] // SKIN_SIDE
        whole = texels[: step * SKIN_SIDE, : step * SKIN_SIDE]
        small = whole.reshape(SKIN_SIDE, step, SKIN_SIDE, step, -1).mean((1, 3))
        colour = compose(decode_diffuse(small[..., :3]), decode_highlight(small[..., 3:4]), linear(TONE), LIFT)
        covered = small[..., 4:5] > 0.5
        return shape.ravel().astype(np.float32), (colour * covered).ravel().astype(np.float32)


def root_mean_square(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """[n, d], [m, d] -> [n, m]"""
    squares = (first**2).mean(1)[:, None] + (second**2).mean(1)[None] - 2 * first @ second.T / first.shape[1]
    return np.sqrt(np.maximum(squares, 0))


class FaceDistance:
    """Fitted on pairs of the population; see above."""

    def __init__(self, faces: tuple[np.ndarray, np.ndarray]):
        pairs = np.triu_indices(len(faces[0]), 1)
        self.units = [float(np.median(root_mean_square(part, part)[pairs])) for part in faces]
        self.population = self.between(faces, faces)[pairs]
        self.low = float(np.percentile(self.population, LOW_PERCENTILE))

    def between(self, first: tuple[np.ndarray, np.ndarray], second: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
        """[n, m]"""
        parts = [root_mean_square(a, b) / unit for a, b, unit in zip(first, second, self.units)]
        return np.sqrt(sum(part**2 for part in parts))


def distinctness_figures(
    heard: Heard, reader: FaceReader, distance: FaceDistance, say: Callable[[str], None]
) -> list[Figure]:
    """Pairs of two voices, and of one voice twice, against pairs of two people of the population."""
    say(f'{heard.split}: faces')
    first, second = reader.read(heard.codes['clean']), reader.read(heard.second)
    early = reader.read(heard.codes['3 s'])
    count = len(heard.speakers)
    apart = distance.between(first, first)

    def others(rows: np.ndarray) -> np.ndarray:
        return apart[np.ix_(rows, rows)][rows[:, None] != rows[None]]

    def share(rows: np.ndarray) -> float:
        return float((others(rows) > distance.low).mean())

    def typical(rows: np.ndarray) -> float:
        return float(np.median(others(rows)) / np.median(distance.population))

    everybody = np.arange(count)
    pairs = count * (count - 1) // 2
    figures = [
        Figure(
            'faces of two voices differ by more than two people do at the 10th percentile',
            'clean', heard.split, share(everybody), *interval(count, share), pairs,
        ),
        Figure(
            'median face distance of two voices over that of two people',
            'clean', heard.split, typical(everybody), *interval(count, typical), pairs,
        ),
    ]  # fmt: skip
    for condition, other in (('two pieces', second), ('3 s against 6 s', early)):
        own = np.diag(distance.between(first, other))
        near = (own <= distance.low).astype(float)
        span = interval(count, mean_of(near))
        name = 'faces of one voice differ by less than that'
        figures.append(Figure(name, condition, heard.split, float(near.mean()), *span, count))
    return figures
