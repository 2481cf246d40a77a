"""A smoke population: simple parametric faces drawn in numpy, in the same file formats as rendered people.

Not people and not pretty. It lets continuous integration run the whole face training (mesh, prepare, code, geometry,
skin, export, parity) in under two minutes on two cores, without Chromium and without the asset pack. Nothing trained
on it is ever shipped.
"""

import json

import numpy as np

from align import FaceMesh, draw
from face_config import EXPRESSIONS, LANDMARK_GROUPS, FaceConfig
from triangulation import border_points, fisheye, follow_weights, hexagonal_points, painters_order, triangulate

FACE_CENTRE, FACE_RADII = np.array([0.5, 0.52]), np.array([0.21, 0.27])
EYES = {'left': np.array([0.59, 0.48]), 'right': np.array([0.41, 0.48])}  # the person's left is the picture's right
EYE_RADII, MOUTH_CENTRE, MOUTH_RADII = np.array([0.05, 0.02]), np.array([0.5, 0.66]), np.array([0.08, 0.01])
SHAPE_KEYS = [
    'head/head-width-incr',
    'head/head-height-incr',
    'eyes/eye-scale-incr',
    'nose/nose-length-incr',
    'mouth/mouth-width-incr',
    'chin/chin-width-incr',
]
SKINS = 13  # weaves of skin
RAW_POINTS = 8  # per eyeball, row of teeth, tongue


def ellipse(centre, radii, count: int) -> np.ndarray:
    angle = 2 * np.pi * np.arange(count) / count
    return centre + radii * np.c_[np.cos(angle), np.sin(angle)]


def ring_chains(start: int, count: int) -> dict:
    """Ids of an ellipse's points (y down, first point on the picture's right): corners, upper and lower chain from
    right to left."""
    half = count // 2
    lower = list(range(start + 1, start + half))
    upper = list(range(start + half + 1, start + count))[::-1]
    return dict(corners=[start, start + half], upper=upper, lower=lower)


def smoke_mesh() -> FaceMesh:
    outline = ellipse(FACE_CENTRE, FACE_RADII, 36)
    rings = [
        ellipse(EYES['left'], EYE_RADII, 12),
        ellipse(EYES['right'], EYE_RADII, 12),
        ellipse(MOUTH_CENTRE, MOUTH_RADII, 16),
    ]
    solid = np.vstack([outline, *rings])
    inner = hexagonal_points(0.035, solid, 0.018)
    inner = inner[(((inner - FACE_CENTRE) / FACE_RADII) ** 2).sum(1) < 0.97]
    points = np.vstack([solid, inner])
    starts = np.cumsum([0, 36, 12, 12, 16])
    loops = [list(range(a, b)) for a, b in zip(starts[:-1], starts[1:])]
    faces, kept = triangulate(points, np.arange(len(points)) >= len(solid), loops[0], loops[1:])
    number = np.cumsum(kept) - 1
    face, faces = points[kept], number[faces]

    neck = np.array(
        [
            [0.42, 0.83],
            [0.58, 0.83],
            [0.40, 0.90],
            [0.60, 0.90],
            [0.25, 0.95],
            [0.75, 0.95],
            [0.12, 0.98],
            [0.88, 0.98],
            [0.5, 0.88],
        ]
    )
    border = border_points(10)
    solid = np.vstack([border, outline, neck])
    loose = hexagonal_points(0.08, solid, 0.04)
    loose = loose[(((loose - FACE_CENTRE) / FACE_RADII) ** 2).sum(1) > 1.05]
    points = np.vstack([solid, loose])
    nb, no = len(border), len(outline)
    removable = np.arange(len(points)) >= len(solid)
    outside, kept = triangulate(points, removable, list(range(nb)), [list(range(nb, nb + no))])
    known, loose_kept = len(face) + len(neck), np.where(kept & removable)[0]
    target = np.full(len(points), -1)
    target[:nb], target[nb : nb + no] = known + np.arange(nb), np.arange(no)
    target[nb + no : len(solid)] = len(face) + np.arange(len(neck))
    target[loose_kept] = known + nb + np.arange(len(loose_kept))
    canonical = np.vstack([face, neck, border, points[loose_kept]])
    triangles = np.vstack([target[outside], faces])
    follow = follow_weights(canonical, triangles, known, np.r_[np.arange(no), np.arange(len(face), known)])
    depth = np.r_[face_depth(face), np.zeros(len(neck)), np.zeros(len(canonical) - known)]
    topology = dict(
        lids=dict(left=ring_chains(36, 12), right=ring_chains(48, 12)),
        mouth=ring_chains(60, 16),
        raw=list(range(RAW_POINTS * len(LANDMARK_GROUPS))),
        raw_counts={k: RAW_POINTS for k in LANDMARK_GROUPS},
    )
    mesh = FaceMesh(
        canonical,
        depth,
        fisheye(canonical),
        painters_order(triangles, depth),
        follow,
        np.arange(known),
        known,
        len(face),
        topology,
    )
    mesh.shut_lips(mesh.canonical)
    mesh.uv = fisheye(mesh.canonical)
    return mesh


