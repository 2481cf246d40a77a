"""The shared face mesh from the asset pack's topology and the rendered mean head.  python mesh.py [--config NAME]
[--out FILE] [--verts FILE]

Face: front-facing quads of the base head with real holes at eyes and mouth. Controls: a few real vertices outside
(ears, neck, shoulders). Grid: loose vertices that fill the frame and follow the silhouette, so that hair and clothes
move with the head. --verts writes the vertex ids that the population renderer has to project (verts.json).

The shipped generation's mesh is mesh/face-mesh.npz: people, layers and decoder all belong to it. A new mesh means
new people.
"""

import gzip
import json
from pathlib import Path

import numpy as np
from matplotlib.path import Path as Polygon

from align import FaceMesh, chain_points, interpolate_chain
from face_config import LANDMARK_GROUPS, FaceConfig, config_argument
from layers_pack import RENDER_SIZE
from triangulation import (
    border_points,
    fisheye,
    follow_weights,
    hexagonal_points,
    painters_order,
    signed_areas,
    triangulate,
)

BASE_VERTICES = 8027
REST, BLINK, JAW_OPEN = 0, 1, 2  # poses of mean.bin
FACE_X_MAX, FACE_Y_MIN_TOP = 0.80, 8.25  # decimetres on the base head: ears and crown stay outside
# Quads turned further away become slivers at the face's rim, and hair that crosses the rim shows saw-teeth.
FACING = 0.33
LIDS_CLOSED = 0.4  # in the canonical layout, so that lid skin gets texels
PIXEL = 1 / 384  # of the trial the distances below were tuned on
CONTROL_SPACING, GRID_SPACING, CLEARANCE = 9 * PIXEL, 22 * PIXEL, 9 * PIXEL
RAW_GROUPS = dict(
    eyeL='helper-l-eye',
    eyeR='helper-r-eye',
    teethU='helper-upper-teeth',
    teethD='helper-lower-teeth',
    tongue='helper-tongue',
)


class Pack:
    """Arrays of the face pack by name (see its README)."""

    def __init__(self, folder: Path):
        self.index = json.loads((folder / 'index.json').read_text())
        self.bytes = gzip.decompress((folder / 'mesh.bin.gz').read_bytes())
        self.landmarks = json.loads((folder / 'landmarks.json').read_text())

    def array(self, name: str) -> np.ndarray:
        entry = self.index['arrays'][name]
        kind = dict(f32='<f4', u16='<u2')[entry['dtype']]
        a = np.frombuffer(self.bytes, kind, int(np.prod(entry['shape'])), entry['offset']).reshape(entry['shape'])
        return a.astype(np.float64 if kind == '<f4' else np.int64)


def read_mean_poses(path: Path) -> np.ndarray:
    """mean.bin (D and H planes of 512 px, then vertices) -> [poses, 8027, 3] in frame units."""
    return (
        np.frombuffer(path.read_bytes(), '<f4', offset=2 * RENDER_SIZE**2 * 4)
        .reshape(-1, BASE_VERTICES, 3)
        .astype(np.float64)
    )


def flood(edge_quads: dict, start: int, allowed) -> set:
    """Quads reachable from `start` over shared edges through quads where allowed(quad)."""
    neighbours = {}
    for quads in edge_quads.values():
        quads = [q for q in quads if allowed(q)]
        for a in quads:
            neighbours.setdefault(a, set()).update(b for b in quads if b != a)
    seen, stack = {start}, [start]
    while stack:
        for q in neighbours.get(stack.pop(), ()):
            if q not in seen:
                seen.add(q)
                stack.append(q)
    return seen


def boundary_loops(triangles: np.ndarray) -> list[list[int]]:
    """Closed chains of edges that belong to one triangle only."""
    directed = {(int(t[i]), int(t[(i + 1) % 3])) for t in triangles for i in range(3)}
    following = {}
    for a, b in directed:
        if (b, a) not in directed:
            following.setdefault(a, []).append(b)
    loops = []
    while following:
        start = next(iter(following))
        loop, here = [start], None
        while here != start:
            options = following[loop[-1]]
            here = options.pop()
            if not options:
                del following[loop[-1]]
            if here != start:
                loop.append(here)
        loops.append(loop)
    return loops


def split_ring(ring: list[int], points: np.ndarray, tell_apart: np.ndarray) -> dict:
    """Ring of vertices -> corners, upper and lower chain. `tell_apart`: a pose in which the chains are open (a smile
    lifts the corners
    of a shut mouth above its middle)."""
    start = max(range(len(ring)), key=lambda i: points[ring[i], 0])
    ring = ring[start:] + ring[:start]
    half = min(range(len(ring)), key=lambda i: points[ring[i], 0])
    one, two = ring[1:half], ring[half + 1 :][::-1]
    if tell_apart[one, 1].mean() > tell_apart[two, 1].mean():
        one, two = two, one
    return dict(corners=[ring[0], ring[half]], upper=one, lower=two)


