"""A puppet and its style drawn at rest in numpy: for sheets and for judging the decoder, not for the product (that is
models/runtime and the plugin's shader, which follow the same layer order and formula: models/layers/README.md).
"""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw
from scipy.sparse import coo_matrix, diags

REPO = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPO / 'models' / 'training'))

from align import FaceMesh, gather, rasterise  # noqa: E402
from face_colour import compose, decode_diffuse, decode_highlight, linear, smoothstep  # noqa: E402
from face_config import LANDMARK_GROUPS  # noqa: E402

SHADOW_TINT = np.array([0.85, 1.0, 1.05])  # shadows on skin are a little warmer than grey
HAIR_SMOOTHINGS = 8
MOUTH_DARK = np.array([0x2A, 0x0C, 0x0A]) / 255
LASH = np.array([20, 10, 8]) / 255


@dataclass
class Style:
    tone: str = '#e6b9a0'
    lift: float = 1.0
    gloss: float = 1.0
    hair: str = ''
    hair_colour: str = '#48301f'
    brow: str = 'medium'
    brow_colour: str = '#33231b'
    beard: str = ''
    beard_colour: str = '#48301f'
    cloth: str = 'male-casualsuit04'
    cloth_colour: str = '#3f6288'
    eye: str = 'brown'
    lash: float = 0.5  # 0..1, length and opacity
    background: tuple = ('#e4edf5', '#b7cbe0')
    glasses: str = ''


# Eight styles that have nothing to do with a face code: they are given to faces by their place in a sheet.
# tone, lift, gloss | hair, colour | brow, colour | beard, colour | cloth, colour | eye, lash | background
STYLES_TEXT = """
#efcab4 0.95 0.95 | crop #5a3b28 | medium #48301f | - #5a3b28 | male-suit04 #4f8062 | green 0.3 | #f5e9dc #e3c9ae
#f4d9c8 0.93 0.95 | bob #b3602f | arched #75492c | - #b3602f | female-suit01 #2f4158 | lightblue 0.9 | #ece7f5 #c8bfe0
#744e3c 1.30 1.30 | coils #1b1514 | thick #1b1514 | goatee #1b1514 | male-suit02 #d6b07a | brown 0.4 | #e2f0e8 #b3d3c3
#be947b 1.08 1.15 | long #33231b | soft #33231b | - #33231b | female-suit02 #a34a5c | brownlight 0.9 | #f8efd9 #e6d2a4
#e6b9a0 1.00 1.00 | sidepart #a3a09d | flat #8f8a86 | - #b9b5b0 | male-suit03 #4a5aa0 | blue 0.3 | #e9ecef #c3cad2
#5f3f30 1.36 1.36 | puffs #211815 | arched #211815 | - #211815 | female-suit01 #8470a3 | brown 0.9 | #f7e4e2 #e3bdb9
#d5a88d 1.02 1.05 | quiff #1b1514 | thick #1b1514 | stubble #1b1514 | male-suit06 #e6e3dc | brown 0.4 | #dcedf0 #a8cfd6
#a57d66 1.15 1.20 | bun #48301f | soft #33231b | - #48301f | female-suit02 #5f8f80 | grey 0.9 | #e4edf5 #b7cbe0
"""


def style_of(row: str) -> Style:
    tone, lift, gloss, *words = row.replace('|', ' ').replace('suit', 'casualsuit').split()
    hair, hair_c, brow, brow_c, beard, beard_c, cloth, cloth_c, eye, lash, *background = words
    layers = (hair, hair_c, brow, brow_c, beard.strip('-'), beard_c, cloth, cloth_c, eye)
    return Style(tone, float(lift), float(gloss), *layers, float(lash), tuple(background))


STYLES = [style_of(row) for row in STYLES_TEXT.strip().splitlines()]


