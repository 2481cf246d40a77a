"""Cheap views of a person for the recogniser: the aligned skin in a random style, light, expression and pose, drawn
straight into the aligned crop by a small rasteriser (a few milliseconds; a rendered view takes hundreds).

Same layers, order and colour formula as the product's puppet (models/layers/README.md), with shortcuts that only
training may take: light is changed as a gain per vertex, a turned head has no sides.
"""

import numpy as np
from scipy.sparse import csr_matrix

from align import FaceMesh
from collage_raster import TABLES, draw_mesh, dress_texture
from collage_style import CollageStyle, CollageWardrobe, Turn
from face_colour import GAMMA
from face_config import LANDMARK_GROUPS
from face_crop import CROP_SIZE, TEMPLATE, similarity

KEY_LIGHT = np.array([-0.52, 0.56, 0.8]) / np.linalg.norm([-0.52, 0.56, 0.8])  # under which the skins were captured
AMBIENT = 0.55
TURN_CENTRE = np.array([0.5, 0.55, 0.15])  # frame units; heads turn about their inside
ROLL, LANDMARK_NOISE = 0.03, 0.012  # radians; shares of the crop: detectors are not exact


def _normals(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Unit normals of points [n, 3] with y down, z towards the viewer; facing the viewer."""
    a, b, c = (points[triangles[:, k]] for k in range(3))
    faces = np.cross(b - a, c - a)
    faces *= np.where(faces[:, 2] < 0, -1, 1)[:, None]
    normals = np.zeros_like(points)
    for k in range(3):
        for axis in range(3):
            normals[:, axis] += np.bincount(triangles[:, k], faces[:, axis], len(points))
    return normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)


def draw_errors(random: np.random.Generator) -> tuple[np.ndarray, float]:
    """Errors of a detector: of the five landmarks, and of the roll."""
    return LANDMARK_NOISE * TEMPLATE.std() * random.standard_normal((5, 2)), ROLL * random.standard_normal()


class Collage:
    """Draws people whose aligned skin and geometry are known."""

    def __init__(self, mesh: FaceMesh, wardrobe: CollageWardrobe, mean_raw: np.ndarray):
        """mean_raw [raw, 2+]: eyes, teeth and tongue of the mean head."""
        self.mesh, self.wardrobe = mesh, wardrobe
        self.boxes = np.array([mesh.landmark_ids(mean_raw)[group] for group in LANDMARK_GROUPS])  # [5, 4]
        # FaceMesh.extend, without the thousands of weights that are nought.
        self.follow = csr_matrix(np.where(mesh.follow > 1e-3, mesh.follow, 0), dtype=np.float32)
        rest = np.c_[mesh.canonical, mesh.depth].astype(np.float32)
        self.rest_known, self.rest_grid = rest[: mesh.known], rest[mesh.known :]
        self.uv, self.nose_tip = mesh.uv.astype(np.float32), int(mesh.depth[: mesh.face].argmax())
        blank = np.zeros((wardrobe.size, wardrobe.size, 6), np.uint8)
        blank[..., [3, 5]] = 255
        self.blank = blank

    def dress(self, skin: np.ndarray, style: CollageStyle) -> tuple[np.ndarray, np.ndarray]:
        """skin [T, T, 5] u8 -> front and back [T, T, 4]"""
        layers, pigments = [], [style.tone]
        for kind in ('hair', 'brow', 'beard', 'cloth'):
            name = getattr(style, kind)
            layers.append(self.wardrobe.layers.get(name, self.blank))
            pigments.append(getattr(style, f'{kind}_colour') * self.wardrobe.tints.get(name, 1))
        return dress_texture(skin, *layers, np.array(pigments, np.float32), style.lift, style.gloss, *TABLES)

    def landmarks(self, points: np.ndarray) -> np.ndarray:
        """points [nv, 2+] -> [5, 2] in the order of face_crop.py"""
        lids, mouth = self.mesh.topology['lids'], self.mesh.topology['mouth']
        left, right = (points[lids[side]['corners'], :2].mean(0) for side in ('right', 'left'))
        corners = points[mouth['corners'], :2]
        corners = corners[corners[:, 0].argsort()]
        return np.stack([left, right, points[self.nose_tip, :2], *corners])

    def draw(
        self, dressed: tuple, geometry: np.ndarray, turn: Turn, style: CollageStyle, random: np.random.Generator
    ) -> np.ndarray:
        """geometry [17, nk + nr, 3] -> crop [CROP_SIZE, CROP_SIZE, 3] u8"""
        mesh = self.mesh
        posed = geometry[0].copy()
        for k in np.flatnonzero(turn.expression):
            posed += turn.expression[k] * (geometry[k + 1] - geometry[0])
        grid = self.rest_grid + self.follow @ (posed[: mesh.known] - self.rest_known)
        points = np.vstack([posed[: mesh.known], grid, posed[mesh.known :]]).astype(np.float64)
        gain = self.gain(points[: mesh.size], turn)
        points = turned(points, turn.yaw, turn.pitch)
        side = CROP_SIZE  # the skins' own alpha softens outlines, so one sample a pixel is enough
        error, roll = draw_errors(random)
        seen = self.landmarks(points) + error
        into = similarity(seen, TEMPLATE * side)
        scale = np.hypot(into[0, 0], into[1, 0])
        turned_in = np.array([[np.cos(roll), -np.sin(roll)], [np.sin(roll), np.cos(roll)]])
        flat = (points[:, :2] @ into[:, :2].T + into[:, 2] - side / 2) @ turned_in.T + side / 2
        placed = np.c_[flat, points[:, 2] * scale].astype(np.float32)
        corners = placed[mesh.size + self.boxes]  # [5, 4, 3]
        boxes = self.sprite_boxes(corners, placed, turn)
        ring = lambda chain: placed[[*chain['corners'], *chain['upper'], *chain['lower']], :2]
        chains = (mesh.topology['lids']['left'], mesh.topology['lids']['right'], mesh.topology['mouth'])
        holes = np.array([[*ring(c).min(0) - 2, *ring(c).max(0) + 2] for c in chains], np.float32)
        sprites = (self.wardrobe.eyes[style.eyes], self.wardrobe.mouth, boxes)
        picture = draw_mesh(
            placed[: mesh.size], gain.astype(np.float32), mesh.triangles, self.uv, *dressed,
            style.background.astype(np.float32), *sprites, holes, side,
        )  # fmt: skip
        return np.round(255 * np.clip(picture, 0, 1)).astype(np.uint8)

    def sprite_boxes(self, corners: np.ndarray, placed: np.ndarray, turn: Turn) -> np.ndarray:
        marks = np.c_[corners[:, 0, 0], corners[:, 2, 1], corners[:, 1, 0], corners[:, 3, 1]]
        size = np.c_[marks[:, 2:] - marks[:, :2], marks[:, 2:] - marks[:, :2]]
        boxes = np.c_[marks[:, :2], marks[:, :2]] + self.wardrobe.boxes * size
        # The iris sits on the front of the eyeball, the landmarks on its sides.
        shift = 0.4 * np.array([-np.sin(turn.yaw), np.sin(turn.pitch)])
        boxes[:2] += size[:2, :1] * np.tile(shift, 2)
        between = np.linalg.norm(marks[0, :2] - marks[1, :2])
        mouth = self.mesh.topology['mouth']
        upper, lower = (placed[mouth[c][len(mouth[c]) // 2], 1] for c in ('upper', 'lower'))
        gap = max(0.0, (lower - upper) / between)
        sink = min(1.0, max(0.0, (gap - 0.015) / 0.115))
        boxes[2, [1, 3]] += upper + between * min(0.055, 0.7 * gap) - marks[2, 3]
        boxes[3, [1, 3]] += max(0.0, lower - between * (0.075 * sink + 0.01) - marks[3, 1])
        boxes[4, [1, 3]] += 0.05 * between * sink
        return boxes.astype(np.float32)

    def gain(self, points: np.ndarray, turn: Turn) -> np.ndarray:
        """[nv, 3]: what another key light makes of the one that is in the skin, in display colours."""
        normals = _normals(points, self.mesh.triangles) * [1, -1, 1]
        lit = lambda light: AMBIENT + np.clip((normals @ light + 0.3) / 1.3, 0, 1)
        ratio = (lit(turn.light) / lit(KEY_LIGHT))[:, None] * turn.light_colour
        return np.clip(ratio, 0.25, 2.2) ** (1 / GAMMA)


def turned(points: np.ndarray, yaw: float, pitch: float) -> np.ndarray:
    """A camera that goes to the person's left (picture's right) and up; parallel projection."""
    p = points - TURN_CENTRE
    cos, sin = np.cos(yaw), np.sin(yaw)
    x, z = cos * p[:, 0] - sin * p[:, 2], sin * p[:, 0] + cos * p[:, 2]
    cos, sin = np.cos(pitch), np.sin(pitch)
    y, z = cos * p[:, 1] + sin * z, -sin * p[:, 1] + cos * z
    return np.c_[x, y, z] + TURN_CENTRE
