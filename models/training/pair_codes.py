"""Drawn pairs: which face code belongs to which training voice.

No photo and no video of a speaker is at hand, so the pair is *drawn*. Presentation and child or adult choose the place
within the population; the rest is the speaker's own: the components of the speaker embedding that tell speakers apart
most reliably are carried, by a fixed projection that keeps distances, into the spread that the population has around
that place. The most reliable components go to the most visible dimensions. Which individual face a voice gets is
arbitrary, but every voice has its own, near voices have near faces, and it stays.
"""

from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np
import scipy.linalg

from population_codes import PopulationCodes

AGE_SPREAD_KEPT = 0.5  # adult age cannot be heard in our data: drawn ages stay nearer the middle
LONGEST_COMPONENT = 2.5  # standard deviations


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
    """Codes around their trait means; the spread leaves out what a probe reads as presentation.

    So the individual part of a code cannot make a masculine voice look feminine, and moves the apparent age of adults
    only by AGE_SPREAD_KEPT.
    """
    traits = trait_columns(population.masculine, population.child)
    mean = least_squares(traits, population.code, 1e-4)
    around = population.code - traits @ mean
    adults = population.child < 0.5
    for value, rows, kept in (
        (population.age, adults, AGE_SPREAD_KEPT),
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
    """[length, components]: identity on top, random rotations below. Rows have length 1, columns are orthogonal where
    `components` divides `length`: distances are kept up to one factor."""
    rng = np.random.default_rng(seed)
    blocks = [np.eye(components)]
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
    """What is known of many voices: `embedding` [voices, n] mean unit embedding, traits in 0..1, `pitch` [voices]
    median Hz (nan unknown), and `within` [n, n], the covariance of single windows around their voice's mean."""

    embedding: np.ndarray
    masculine: np.ndarray
    child: np.ndarray
    pitch: np.ndarray
    within: np.ndarray


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
    """code = traits @ mean + (embedding - traits @ centre) @ individual.T, each component bounded."""

    mean: np.ndarray  # [4, code]
    centre: np.ndarray  # [4, embedding]
    components: np.ndarray  # [embedding, components], unit variance over voices
    projection: np.ndarray  # [code, components]

    def individual(self, embedding: np.ndarray, masculine: np.ndarray, child: np.ndarray) -> np.ndarray:
        around = embedding - trait_columns(masculine, child) @ self.centre
        return around @ self.components

    def codes(self, embedding: np.ndarray, masculine: np.ndarray, child: np.ndarray) -> np.ndarray:
        """Target codes [n, code] of voices with the given mean embeddings and traits."""
        own = self.individual(embedding, masculine, child).clip(-LONGEST_COMPONENT, LONGEST_COMPONENT)
        return trait_columns(masculine, child) @ self.mean + own @ self.projection.T

    def as_linear(self) -> tuple[np.ndarray, np.ndarray]:
        """Weight [code, embedding + 3] and bias [code] of CodeHead.straight, without the bound."""
        straight = self.projection @ self.components.T
        by_trait = self.mean - self.centre @ straight.T
        return np.concatenate([straight, by_trait[1:].T], 1), by_trait[0]

    def save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(path, **asdict(self))


def read_pair_map(path: Path) -> PairMap:
    arrays = np.load(path)
    return PairMap(**{field.name: arrays[field.name] for field in fields(PairMap)})


def draw_pairs(voices: VoicePlaces, population: PopulationCodes, components: int) -> PairMap:
    """Fit the map from voices to codes. Components are those with the largest between- to within-voice variance."""
    shape = population_shape(population)
    traits = trait_columns(voices.masculine, voices.child)
    centre = least_squares(traits, voices.embedding, 1e-3)
    around = voices.embedding - traits @ centre
    between = around.T @ around / len(around)
    within = voices.within + 1e-3 * np.trace(voices.within) / len(between) * np.eye(len(between))
    ratios, vectors = scipy.linalg.eigh(between, within)
    order = np.argsort(ratios)[::-1][:components]
    vectors = vectors[:, order] / (around @ vectors[:, order]).std(0)
    projection = shape.spread @ distance_keeping(shape.spread.shape[0], components)
    # Whoever speaks lower than others of the same traits gets the heavier build.
    heavier = projection.T @ shape.build
    lower = low_voice_direction(around @ vectors, traits, voices.pitch)
    projection = projection @ turn(lower, heavier / np.linalg.norm(heavier))
    return PairMap(shape.mean, centre, vectors, projection)