class Wardrobe:
    """The committed layers, loaded once."""

    def __init__(self, folder: Path = REPO / 'models' / 'layers'):
        self.folder = folder
        self.index = json.loads((folder / 'index.json').read_text())
        self.mesh = json.loads((folder / 'puppet-mesh.json').read_text())
        self.pictures = {}

    def picture(self, file: str, mode: str) -> np.ndarray:
        if file not in self.pictures:
            self.pictures[file] = np.asarray(Image.open(self.folder / file).convert(mode), np.float32) / 255
        return self.pictures[file]

    def layer(self, name: str) -> np.ndarray:
        """[T, T, 6]: D luma, H, front alpha, skin kept, back alpha, shadow."""
        sheet = self.picture(self.index['layers'][name]['file'], 'RGB')
        half = sheet.shape[1] // 2
        return np.dstack([sheet[:, :half], sheet[:, half:]])

    def tint(self, name: str) -> np.ndarray:
        return np.array(self.index['layers'][name]['tint'])

    def sprite(self, name: str) -> np.ndarray:
        return self.picture(self.index['sprites'][name]['file'], 'RGBA')


def polygon_mask(points: np.ndarray, size: int) -> np.ndarray:
    """[n, 2] in frame units -> coverage [size, size, 1], 4 x 4 supersampled."""
    mask = Image.new('L', (size * 4, size * 4))
    ImageDraw.Draw(mask).polygon([tuple(p) for p in points * size * 4], fill=255)
    return np.asarray(mask.resize((size, size), Image.BOX), np.float32)[..., None] / 255


class Canvas:
    """Premultiplied-over painting of display colours."""

    def __init__(self, size: int, background: tuple):
        y, x = (np.mgrid[0:size, 0:size] + 0.5) / size
        t = np.clip((np.hypot(x - 0.42, y - 0.38) - 0.05) / 0.8, 0, 1)[..., None]
        first, last = (np.array([int(c[i : i + 2], 16) for i in (1, 3, 5)]) / 255 for c in background)
        self.size, self.rgb = size, first * (1 - t) + last * t

    def over(self, colour, alpha) -> None:
        self.rgb = self.rgb * (1 - alpha) + colour * alpha

    def polygon(self, points: np.ndarray, colour, opacity: float = 1.0) -> None:
        self.over(colour, opacity * polygon_mask(points, self.size))

    def sprite(self, picture: np.ndarray, box, tint=(1.0, 1.0, 1.0)) -> None:
        x0, y0, x1, y1 = np.round(np.array(box) * self.size).astype(int)
        if x1 <= x0 or y1 <= y0:
            return
        image = Image.fromarray((picture * 255).astype(np.uint8), 'RGBA').resize((x1 - x0, y1 - y0), Image.LANCZOS)
        full = Image.new('RGBA', (self.size, self.size))
        full.paste(image, (x0, y0))
        a = np.asarray(full, np.float32) / 255
        self.over(a[..., :3] * tint, a[..., 3:])


def expression_points(rest: np.ndarray, deltas: np.ndarray, amounts: dict, names: list) -> np.ndarray:
    points = rest.copy()
    for name, amount in amounts.items():
        points += amount * deltas[names.index(name)]
    return points


def pin_rim(mesh: FaceMesh, points: np.ndarray) -> np.ndarray:
    """Grid vertices on the lower rim of the frame never move inward: no gap below the shoulders."""
    out, rim = points.copy(), np.arange(mesh.known, mesh.size)
    x, y = mesh.canonical[rim].T
    bottom, left, right = rim[y > 0.9999], rim[(y > 0.8) & (x < 1e-4)], rim[(y > 0.8) & (x > 0.9999)]
    out[bottom, 1] = np.maximum(out[bottom, 1], 1)
    out[left, 0] = np.minimum(out[left, 0], 0)
    out[right, 0] = np.maximum(out[right, 0], 1)
    return out


