"""Face codes: 128 numbers per person, unit variance in each dimension over the training people.  python face_code.py
[--config NAME]

code = leading components of how people differ in *appearance*: vertices at rest, tone-free skin, silhouette, each in
the unit of its own deviation over the population, times its share. Each dimension is then divided by its deviation. So the code holds what shows, most of it first, and nothing that doesn't, and a decoder is nearly linear in
it. (A code made of the generator's parameters, weighted by their effect, gave twice to four times the mesh error:
FACE.md.)

Style is not in the code because it is not in the pictures: everybody is rendered bald, without brows, lashes, beard or
clothes, at one reference tone, and the tone is divided out.

Writes codes.npz: code [n, 128], sex 0..1, age years, weight 0..1, seed, deviation [128] (of each dimension before the
division, the mean square of all being 1: how much a dimension shows).
"""

import numpy as np

from align import FaceMesh
from face_config import FaceConfig, config_argument
from face_shapes import rest_shapes
from prepare.population import Population
from skin_views import COLOURS, halve, outlines, shrink, texel_weight

SHAPE_SHARE, SKIN_SHARE, OUTLINE_SHARE = 3.5, 1.0, 0.5  # deviations, not variances
# How high a face lies in its frame is half of how shapes differ, and nobody sees it: a face moved is the same face.
PLACE_WEIGHT = 0.35
DEPTH_WEIGHT = 0.5  # z shows only when the head turns
HIDDEN_WEIGHT = 0.3  # teeth and tongue
COMPONENTS = 320  # of each part, before they are joined
CHUNK = 32


def pca(x: np.ndarray, count: int):
    """Rows of x -> mean, basis [count, d] (orthonormal rows), eigenvalues, total variance. By the Gram matrix: n <<
    d."""
    mean = x.mean(0)
    y = x - mean
    values, vectors = np.linalg.eigh((y @ y.T).astype(np.float64))
    values, vectors = values[::-1][:count], vectors[:, ::-1][:, :count]
    return mean, (vectors / np.sqrt(np.maximum(values, 1e-12))).T.astype(y.dtype) @ y, values, (y**2).sum()


def ridge(x: np.ndarray, target: np.ndarray, penalty: float = 10.0) -> np.ndarray:
    """[n, a] -> [n, b]: weights [a + 1, b], the bias in the last row (not penalised)."""
    design = np.c_[x, np.ones(len(x))]
    return np.linalg.solve(design.T @ design + penalty * np.diag(np.r_[np.ones(x.shape[1]), 0]), design.T @ target)


def vertex_weight(mesh: FaceMesh) -> np.ndarray:
    """[nk + nr, 3]"""
    eyes = sum(mesh.topology['raw_counts'][k] for k in ('eyeL', 'eyeR'))
    weight = np.ones((mesh.known + mesh.raw_count, 3))
    weight[mesh.known + eyes :] *= HIDDEN_WEIGHT
    weight[:, 2] *= DEPTH_WEIGHT
    return weight


def damp_place(shapes: np.ndarray, mean: np.ndarray, face: int) -> np.ndarray:
    """shapes [n, points, 3] -> the same, their differences in place and size (of the first `face` vertices, in the
    picture) made smaller. One linear map for everybody."""
    centred = mean[:, :2] - mean[:face, :2].mean(0)
    modes = np.zeros((3, *mean.shape))
    modes[0, :, 0], modes[1, :, 1], modes[2, :, :2] = 1, 1, centred
    inside = modes[:, :face, :2].reshape(3, -1)
    amounts = (shapes - mean)[:, :face, :2].reshape(len(shapes), -1) @ np.linalg.pinv(inside)
    return shapes - (1 - PLACE_WEIGHT) * np.tensordot(amounts, modes, 1)


def in_chunks(rows: np.ndarray) -> list[np.ndarray]:
    return [rows[i : i + CHUNK] for i in range(0, len(rows), CHUNK)]


