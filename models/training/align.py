"""The aligned layout: every feature of every face at the same texel.

`FaceMesh` is the one mesh all faces share. `Aligner` gathers a render into the texture layout (inverse warp); `draw`
puts a texture back through a posed mesh. All coordinates are frame units: 0..1 of the square portrait, y down, z
toward the viewer.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numba
import numpy as np
from scipy.ndimage import distance_transform_edt

from face_config import LANDMARK_GROUPS, LANDMARK_POINTS


@dataclass
class FaceMesh:
    """nv = nk known vertices (F face vertices, then controls outside the face) + grid vertices that follow them."""

    canonical: np.ndarray  # [nv, 2] mean face, lids 40 % closed, lips shut
    depth: np.ndarray  # [nv] z of the mean face
    uv: np.ndarray  # [nv, 2] texture layout (face magnified)
    triangles: np.ndarray  # [nt, 3] painter's order: far ones first
    follow: np.ndarray  # [nv - nk, nk] weights of the grid vertices
    base_ids: np.ndarray  # [nk] vertex ids of the asset pack's base head
    known: int  # nk
    face: int  # F
    topology: dict  # lids, mouth: chains of vertex ids; raw: base ids of eyes, teeth, tongue; raw_counts

    @property
    def size(self) -> int:
        return len(self.canonical)

    @property
    def raw_count(self) -> int:
        return len(self.topology['raw'])

    def save(self, path: Path) -> None:
        """Compact file: single precision, follow weights as half floats without the ones below 1e-4."""
        follow = np.where(self.follow > 1e-4, self.follow, 0)
        follow = follow / follow.sum(1, keepdims=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(
            path,
            canonical=self.canonical.astype(np.float32),
            depth=self.depth.astype(np.float32),
            uv=self.uv.astype(np.float32),
            triangles=self.triangles.astype(np.uint16),
            follow=follow.astype(np.float16),
            base_ids=self.base_ids.astype(np.uint16),
            known=self.known,
            face=self.face,
            topology=json.dumps(self.topology),
        )

    @staticmethod
    def load(path: Path) -> 'FaceMesh':
        m = np.load(path)
        follow = m['follow'].astype(np.float64)
        return FaceMesh(
            m['canonical'].astype(np.float64),
            m['depth'].astype(np.float64),
            m['uv'].astype(np.float64),
            m['triangles'].astype(np.int64),
            follow / follow.sum(1, keepdims=True),
            m['base_ids'].astype(np.int64),
            int(m['known']),
            int(m['face']),
            json.loads(str(m['topology'])),
        )

    def extend(self, known: np.ndarray) -> np.ndarray:
        """Known vertices [nk, 3] -> all vertices [nv, 3]: the grid moves as its neighbours on the silhouette do."""
        out = np.empty((self.size, 3))
        out[: self.known] = known
        rest = np.c_[self.canonical, self.depth]
        out[self.known :] = rest[self.known :] + self.follow @ (known - rest[: self.known])
        return out

    def extend_delta(self, delta: np.ndarray) -> np.ndarray:
        """Offsets of the known vertices [nk, 3] -> of all [nv, 3] (the linear part of `extend`)."""
        return np.vstack([delta, self.follow @ delta])

    def shut_lips(self, points: np.ndarray) -> np.ndarray:
        """Move both lip chains of points [n, 2 or 3] to their common middle line, in place (a rest face has its mouth
        shut)."""
        mouth = self.topology['mouth']
        upper, lower = (chain_points(points, mouth, side) for side in ('upper', 'lower'))
        points[mouth['upper'], :2] = (upper[1][1:-1] + interpolate_chain(lower, upper[0][1:-1])) / 2
        points[mouth['lower'], :2] = (lower[1][1:-1] + interpolate_chain(upper, lower[0][1:-1])) / 2
        return points

    def landmark_ids(self, raw_points: np.ndarray) -> dict:
        """{group: [left, right, top, bottom]}: which raw vertices mark each sprite, chosen once on the mean head's
        raw points [nr, 2+]."""
        out, start = {}, 0
        for group in LANDMARK_GROUPS:
            p = raw_points[start : start + self.topology['raw_counts'][group]]
            out[group] = [
                int(start + i) for i in (p[:, 0].argmin(), p[:, 0].argmax(), p[:, 1].argmin(), p[:, 1].argmax())
            ]
            start += self.topology['raw_counts'][group]
        assert all(len(v) == len(LANDMARK_POINTS) for v in out.values())
        return out


def chain_points(points, ring, side):
    """Arc length 0..1 and points of a chain with its corners."""
    p = points[[ring['corners'][0], *ring[side], ring['corners'][1]], :2].copy()
    s = np.r_[0, np.cumsum(np.linalg.norm(np.diff(p, axis=0), axis=1))]
    return s / s[-1], p


def interpolate_chain(chain, t):
    s, p = chain
    return np.c_[np.interp(t, s, p[:, 0]), np.interp(t, s, p[:, 1])]


@numba.njit(cache=True)
def rasterise(points, triangles, height, width):
    """points [n, 2] in px -> triangle id (-1: none) and barycentrics per pixel centre; later triangles win."""
    ids = np.full((height, width), -1, np.int32)
    weights = np.zeros((height, width, 3), np.float32)
    for t in range(len(triangles)):
        a, b, c = points[triangles[t, 0]], points[triangles[t, 1]], points[triangles[t, 2]]
        area = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
        if abs(area) < 1e-9:
            continue
        x0 = max(0, int(np.ceil(min(a[0], b[0], c[0]) - 0.5)))
        x1 = min(width - 1, int(np.floor(max(a[0], b[0], c[0]) - 0.5)))
        y0 = max(0, int(np.ceil(min(a[1], b[1], c[1]) - 0.5)))
        y1 = min(height - 1, int(np.floor(max(a[1], b[1], c[1]) - 0.5)))
        for y in range(y0, y1 + 1):
            for x in range(x0, x1 + 1):
                px, py = x + 0.5, y + 0.5
                v = ((px - a[0]) * (c[1] - a[1]) - (py - a[1]) * (c[0] - a[0])) / area
                w = ((b[0] - a[0]) * (py - a[1]) - (b[1] - a[1]) * (px - a[0])) / area
                u = 1 - v - w
                if u >= -1e-5 and v >= -1e-5 and w >= -1e-5:
                    ids[y, x] = t
                    weights[y, x, 0], weights[y, x, 1], weights[y, x, 2] = u, v, w
    return ids, weights


@numba.njit(cache=True)
def gather(image, ids, weights, triangles, points, out):
    """out[y, x] = bilinear image [h, w, C] at the barycentric point of `points` (px of the image)."""
    height, width = ids.shape
    h, w, channels = image.shape
    for y in range(height):
        for x in range(width):
            t = ids[y, x]
            if t < 0:
                continue
            sx, sy = -0.5, -0.5
            for k in range(3):
                sx += weights[y, x, k] * points[triangles[t, k], 0]
                sy += weights[y, x, k] * points[triangles[t, k], 1]
            sx, sy = min(max(sx, 0.0), w - 1.001), min(max(sy, 0.0), h - 1.001)
            i, j = int(sx), int(sy)
            fx, fy = sx - i, sy - j
            for c in range(channels):
                top = image[j, i, c] * (1 - fx) + image[j, i + 1, c] * fx
                bottom = image[j + 1, i, c] * (1 - fx) + image[j + 1, i + 1, c] * fx
                out[y, x, c] = top * (1 - fy) + bottom * fy
    return out


def nearest_inside(inside):
    """Index arrays that send every pixel to the nearest pixel where `inside` holds."""
    return tuple(distance_transform_edt(~inside, return_distances=False, return_indices=True))


class Aligner:
    """Gathers pictures into the texture layout of `size` px, 2 x 2 supersampled."""

    SUPERSAMPLE = 2

    def __init__(self, mesh: FaceMesh, size: int):
        self.mesh, self.size = mesh, size
        side = size * self.SUPERSAMPLE
        self.ids, self.weights = rasterise(mesh.uv * side, mesh.triangles, side, side)
        # Texels of the eye and mouth holes take the nearest skin texel, else lids and lips would bleed.
        self.nearest = nearest_inside(self.ids >= 0)

    def texture(self, image: np.ndarray, points: np.ndarray) -> np.ndarray:
        """image [h, w, C], points [nv, 2+] in frame units -> [T, T, C] float32."""
        out = np.zeros((*self.ids.shape, image.shape[2]), np.float32)
        gather(
            np.ascontiguousarray(image, np.float32),
            self.ids,
            self.weights,
            self.mesh.triangles,
            points[:, :2] * image.shape[0],
            out,
        )
        out = out[self.nearest]
        return out.reshape(self.size, self.SUPERSAMPLE, self.size, self.SUPERSAMPLE, -1).mean((1, 3))


def draw(mesh: FaceMesh, texture: np.ndarray, points: np.ndarray, size: int, supersample: int = 2):
    """texture [T, T, C] through the mesh posed at points [nv, 2+] -> picture [size, size, C] and coverage [size,
    size]."""
    side = size * supersample
    ids, weights = rasterise(points[:, :2] * side, mesh.triangles, side, side)
    out = np.zeros((side, side, texture.shape[2]), np.float32)
    gather(np.ascontiguousarray(texture, np.float32), ids, weights, mesh.triangles, mesh.uv * texture.shape[0], out)
    shape = (size, supersample, size, supersample)
    return out.reshape(*shape, -1).mean((1, 3)), (ids >= 0).reshape(shape).mean((1, 3))