def hair_points(mesh: FaceMesh, points: np.ndarray) -> np.ndarray:
    """[nv, 2]: where the mesh lies for hair; offsets from the average head, smoothed (as models/runtime/src/pose-hair.ts)."""
    ends = np.concatenate([mesh.triangles[:, [k, (k + 1) % 3]] for k in range(3)])
    ends = np.vstack([ends, ends[:, ::-1]])
    joined = coo_matrix((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(mesh.size, mesh.size)).tocsr()
    joined.data[:] = 1
    mean = diags(1 / np.maximum(np.asarray(joined.sum(1)).ravel(), 1)) @ joined
    offsets = points[: mesh.size, :2] - mesh.canonical
    for _ in range(HAIR_SMOOTHINGS):
        offsets = 0.4 * offsets + 0.6 * (mean @ offsets)
    return pin_rim(mesh, mesh.canonical + offsets)


def draw_portrait(
    mesh: FaceMesh, wardrobe: Wardrobe, skin: np.ndarray, points: np.ndarray, style: Style, size: int = 256
) -> np.ndarray:
    """skin [T, T, 5] encoded 0..1, points [nv + 20, 3] -> [size, size, 3] u8"""
    nv, side, points = mesh.size, size * 2, pin_rim(mesh, points)
    skin_map = rasterise(points[:nv, :2] * side, mesh.triangles, side, side)
    hair_map = rasterise(hair_points(mesh, points) * side, mesh.triangles, side, side)

    def through(texture: np.ndarray, ids_and_weights=skin_map) -> np.ndarray:
        ids, weights = ids_and_weights
        out = np.zeros((side, side, texture.shape[2]), np.float32)
        gather(np.ascontiguousarray(texture, np.float32), ids, weights, mesh.triangles, mesh.uv * texture.shape[0], out)
        return out.reshape(size, 2, size, 2, -1).mean((1, 3))

    canvas, info = Canvas(size, style.background), wardrobe.mesh
    layers = {
        kind: f'{kind}-{name}'
        for kind, name in (('hair', style.hair), ('brow', style.brow), ('beard', style.beard), ('cloth', style.cloth))
        if name
    }
    maps = dict(hair=hair_map)
    drawn = {kind: through(wardrobe.layer(name), maps.get(kind, skin_map)) for kind, name in layers.items()}

    def paint(kind: str, colour, alpha_channel: int, lift=1.0, gloss=1.0, opacity=1.0) -> None:
        if kind in drawn:
            d = drawn[kind]
            light = wardrobe.tint(layers[kind]) * decode_diffuse(d[..., :1])
            canvas.over(
                compose(light, decode_highlight(d[..., 1:2]), colour, lift, gloss),
                opacity * d[..., alpha_channel : alpha_channel + 1],
            )

    def landmark_box(group: str):
        left, right, top, bottom = points[nv + 4 * LANDMARK_GROUPS.index(group) :][:4]
        return np.array([left[0], top[1], right[0], bottom[1]])

    def place(group: str, name: str, tint=(1.0, 1.0, 1.0), down: float = 0.0) -> None:
        b, r = landmark_box(group), info['spriteBoxes'][group]
        w, h, y = b[2] - b[0], b[3] - b[1], b[1] + down
        canvas.sprite(wardrobe.sprite(name), (b[0] + r[0] * w, y + r[1] * h, b[0] + r[2] * w, y + r[3] * h), tint)

    paint('hair', linear(style.hair_colour), 4)
    for group in ('eyeL', 'eyeR'):
        place(group, f'{group}-{style.eye}')
        b = landmark_box(group)
        w, cx, cy = b[2] - b[0], (b[0] + b[2]) / 2, (b[1] + b[3]) / 2
        for dx, dy, diameter, opacity in ((-0.085, -0.065, 0.135, 0.95), (0.085, 0.085, 0.085, 0.35)):
            angle = np.linspace(0, 2 * np.pi, 24)
            canvas.polygon(
                np.c_[cx + dx * w + diameter * w / 2 * np.cos(angle), cy + dy * w + diameter * w / 2 * np.sin(angle)],
                np.array([1.0, 0.99, 0.965]),
                opacity,
            )
    between = np.linalg.norm(np.array(landmark_box('eyeL'))[[0, 1]] - np.array(landmark_box('eyeR'))[[0, 1]])
    ring = lambda q: [q['corners'][0], *q['upper'], q['corners'][1], *q['lower'][::-1]]
    upper = lambda q: [q['corners'][0], *q['upper'], q['corners'][1]]
    strip = lambda ids_, up, down: np.vstack([points[ids_, :2] - [0, up], (points[ids_, :2] + [0, down])[::-1]])
    for side_ in ('left', 'right'):
        for k in range(4):  # soft shadow of the upper lid on the eyeball
            canvas.polygon(
                strip(upper(info['lids'][side_]), 0.01 * between, (0.105 - 0.025 * k) * between),
                np.array([40, 18, 14]) / 255,
                0.16,
            )
    canvas.polygon(points[ring(info['mouth']), :2], MOUTH_DARK)
    upper_y, lower_y = (points[info['mouth'][c][len(info['mouth'][c]) // 2], 1] for c in ('upper', 'lower'))
    gap = (lower_y - upper_y) / between  # the mouth's opening in eye distances
    if gap > 0.015:
        shut, sink = canvas.rgb, smoothstep(0.015, 0.13, gap)
        # Upper incisors peep out below the lip, lower teeth and tongue sink as the jaw opens.
        lower_down = max(0.0, lower_y - between * (0.075 * sink + 0.01) - landmark_box('teethD')[1])
        upper_down = upper_y + between * min(0.055, 0.7 * gap) - landmark_box('teethU')[3]
        place('tongue', 'tongue', (0.88, 0.75, 0.75), 0.05 * between * sink)
        place('teethD', 'teethD', (0.78, 0.73, 0.70), lower_down)
        place('teethU', 'teethU', (0.98, 0.96, 0.93), upper_down)
        inside = polygon_mask(points[ring(info['mouth']), :2], size)
        canvas.rgb = shut * (1 - inside) + canvas.rgb * inside

    s, shadow, kept = through(skin), 1.0, 1.0
    if 'hair' in drawn:
        shadow = shadow * through(wardrobe.layer(layers['hair'])[..., 5:6])
    if 'cloth' in drawn:
        shadow, kept = shadow * drawn['cloth'][..., 5:6], drawn['cloth'][..., 3:4]
    shadow = np.asarray(shadow)
    diffuse = decode_diffuse(s[..., :3]) * shadow**SHADOW_TINT if shadow.ndim else decode_diffuse(s[..., :3])
    canvas.over(
        compose(diffuse, decode_highlight(s[..., 3:4]) * shadow, linear(style.tone), style.lift, style.gloss),
        smoothstep(0.08, 0.92, s[..., 4:5]) * kept,
    )
    paint('brow', linear(style.brow_colour), 2, style.lift, 0.5, 0.95)
    if style.beard == 'stubble':
        shade = linear(style.tone) * [0.60, 0.62, 0.66] * 0.55 + linear(style.beard_colour) * 0.8 * 0.45
        paint('beard', shade, 2, style.lift)
    else:
        paint('beard', linear(style.beard_colour), 2)
    paint('cloth', linear(style.cloth_colour), 2)
    for side_ in ('left', 'right'):
        ids_ = upper(info['lids'][side_])
        bow = np.sin(np.pi * np.linspace(0, 1, len(ids_)))[:, None] ** 0.5
        p = points[ids_, :2]
        canvas.polygon(
            np.vstack(
                [
                    p - np.c_[0 * bow, bow * 0.022 * between * (0.5 + 0.6 * style.lash)],
                    (p + np.c_[0 * bow, bow * 0.006 * between])[::-1],
                ]
            ),
            LASH,
            0.35 + 0.6 * style.lash,
        )
    if style.glasses:
        glasses = wardrobe.index['glasses'][style.glasses]
        left, right = (np.array(landmark_box(g)).reshape(2, 2).mean(0) for g in ('eyeL', 'eyeR'))
        middle, unit = (left + right) / 2, left[0] - right[0]
        box = np.tile(middle, 2) + unit * np.array(glasses['box'])
        canvas.sprite(wardrobe.picture(glasses['file'], 'RGBA'), box)
    paint('hair', linear(style.hair_colour), 2)
    return (np.clip(canvas.rgb, 0, 1) * 255).round().astype(np.uint8)
