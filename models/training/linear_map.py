"""Linear maps from a face code to pictures and vertices, fitted in one pass over people that need not fit in memory."""

import numpy as np


class LinearMap:
    """target = mean + code @ weights, by least squares over everybody that was added."""

    def __init__(self, inputs: int, outputs: int, kind: type = np.float64):
        self.gram = np.zeros((inputs + 1, inputs + 1))
        self.cross = np.zeros((inputs + 1, outputs), kind)  # the last row is the sum of the targets

    def add(self, code: np.ndarray, target: np.ndarray) -> None:
        """[b, inputs], [b, outputs]"""
        design = np.c_[code, np.ones(len(code))]
        self.gram += design.T @ design
        self.cross += design.T.astype(self.cross.dtype) @ target.reshape(len(code), -1)

    def solve(self, penalty: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
        """-> mean [outputs], weights [inputs, outputs]; the penalty keeps dead inputs at 0, the mean is free of it."""
        ridge = penalty * np.diag(np.r_[np.ones(len(self.gram) - 1), 0])
        inverse = np.linalg.inv(self.gram + ridge).astype(self.cross.dtype)
        solution = inverse @ self.cross
        return solution[-1], solution[:-1]


def low_rank(weights: np.ndarray, rank: int, importance: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """weights [inputs, d] -> read [inputs, rank], basis [rank, d]: weights is about read @ basis, as near as can be
    where errors count by `importance` [d]. Rows of the basis come with the largest first; read is orthonormal."""
    scaled = weights if importance is None else weights * np.sqrt(importance)
    _, vectors = np.linalg.eigh((scaled @ scaled.T).astype(np.float64))
    read = vectors[:, ::-1][:, :rank].astype(weights.dtype)
    return read, read.T @ weights