def face_depth(points: np.ndarray) -> np.ndarray:
    q = (((points - FACE_CENTRE) / FACE_RADII) ** 2).sum(1)
    return 0.2 * np.sqrt(np.maximum(0, 1 - q))


def smoke_person(seed: int) -> dict:
    """Identity parameters."""
    r = np.random.default_rng(seed)
    sex, age = float(np.clip(r.normal(0.1 if r.random() < 0.5 else 0.9, 0.08), 0, 1)), float(r.uniform(8, 76))
    detail = {}
    for key in SHAPE_KEYS:
        value = float(np.clip(r.normal(0.25 * (sex - 0.5), 0.4), -1, 1))
        detail[key if value > 0 else key.replace('-incr', '-decr')] = abs(value)
    return dict(
        seed=seed,
        sex=sex,
        age=age,
        weight=float(r.uniform(0.2, 0.8)),
        detail=detail,
        blush=float(r.random()),
        lipK=float(r.random()),
        detK=float(r.random()),
        lines=max(0.0, (age - 30) / 46),
        lipColor='#%02x%02x%02x' % tuple(int(v) for v in r.uniform(90, 220, 3)),
        skin=seed % SKINS,
    )


def shape_of(person: dict) -> np.ndarray:
    """[6] signed values in the order of SHAPE_KEYS."""
    return np.array(
        [person['detail'].get(k, 0) - person['detail'].get(k.replace('-incr', '-decr'), 0) for k in SHAPE_KEYS]
    )


def smoke_geometry(mesh: FaceMesh, person: dict) -> np.ndarray:
    """[17, nk + nr, 3]: rest, then the expressions."""
    width, height, eye, nose, mouth, chin = shape_of(person) * 0.12
    p = np.c_[mesh.canonical, mesh.depth][: mesh.known]
    offset = p[:, :2] - FACE_CENTRE
    low = np.clip(offset[:, 1] / FACE_RADII[1], 0, 1)
    # Presentation must show, or no probe could read it from a code that is made of what shows.
    p[:, 0] += offset[:, 0] * (width + 0.1 * (person['weight'] - 0.5) + (chin + 0.6 * (person['sex'] - 0.5)) * low)
    p[:, 1] += offset[:, 1] * height
    raw = []
    for side in ('left', 'right'):
        near = np.exp(-(((mesh.canonical[: mesh.known] - EYES[side]) / 0.07) ** 2).sum(1))[:, None]
        p[:, :2] += near * (mesh.canonical[: mesh.known] - EYES[side]) * 2 * eye
    near_mouth = np.exp(-(((mesh.canonical[: mesh.known] - MOUTH_CENTRE) / [0.12, 0.06]) ** 2).sum(1))
    p[:, 0] += near_mouth * (mesh.canonical[: mesh.known, 0] - 0.5) * 3 * mouth
    p[:, 2] += 0.3 * nose * np.exp(-(((mesh.canonical[: mesh.known] - [0.5, 0.56]) / 0.04) ** 2).sum(1))
    centres = [
        p[ids, :2].mean(0)
        for ids in (mesh.topology['lids']['left']['corners'], mesh.topology['lids']['right']['corners'])
    ]
    lips = p[mesh.topology['mouth']['corners'], :2].mean(0)
    for centre, radii in (
        (centres[0], [0.04, 0.04]),
        (centres[1], [0.04, 0.04]),
        (lips - [0, 0.01], [0.05, 0.01]),
        (lips + [0, 0.01], [0.05, 0.01]),
        (lips + [0, 0.02], [0.03, 0.01]),
    ):
        raw.append(np.c_[ellipse(centre, np.array(radii), RAW_POINTS), np.full(RAW_POINTS, 0.1)])
    rest = np.vstack([p, *raw])
    poses = np.repeat(rest[None], 1 + len(EXPRESSIONS), 0)
    for k, _ in enumerate(EXPRESSIONS, 1):
        if k == 1:  # blink: upper lid to the lower
            for lid in mesh.topology['lids'].values():
                poses[k, lid['upper'], 1] = poses[k, lid['lower'], 1]
        else:  # every other expression drops the lower lip and chin by its own amount
            amount = 0.02 * (1 + k % 5) / 5
            poses[k, : mesh.known, 1] += amount * near_mouth * (mesh.canonical[: mesh.known, 1] >= MOUTH_CENTRE[1])
            poses[k, mesh.topology['mouth']['lower'], 1] += amount
    return poses.astype(np.float32)


