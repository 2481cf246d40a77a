"""The face codes of the synthetic population: what a drawn pair is drawn from."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

CHILD_BELOW_YEARS = 13


@dataclass(frozen=True)
class PopulationCodes:
    """`code` [n, 128] of unit variance, most visible dimensions first; `masculine` [n] 0..1; `age` [n] years;
    `weight` [n] build, 0 light to 1 heavy."""

    code: np.ndarray
    masculine: np.ndarray
    age: np.ndarray
    weight: np.ndarray

    @property
    def child(self) -> np.ndarray:
        return (self.age < CHILD_BELOW_YEARS).astype(np.float64)


def read_population(path: Path) -> PopulationCodes:
    arrays = np.load(path)
    return PopulationCodes(*(np.asarray(arrays[key], np.float64) for key in ('code', 'sex', 'age', 'weight')))


def random_population(count: int, length: int, seed: int = 3) -> PopulationCodes:
    """A made-up population of the same form, for tests and for trying the training before faces exist."""
    rng = np.random.default_rng(seed)
    masculine = rng.uniform(0, 1, count)
    age = np.where(rng.random(count) < 0.15, rng.uniform(5, 13, count), rng.uniform(17, 75, count))
    code = rng.standard_normal((count, length))
    code[:, 0] += 3 * (masculine - 0.5)
    code[:, 1] -= 2.5 * (age < CHILD_BELOW_YEARS)
    code[:, 2] += (age - 40) / 20
    weight = rng.uniform(0, 1, count)
    code[:, 3] += 2 * weight
    return PopulationCodes((code - code.mean(0)) / code.std(0), masculine, age, weight)