def shut_chains(points: np.ndarray, ring: dict) -> None:
    upper, lower = chain_points(points, ring, 'upper'), chain_points(points, ring, 'lower')
    points[ring['upper'], :2] = (upper[1][1:-1] + interpolate_chain(lower, upper[0][1:-1])) / 2
    points[ring['lower'], :2] = (lower[1][1:-1] + interpolate_chain(upper, lower[0][1:-1])) / 2


def face_triangles(pack: Pack, rest: np.ndarray) -> tuple[np.ndarray, list[tuple], set]:
    """Triangles of the visible face, all body quads, and the vertices of the outer skin (not the mouth's inside)."""
    body = set(pack.array('group.body').ravel().tolist())
    quads = [tuple(int(v) for v in q) for q in pack.array('base.quads') if all(int(v) in body for v in q)]
    rings = pack.landmarks['rings']
    hole_rings = [rings[k] for k in ('lips_contact', 'left_eye_margin', 'right_eye_margin')]
    barrier = {frozenset((r[i], r[(i + 1) % len(r)])) for r in hole_rings for i in range(len(r))}
    edge_quads = {}
    for number, quad in enumerate(quads):
        for i in range(4):
            edge = frozenset((quad[i], quad[(i + 1) % 4]))
            if len(edge) == 2 and edge not in barrier:
                edge_quads.setdefault(edge, []).append(number)
    nose = pack.landmarks['regions']['nose'][2]
    start = next(n for n, quad in enumerate(quads) if nose in quad)
    skin = flood(edge_quads, start, lambda q: True)
    base, rim = pack.array('base.pos'), set().union(*hole_rings)

    def in_face(number: int) -> bool:
        quad = list(quads[number])
        if number not in skin:
            return False
        if set(quad) & rim:
            return True  # keep lids and lips even where they face away
        if (np.abs(base[quad, 0]) > FACE_X_MAX).any() or base[quad, 1].max() > FACE_Y_MIN_TOP:
            return False
        p = rest[quad]
        normal = np.cross(p[2] - p[0], p[3] - p[1])
        return -normal[2] / (np.linalg.norm(normal) + 1e-9) > FACING

    triangles = []
    for number in flood(edge_quads, start, in_face):
        a, b, c, d = quads[number]
        triangles += [(a, b, c)] + ([(a, c, d)] if c != d else [])
    return np.array(triangles), quads, {v for n in skin for v in quads[n]}


def close_small_holes(triangles: np.ndarray, outer: list[int], open_rings: list[set], loops) -> np.ndarray:
    """Nostrils and the like get a fan; eyes and mouth stay open."""
    fans = []
    for loop in loops:
        if loop is outer or any(set(loop) == ring for ring in open_rings):
            continue
        turned = loop[::-1]
        fans += [(turned[0], turned[i], turned[i + 1]) for i in range(1, len(turned) - 1)]
    return np.vstack([triangles, fans]) if fans else triangles


def relax_flipped(points: np.ndarray, triangles: np.ndarray, fixed: set, rounds: int = 200) -> int:
    """Pull vertices of overturned triangles toward their neighbours until none is left; returns how many stay bad."""
    neighbours = [set() for _ in points]
    for t in triangles:
        for i in range(3):
            neighbours[t[i]] |= {int(t[(i + 1) % 3]), int(t[(i + 2) % 3])}
    for _ in range(rounds):
        bad = signed_areas(points, triangles) > -0.02 * PIXEL**2
        movable = {int(v) for t in triangles[bad] for v in t} - fixed
        if not movable:
            return int(bad.sum())
        for v in movable:
            points[v] = 0.5 * points[v] + 0.5 * np.mean([points[u] for u in neighbours[v]], 0)
    return int((signed_areas(points, triangles) > 0).sum())


def nearest_distance(points: np.ndarray, others: np.ndarray) -> np.ndarray:
    return np.linalg.norm(points[:, None] - others[None], axis=2).min(1)


def pick_controls(rest, quads, skin_vertices, outline) -> np.ndarray:
    """Front-facing skin vertices outside the face outline, farthest-point sampled."""
    normals = np.zeros((BASE_VERTICES, 3))
    for quad in quads:
        normals[list(quad)] += np.cross(rest[quad[2]] - rest[quad[0]], rest[quad[3]] - rest[quad[1]])
    normals /= np.linalg.norm(normals, axis=1, keepdims=True) + 1e-9
    flat, near = rest[:, :2], 6 * PIXEL
    inside = Polygon(outline).contains_points(flat) | (nearest_distance(flat, outline) < near)
    # A vertex in the circle over an outline edge would cut that edge out of the triangulation.
    middles = (outline + np.roll(outline, -1, axis=0)) / 2
    radii = np.linalg.norm(outline - np.roll(outline, -1, axis=0), axis=1) / 2
    inside |= (np.linalg.norm(flat[:, None] - middles[None], axis=2) < 1.05 * radii).any(1)
    edge = 2 * PIXEL
    candidates = np.array(
        [
            v
            for v in sorted(skin_vertices)
            if not inside[v] and -normals[v, 2] > -0.05 and edge < flat[v, 0] < 1 - edge and flat[v, 1] < 1 - edge
        ]
    )
    chosen = [candidates[np.argmin(flat[candidates, 1])]]
    distance = np.linalg.norm(flat[candidates] - flat[chosen[0]], axis=1)
    while distance.max() >= CONTROL_SPACING:
        chosen.append(candidates[distance.argmax()])
        distance = np.minimum(distance, np.linalg.norm(flat[candidates] - flat[chosen[-1]], axis=1))
    return np.array(chosen)


