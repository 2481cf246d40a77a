"""The silhouette as a smooth field. Coverage jumps from 0 to 1 at an edge that lies elsewhere in every face: a mean of
two such pictures has two half-edges, and few numbers can't say where the edge is. Its signed distance varies smoothly,
mixes into an edge in between, and gives a sharp edge back.
"""

import numpy as np
from scipy.ndimage import distance_transform_edt

REACH = 16.0  # field px; farther away only the sign matters
SLOPE = 1.2  # coverage per field px across the edge
SOFT = (0.02, 0.98)  # coverage in between places the edge within a px


def outline_field(coverage: np.ndarray) -> np.ndarray:
    """Coverage [h, w], 0..1 -> px to the nearest edge [h, w] float32, positive inside."""
    inside = coverage >= 0.5
    if inside.all() or not inside.any():
        return np.where(inside, REACH, -REACH).astype(np.float32)
    distance = np.where(inside, distance_transform_edt(inside) - 0.5, 0.5 - distance_transform_edt(~inside))
    edge = (coverage > SOFT[0]) & (coverage < SOFT[1]) & (np.abs(distance) < 1.5)
    return np.clip(np.where(edge, coverage - 0.5, distance), -REACH, REACH).astype(np.float32)