class Appearance:
    """People as rows of numbers in which distance means visible difference. Fitted on `rows`."""

    def __init__(self, config: FaceConfig, population: Population, rows: np.ndarray):
        mesh = FaceMesh.load(config.mesh)
        self.config, self.population = config, population
        weight = vertex_weight(mesh)
        shapes = rest_shapes(population, mesh)
        shapes = damp_place(shapes, shapes[rows].mean(0), mesh.face) * weight
        self.shapes = shapes.reshape(len(population), -1).astype(np.float32)
        coverage = np.mean([population.skins[i, ..., COLOURS] for i in rows], 0) / 255
        self.root = np.sqrt(halve(texel_weight(mesh, coverage), config.code_side)).astype(np.float32)
        skins, fields = (np.concatenate(part) for part in zip(*(self.views(chunk) for chunk in in_chunks(rows))))
        self.parts = []
        for values, share in ((self.shapes[rows], SHAPE_SHARE), (skins, SKIN_SHARE), (fields, OUTLINE_SHARE)):
            mean, basis, _, total = pca(values, min(COMPONENTS, len(rows) - 1))
            self.parts.append((mean, basis * (share / np.sqrt(total / len(rows)))))

    def views(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """-> weighted skins [b, 4 * side * side], silhouette fields [b, side * side]"""
        taken, side = self.population.skins[rows], self.config.code_side
        skins = shrink(taken[..., :COLOURS], side) * self.root
        return skins.reshape(len(rows), -1), outlines(taken, side).reshape(len(rows), -1)

    def coordinates(self) -> np.ndarray:
        """[n, coordinates] of everybody"""
        out = []
        for rows in in_chunks(np.arange(len(self.population))):
            values = (self.shapes[rows], *self.views(rows))
            out.append(np.hstack([(v - mean) @ basis.T for v, (mean, basis) in zip(values, self.parts)]))
        return np.concatenate(out).astype(np.float64)


def make_codes(config: FaceConfig) -> dict:
    population = Population(config)
    train = population.train
    # A few thousand people span the population; everybody's code is then a projection, however many there are.
    spanning = train[np.linspace(0, len(train) - 1, min(len(train), config.code_people)).astype(int)]
    coordinates = Appearance(config, population, spanning).coordinates()
    centred = coordinates - coordinates[train].mean(0)
    values, directions = np.linalg.eigh(centred[train].T @ centred[train] / len(train))
    kept = min(config.code_length, int((values > 1e-9 * values[-1]).sum()))
    directions = directions[:, ::-1][:, :kept].T
    # The sign of a component is arbitrary: fix it, so that the same population always gives the same code.
    directions *= np.sign(directions[np.arange(kept), np.abs(directions).argmax(1)])[:, None]
    components = centred @ directions.T
    deviation = components[train].std(0)
    # Fewer ways to differ than numbers in the code (tiny populations): the rest of the code means nothing.
    spare = np.random.default_rng(0).standard_normal((len(population), config.code_length - kept))
    code = np.hstack([components / deviation, (spare - spare[train].mean(0)) / spare[train].std(0)])
    deviation = np.r_[deviation, np.zeros(config.code_length - kept)]
    share = (deviation**2).sum() / values.sum()
    print(f'{len(population)} people; the code keeps {share:.4f} of how they differ', flush=True)
    return dict(
        code=code.astype(np.float32),
        sex=np.array([p['sex'] for p in population.people]),
        age=np.array([p['age'] for p in population.people]),
        weight=np.array([p['weight'] for p in population.people]),
        seed=population.seeds,
        deviation=(deviation / np.sqrt((deviation**2).mean())).astype(np.float32),
    )


def load_codes(config: FaceConfig) -> dict:
    return dict(np.load(config.codes))


if __name__ == '__main__':
    settings, _ = config_argument('face codes of the population')
    codes = make_codes(settings)
    settings.codes.parent.mkdir(parents=True, exist_ok=True)
    np.savez(settings.codes, **codes)
    print('wrote', settings.codes)