def build_mesh(pack: Pack, poses: np.ndarray) -> FaceMesh:
    rest, rings = poses[REST], pack.landmarks['rings']
    triangles, quads, skin_vertices = face_triangles(pack, rest)
    loops = boundary_loops(triangles)
    extent = lambda loop: float(np.prod(np.ptp(rest[loop, :2], axis=0)))
    outer = max(loops, key=extent)
    open_rings = [set(rings[k]) for k in ('lips_contact', 'left_eye_margin', 'right_eye_margin')]
    triangles = close_small_holes(triangles, outer, open_rings, loops)

    face = np.unique(triangles)
    number = {int(v): i for i, v in enumerate(face)}
    renumber = lambda ring: {k: [number[v] for v in ring[k]] for k in ('corners', 'upper', 'lower')}
    mouth = renumber(split_ring(list(rings['lips_contact']), rest, poses[JAW_OPEN]))
    lids = {side: renumber(split_ring(list(rings[f'{side}_eye_margin']), rest, rest)) for side in ('left', 'right')}
    canonical = (rest + LIDS_CLOSED * (poses[BLINK] - rest))[face, :2]
    shut_chains(canonical, mouth)
    faces = np.array([[number[int(v)] for v in t] for t in triangles])
    outline = [number[v] for v in outer]
    fixed = set(outline) | {v for ring in (mouth, *lids.values()) for k in ring for v in ring[k]}
    still_bad = relax_flipped(canonical, faces, fixed)

    controls = pick_controls(rest, quads, skin_vertices, canonical[outline])
    border = border_points(16)
    solid = np.vstack([border, canonical[outline], rest[controls, :2]])
    loose = hexagonal_points(GRID_SPACING, solid, CLEARANCE)
    loose = loose[~Polygon(canonical[outline]).contains_points(loose)]
    points = np.vstack([solid, loose])
    nb, no = len(border), len(outline)
    removable = np.arange(len(points)) >= len(solid)
    outside, kept = triangulate(points, removable, list(range(nb)), [list(range(nb, nb + no))])

    # Global order: face, controls, grid (border, then the loose points that were kept).
    known = len(face) + len(controls)
    target = np.full(len(points), -1)
    target[:nb] = known + np.arange(nb)
    target[nb : nb + no] = outline
    target[nb + no : len(solid)] = len(face) + np.arange(len(controls))
    loose_kept = np.where(kept & removable)[0]
    target[loose_kept] = known + nb + np.arange(len(loose_kept))
    vertices = np.vstack([canonical, rest[controls, :2], border, points[loose_kept]])
    all_triangles = np.vstack([target[outside], faces])

    silhouette = np.r_[outline, np.arange(len(face), known)]
    follow = follow_weights(vertices, all_triangles, known, silhouette)
    base_ids = np.r_[face, controls]
    depth = np.r_[rest[base_ids, 2], follow @ rest[base_ids, 2]]
    raw = {k: pack.array(f'group.{RAW_GROUPS[k]}').ravel().tolist() for k in LANDMARK_GROUPS}
    topology = dict(lids=lids, mouth=mouth, raw=sum(raw.values(), []), raw_counts={k: len(v) for k, v in raw.items()})
    print(f'face {len(face)}, controls {len(controls)}, grid {len(vertices) - known}')
    print(f'{len(all_triangles)} triangles, {still_bad} specks overturned')
    return FaceMesh(
        vertices,
        depth,
        fisheye(vertices),
        painters_order(all_triangles, depth),
        follow,
        base_ids,
        known,
        len(face),
        topology,
    )


def write_verts(mesh: FaceMesh, path: Path) -> None:
    """What the population renderer needs: ids to project after subdivision (verts) and before it (raw)."""
    path.write_text(
        json.dumps(dict(verts=mesh.base_ids.tolist(), raw=mesh.topology['raw'], rawN=mesh.topology['raw_counts']))
        + '\n'
    )


def main(config: FaceConfig, out: Path, verts: str, mean: Path) -> None:
    mesh = build_mesh(Pack(config.assets), read_mean_poses(mean))
    mesh.save(out)
    if verts:
        write_verts(mesh, Path(verts))


if __name__ == '__main__':
    settings, arguments = config_argument(
        'build the face mesh',
        out=(str, '', 'file (default: new-face-mesh.npz in the work folder)'),
        verts=(str, '', 'verts.json for the renderer'),
        mean=(str, '', 'mean.bin of the renderer (default: in the population folder)'),
    )
    main(
        settings,
        Path(arguments.out) if arguments.out else settings.work / 'new-face-mesh.npz',
        arguments.verts,
        Path(arguments.mean) if arguments.mean else settings.people.parent / 'mean.bin',
    )
