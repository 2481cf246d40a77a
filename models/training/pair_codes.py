"""Drawn pairs: which face code belongs to which training voice.

No photo and no video of a speaker is at hand, so the pair is *drawn*. Presentation and child or adult choose the place
within the population; the rest is the speaker's own: the speaker embedding is carried, by a fixed projection that keeps
distances, into the spread that the population has around that place. Which individual face a voice gets is arbitrary,
but every voice has its own, near voices have near faces, and it stays.

The embedding is taken as it is, reduced to its principal directions and turned, never whitened: scaling its directions
to equal variance, or by how reliable each seems on the training voices, lost a third to a half of its power to tell
unheard speakers apart (validate: EER .09 and .06 whitened, .04 as it is).
"""

from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np

from population_codes import PopulationCodes

AGE_SPREAD_KEPT = 0.25  # adult age cannot be heard in our data: drawn ages stay nearer the middle


def trait_columns(masculine: np.ndarray, child: np.ndarray) -> np.ndarray:
    """Regressors [n, 4]: 1, masculine, child, both."""
    return np.stack([np.ones_like(masculine), masculine, child, masculine * child], 1)


@dataclass(frozen=True)
class PopulationShape:
    """`mean` [4, code]: mean code by traits. `spread` [code, code]: root of the covariance around it. `build` [code]:
    unit direction along which a probe reads how heavily a person of given traits is built."""

    mean: np.ndarray
    spread: np.ndarray
    build: np.ndarray


def least_squares(inputs: np.ndarray, outputs: np.ndarray, ridge: float) -> np.ndarray:
    gram = inputs.T @ inputs / len(inputs) + ridge * np.eye(inputs.shape[1])
    return np.linalg.solve(gram, inputs.T @ outputs / len(inputs))


def reading_direction(codes: np.ndarray, value: np.ndarray) -> np.ndarray:
    """Unit direction along which a linear probe reads `value` from codes."""
    weights = least_squares(codes - codes.mean(0), value - value.mean(), 0.05)
    return weights / np.linalg.norm(weights)


def population_shape(population: PopulationCodes) -> PopulationShape:
    """Codes around their trait means; the spread leaves out what probes read as presentation and as a child.

    So the individual part of a code cannot make a masculine voice look feminine or an adult like a child, and moves the
    apparent age of adults only by AGE_SPREAD_KEPT.
    """
    traits = trait_columns(population.masculine, population.child)
    mean = least_squares(traits, population.code, 1e-4)
    around = population.code - traits @ mean
    adults = population.child < 0.5
    for value, rows, kept in (
        (population.age, adults, AGE_SPREAD_KEPT),
        (population.child, np.ones(len(traits), bool), 0.0),
        (population.masculine, np.ones(len(traits), bool), 0.0),
    ):
        direction = reading_direction(population.code[rows], value[rows])
        around = around - (1 - kept) * np.outer(around @ direction, direction)
    weight = population.weight - traits @ least_squares(traits, population.weight[:, None], 1e-4)[:, 0]
    build = reading_direction(around, weight)
    covariance = around.T @ around / len(around)
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0)) @ vectors.T
    return PopulationShape(mean, root, build)


def distance_keeping(length: int, components: int, seed: int = 17) -> np.ndarray:
    """[length, components]: random rotations below one another. Rows have length 1, columns are orthogonal where
    `components` divides `length`: distances are kept up to one factor, and every row holds a bit of every component, so
    that large and small components spread evenly over the code."""
    rng = np.random.default_rng(seed)
    blocks = []
    while len(blocks) * components < length:
        rotation, triangle = np.linalg.qr(rng.standard_normal((components, components)))
        blocks.append(rotation * np.sign(np.diag(triangle)))
    return np.concatenate(blocks)[:length]


def turn(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Rotation that takes unit vector `start` to unit vector `end` and leaves what is orthogonal to both."""
    both = start + end
    return np.eye(len(start)) - np.outer(both, both) / (1 + start @ end) + 2 * np.outer(end, start)


@dataclass(frozen=True)
class VoicePlaces:
    """What is known of many voices: `embedding` [voices, n] mean unit embedding, traits in 0..1, and `pitch` [voices]
    median Hz (nan unknown)."""

    embedding: np.ndarray
    masculine: np.ndarray
    child: np.ndarray
    pitch: np.ndarray


def low_voice_direction(components: np.ndarray, traits: np.ndarray, pitch: np.ndarray) -> np.ndarray:
    """Unit direction in component space along which voices are lower than their traits alone would make them."""
    known = ~np.isnan(pitch)
    if known.sum() < 2 * components.shape[1]:
        return np.eye(components.shape[1])[0]
    height = np.log(pitch[known])
    height = height - traits[known] @ least_squares(traits[known], height[:, None], 1e-4)[:, 0]
    return -reading_direction(components[known], height)


@dataclass(frozen=True)
class PairMap:
    """code = traits @ mean + (embedding - centre) @ components @ projection.T"""

    mean: np.ndarray  # [4, code]
    centre: np.ndarray  # [embedding]
    components: np.ndarray  # [embedding, components], orthogonal, of one length
    projection: np.ndarray  # [code, components]

    def individual(self, embedding: np.ndarray) -> np.ndarray:
        return (embedding - self.centre) @ self.components

    def codes(self, embedding: np.ndarray, masculine: np.ndarray, child: np.ndarray) -> np.ndarray:
        """Target codes [n, code] of voices with the given mean embeddings and traits."""
        return trait_columns(masculine, child) @ self.mean + self.individual(embedding) @ self.projection.T

    def as_linear(self) -> tuple[np.ndarray, np.ndarray]:
        """Weight [code, embedding + 3] and bias [code] of CodeHead.straight."""
        straight = self.projection @ self.components.T
        return np.concatenate([straight, self.mean[1:].T], 1), self.mean[0] - straight @ self.centre

    def save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(path, **asdict(self))


def read_pair_map(path: Path) -> PairMap:
    arrays = np.load(path)
    return PairMap(**{field.name: arrays[field.name] for field in fields(PairMap)})


def draw_pairs(voices: VoicePlaces, population: PopulationCodes, components: int) -> PairMap:
    """Fit the map from voices to codes. Voices of equal traits get the spread that people of equal traits have."""
    shape = population_shape(population)
    traits = trait_columns(voices.masculine, voices.child)
    centre = voices.embedding.mean(0)
    around = voices.embedding - centre
    _, vectors = np.linalg.eigh(around.T @ around)
    vectors = vectors[:, ::-1][:, :components]
    own = around @ vectors
    within_traits = own - traits @ least_squares(traits, own, 1e-3)
    vectors = vectors / np.sqrt((within_traits**2).mean())
    projection = shape.spread @ distance_keeping(shape.spread.shape[0], components)
    # Whoever speaks lower than others of the same traits gets the heavier build.
    heavier = projection.T @ shape.build
    lower = low_voice_direction(around @ vectors, traits, voices.pitch)
    projection = projection @ turn(lower, heavier / np.linalg.norm(heavier))
    return PairMap(shape.mean, centre, vectors, projection)
