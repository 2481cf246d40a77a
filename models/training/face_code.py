"""Face codes: 128 numbers per person, unit variance in each dimension over the training people.  python face_code.py
[--config NAME]

code = PCA of the identity parameters weighted by their effect on the picture, then each dimension divided by its
deviation. The weighting matters: a PCA of plainly standardised parameters doubles the mesh error of the decoder,
because most of them hardly show. The decoder multiplies by `deviation` first, so that it sees the weighted space
again, in which distance means visible difference. Writes codes.npz: code [n, 128], sex 0..1, age years, weight 0..1,
seed, deviation [128], and what is needed to code a new person.
"""

import json

import numpy as np

from face_config import FaceConfig, config_argument
from face_parameters import parameter_keys, raw_matrix
from prepare.population import Population

CLIP = 4.0  # deviations; rare parameters would otherwise rule a component
IMPORTANCE_FLOOR = 0.2  # so that a parameter without visible effect can still be told apart a little


def pca(x: np.ndarray, count: int):
    """Rows of x -> mean, basis [count, d] (orthonormal rows), eigenvalues, total variance. By the Gram matrix: n <<
    d."""
    mean = x.mean(0)
    y = x - mean
    values, vectors = np.linalg.eigh(y @ y.T)
    values, vectors = values[::-1][:count], vectors[:, ::-1][:, :count]
    return mean, (vectors / np.sqrt(np.maximum(values, 1e-12))).T @ y, values, (y**2).sum()


def ridge(x: np.ndarray, target: np.ndarray, penalty: float = 10.0) -> np.ndarray:
    """[n, a] -> [n, b]: weights [a + 1, b], the bias in the last row (not penalised)."""
    design = np.c_[x, np.ones(len(x))]
    return np.linalg.solve(design.T @ design + penalty * np.diag(np.r_[np.ones(x.shape[1]), 0]), design.T @ target)


def importance(standardised: np.ndarray, pictures: list[np.ndarray]) -> np.ndarray:
    """How far each parameter moves each kind of picture (rows [n, d]): norm of its ridge weights onto the leading
    components."""
    total = IMPORTANCE_FLOOR
    for picture in pictures:
        components = min(48, len(picture) - 1)
        mean, basis, _, _ = pca(picture, components)
        effect = np.sqrt((ridge(standardised, (picture - mean) @ basis.T, 20)[:-1] ** 2).sum(1))
        total = total + effect / effect.mean()
    return total


def make_codes(config: FaceConfig) -> dict:
    population = Population(config)
    keys = parameter_keys(population.people)
    raw, train = raw_matrix(population.people, keys), population.train
    centre, spread = raw[train].mean(0), raw[train].std(0) + 1e-6
    standardised = np.clip((raw - centre) / spread, -CLIP, CLIP)
    shapes = population.geometry[train, 0].reshape(len(train), -1).astype(np.float32)
    skins = population.low_resolution(max(8, config.texture_size // 16))[train].reshape(len(train), -1)
    weight = importance(standardised[train], [shapes, skins])

    weighted = standardised * weight
    offset = weighted[train].mean(0)
    _, singular, directions = np.linalg.svd(weighted[train] - offset, full_matrices=False)
    kept = (singular[: config.code_length] ** 2).sum() / (singular**2).sum()
    projection = np.zeros((config.code_length, raw.shape[1]))
    projection[: min(config.code_length, len(directions))] = directions[: config.code_length]
    # The sign of a component is arbitrary: fix it, so that the same population always gives the same code.
    flip = np.sign(projection[np.arange(len(projection)), np.abs(projection).argmax(1)])
    projection *= np.where(flip == 0, 1, flip)[:, None]
    components = (weighted - offset) @ projection.T
    overall = components[train].std()
    deviation = components[train].std(0)
    dead = deviation < 1e-6 * overall  # fewer parameters than code numbers (tiny population)
    noise = np.random.default_rng(0).standard_normal(components.shape)
    components = np.where(dead, noise, components)
    deviation = np.where(dead, 0.0, deviation)
    code = (components - components[train].mean(0)) / components[train].std(0)
    print(f'{len(population)} people, {raw.shape[1]} parameters, code keeps {kept:.3f} of their weighted variance')
    return dict(
        code=code.astype(np.float32),
        sex=np.array([p['sex'] for p in population.people]),
        age=np.array([p['age'] for p in population.people]),
        weight=np.array([p['weight'] for p in population.people]),
        seed=population.seeds,
        deviation=(deviation / overall).astype(np.float32),
        raw_centre=centre,
        raw_spread=spread,
        importance=weight,
        offset=offset,
        projection=projection,
        keys=json.dumps(keys),
    )


def load_codes(config: FaceConfig) -> dict:
    return dict(np.load(config.codes))


if __name__ == '__main__':
    settings, _ = config_argument('face codes of the population')
    codes = make_codes(settings)
    settings.codes.parent.mkdir(parents=True, exist_ok=True)
    np.savez(settings.codes, **codes)
    print('wrote', settings.codes)