def smoke_skin(mesh: FaceMesh, person: dict, side: int) -> np.ndarray:
    """[side, side, 5] in texture layout: D rgb, H, alpha (encoded). Painted where the canonical features lie."""
    y, x = (np.mgrid[0:side, 0:side] + 0.5) / side
    spot = lambda centre, radii: np.exp(-(((x - centre[0]) / radii[0]) ** 2 + ((y - centre[1]) / radii[1]) ** 2))
    at = lambda point: fisheye(np.array([point], float))[0]
    shape, centre = shape_of(person), at(FACE_CENTRE)
    outline = mesh.uv[:36]
    radii = np.ptp(outline, axis=0) / 2
    q = ((x - centre[0]) / radii[0]) ** 2 + ((y - centre[1]) / radii[1]) ** 2
    light = 0.55 + 0.15 * np.sqrt(np.clip(1 - q, 0, 1)) - 0.10 * (x - 0.5)
    # Finer than the broad colour: only the detail can draw wrinkles and the weave of a skin type.
    light -= 0.12 * person['lines'] * np.cos(side * y) * spot(at([0.5, 0.36]), (0.25, 0.10))
    light += 0.06 * np.sin(side * x * (0.8 + 0.1 * person['skin'])) * spot(at([0.5, 0.58]), (0.25, 0.15))
    light -= (0.06 + 0.04 * shape[3]) * spot(at([0.5, 0.60]), (0.05, 0.02))
    rgb = np.repeat(light[..., None], 3, 2)
    lip = np.array([int(person['lipColor'][i : i + 2], 16) / 255 for i in (1, 3, 5)])
    mouth = spot(at(MOUTH_CENTRE), (0.12, 0.03))[..., None] * (0.4 + 0.4 * person['lipK'])
    rgb = rgb * (1 - mouth) + 0.6 * lip * mouth
    cheeks = sum(spot(at(c), (0.09, 0.06)) for c in ([0.40, 0.58], [0.60, 0.58]))[..., None]
    rgb += cheeks * 0.06 * person['blush'] * np.array([1, -0.4, -0.3])
    highlight = 0.1 + 0.3 * spot(at([0.47, 0.42]), (0.08, 0.06)) * (0.5 + person['detK'])
    shoulders = (np.abs(x - 0.5) < 0.12 + 2.5 * np.clip(y - 0.86, 0, 1)) & (y > 0.5)
    alpha = np.maximum(1 / (1 + np.exp((q - 1.02) * 40)), shoulders)
    return np.clip(np.dstack([rgb, highlight, alpha]), 0, 1).astype(np.float32)


def person_file(mesh: FaceMesh, person: dict, size: int) -> bytes:
    """The bytes of <seed>.bin: D and H planes (premultiplied, bottom row first), then the geometry."""
    geometry = smoke_geometry(mesh, person)
    picture, covered = draw(
        mesh, smoke_skin(mesh, person, size), mesh.extend(geometry[0, : mesh.known].astype(np.float64)), size
    )
    alpha = (picture[..., 4:] * (covered[..., None] > 0.5)).clip(0, 1)
    planes = [
        np.dstack([picture[..., :3] * alpha, alpha]),
        np.dstack([np.repeat(picture[..., 3:4], 3, 2) * alpha, alpha]),
    ]
    return (
        b''.join((np.round(p * 255).astype(np.uint8)[::-1]).tobytes() for p in planes)
        + geometry.astype('<f4').tobytes()
    )


def make_smoke_population(config: FaceConfig) -> None:
    mesh = smoke_mesh()
    mesh.save(config.mesh)
    mesh = FaceMesh.load(config.mesh)
    config.people.mkdir(parents=True, exist_ok=True)
    for seed in range(config.first_seed, config.first_seed + config.people_count):
        person = smoke_person(seed)
        (config.people / f'{seed}.bin').write_bytes(person_file(mesh, person, config.image_size))
        (config.people / f'{seed}.json').write_text(json.dumps(person))
