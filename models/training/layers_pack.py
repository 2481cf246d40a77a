"""Raw style layers (rendered on the mean head) -> models/layers: WebP textures, sprites, index.json, puppet-mesh.json.
python layers_pack.py [--config NAME] [--only sprites]

A layer texture is opaque, 2T x T: left half (D luma, H, front alpha), right half (skin kept beside a garment, back
alpha, shadow on the skin). No alpha channel: nothing is premultiplied. Lossless WebP: lossy WebP halves the chroma,
and with alpha in the blue channel that smears edges by up to 70 of 255 levels; D, H and shadow are rounded to 7 bits
instead, and colours far from the layer are flat. Order and formula: models/layers/README.md.
"""

import json

import numpy as np
from PIL import Image
from scipy.ndimage import distance_transform_edt, gaussian_filter, grey_closing

from align import Aligner, FaceMesh, nearest_inside
from face_colour import LUMINANCE, decode_diffuse, encode_diffuse
from face_config import EXPRESSIONS, LANDMARK_GROUPS, LANDMARK_POINTS, REPO, FaceConfig, config_argument
from glasses import save_glasses
from prepare.population import fill_outside, read_planes, skin_picture, straight

FOLDER = REPO / 'models' / 'layers'
FORMAT_VERSION = 1
RENDER_SIZE = 512  # px of a raw layer
SPRITE_SIZE = 1024  # px of a raw sprite picture
LAYER_SIZE = 512  # T of the packed textures
QUALITY = 85  # of sprites, which are ordinary pictures
FLAT_FROM, FLAT_OVER = 6, 12  # px outside a layer's coverage where its colour fades to the mean
EYE_SPRITE_SIDE = 128
MOUTH_SPRITE_WIDTH = 192


# --- sprites: eyeballs, teeth, tongue -------------------------------------------------------------------------------


def read_sprite(config: FaceConfig, name: str) -> tuple[np.ndarray, np.ndarray]:
    """-> straight RGBA [S, S, 4] 0..255 and the raw landmark vertices [nr, 2] in px."""
    content = (config.layers / f'{name}.bin').read_bytes()
    (plane,) = read_planes(content, SPRITE_SIZE, 1)
    points = np.frombuffer(content, '<f4', offset=SPRITE_SIZE**2 * 4).reshape(-1, 3)[:, :2] * SPRITE_SIZE
    colour, alpha = straight(plane)
    return np.dstack([np.clip(colour * 255, 0, 255), alpha * 255]), points


def landmark_box(points: np.ndarray, ids: list[int]) -> np.ndarray:
    """x0, y0, x1, y1 of four landmark vertices (left, right, top, bottom)."""
    left, right, top, bottom = points[ids]
    return np.array([left[0], top[1], right[0], bottom[1]])


def relative(crop, box) -> list[float]:
    """Crop rectangle in units of the landmark box: how the page places the picture on another face."""
    w, h = box[2] - box[0], box[3] - box[1]
    return [
        round(float(v), 5)
        for v in ((crop[0] - box[0]) / w, (crop[1] - box[1]) / h, (crop[2] - box[0]) / w, (crop[3] - box[1]) / h)
    ]


def close_teeth(picture: np.ndarray) -> np.ndarray:
    """Fills the notches between teeth and brightens them: at 5 px they would flicker otherwise."""
    colour = picture[..., :3][nearest_inside(picture[..., 3] >= 200)]
    alpha = gaussian_filter(grey_closing(picture[..., 3], size=(1, 25)).astype(float), (1.5, 3))
    return np.dstack([np.clip((colour / 255) ** 0.62 * 255 * 1.12, 0, 255), np.clip(alpha, 0, 255)])


def save_sprite(picture: np.ndarray, crop, file: str, width: int) -> None:
    x0, y0, x1, y1 = crop
    image = Image.fromarray(picture[y0:y1, x0:x1].astype(np.uint8), 'RGBA')
    if image.width > width:
        image = image.resize((width, round(image.height * width / image.width)), Image.LANCZOS)
    image.save(FOLDER / file, quality=QUALITY, exact=True, method=6)


def pack_sprites(config: FaceConfig, mesh: FaceMesh) -> tuple[dict, dict]:
    """-> sprites of index.json, and {group: box} for puppet-mesh.json."""
    eyes = sorted(p.stem for p in config.layers.glob('eye_*.bin'))
    ids = mesh.landmark_ids(read_sprite(config, 'eye_brown')[1])
    boxes, sprites = {}, {}
    for name in eyes:
        picture, points = read_sprite(config, name)
        for group in ('eyeL', 'eyeR'):
            box = landmark_box(points, ids[group])
            margin = (box[2] - box[0]) * 0.10
            crop = np.round(box + [-margin, -margin, margin, margin]).astype(int)
            file = f'{group}-{name[4:]}.webp'
            save_sprite(picture, crop, file, EYE_SPRITE_SIDE)
            sprites[f'{group}-{name[4:]}'] = dict(group=group, kind='eye', colour=name[4:], file=file)
            boxes[group] = relative(crop, box)
    picture, points = read_sprite(config, 'teeth')
    upper, lower = landmark_box(points, ids['teethU']), landmark_box(points, ids['teethD'])
    rows = picture[..., 3].sum(1)
    filled = np.where(rows > 0)[0]
    between = range(int(upper[3]) - 6, int(lower[1]) + 6)
    split = min(between, key=lambda y: rows[y]) if len(between) else int((upper[3] + lower[1]) / 2)
    for group, box, y0, y1 in (('teethU', upper, filled[0], split), ('teethD', lower, split, filled[-1] + 1)):
        columns = np.where(picture[y0:y1, :, 3].sum(0) > 0)[0]
        crop = (columns[0], y0, columns[-1] + 1, y1)
        closed = picture.copy()
        closed[y0:y1, columns[0] : columns[-1] + 1] = close_teeth(picture[y0:y1, columns[0] : columns[-1] + 1])
        save_sprite(closed, crop, f'{group}.webp', MOUTH_SPRITE_WIDTH)
        sprites[group], boxes[group] = dict(group=group, kind='mouth', file=f'{group}.webp'), relative(crop, box)
    picture, points = read_sprite(config, 'tongue')
    ys, xs = np.where(picture[..., 3].sum(1) > 0)[0], np.where(picture[..., 3].sum(0) > 0)[0]
    crop = (xs[0], ys[0], xs[-1] + 1, ys[-1] + 1)
    save_sprite(picture, crop, 'tongue.webp', MOUTH_SPRITE_WIDTH)
    sprites['tongue'], boxes['tongue'] = (
        dict(group='tongue', kind='mouth', file='tongue.webp'),
        relative(crop, landmark_box(points, ids['tongue'])),
    )
    return sprites, boxes


def write_puppet_mesh(mesh: FaceMesh, texture_size: int, boxes: dict, path) -> None:
    """Everything pose and drawing need besides the decoder's output."""
    topology = mesh.topology
    json_text = json.dumps(
        dict(
            version=FORMAT_VERSION,
            vertexCount=mesh.size,
            knownCount=mesh.known,
            faceCount=mesh.face,
            landmarkCount=len(LANDMARK_GROUPS) * len(LANDMARK_POINTS),
            triangleCount=len(mesh.triangles),
            textureSize=texture_size,
            expressions=EXPRESSIONS,
            landmarks=dict(first=mesh.size, groups=LANDMARK_GROUPS, points=LANDMARK_POINTS),
            lids=topology['lids'],
            mouth=topology['mouth'],
            spriteBoxes=boxes,
            uv=[round(float(v), 5) for v in mesh.uv.ravel()],
            canonical=[round(float(v), 5) for v in mesh.canonical.ravel()],
            triangles=[int(v) for v in mesh.triangles.ravel()],
        ),
        separators=(',', ':'),
    )
    path.write_text(json_text + '\n')


# --- layers: hair, brows, beards, clothes ---------------------------------------------------------------------------


def light_layer(planes: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """D and H planes -> [h, w, 3] (D luma, H, alpha; encoded, filled outside) and the mean tint of D [3] relative to
    its luma."""
    d, alpha = straight(planes[0])
    h, _ = straight(planes[1])
    diffuse = decode_diffuse(d)
    luma = (diffuse * LUMINANCE).sum(-1)
    solid = alpha[..., 0] > 0.5
    tint = diffuse[solid].sum(0) / luma[solid].sum() if solid.any() else np.ones(3)
    light = np.dstack([encode_diffuse(luma), h.mean(-1)])
    if solid.any():
        light = fill_outside(light, alpha[..., 0], min(0.97, 0.85 * float(alpha.max())))
    return np.dstack([light, alpha]).astype(np.float32), tint


def shadow_on_skin(planes, base_luma, base_alpha) -> np.ndarray:
    """Light on the skin with the layer divided by light without it [h, w, 1]; carried 14 px past the skin's edge,
    then softened."""
    d, alpha = straight(planes[0])
    luma = (decode_diffuse(d) * LUMINANCE).sum(-1)
    both = (alpha[..., 0] > 0.98) & (base_alpha > 0.98)
    ratio = np.where(both, luma / np.maximum(base_luma, 1e-3), 1.0)
    near = distance_transform_edt(~both) < 14
    carried = ratio[nearest_inside(both)]
    ratio = np.where(both, ratio, np.where(near & (base_alpha > 0.5), carried, 1.0))
    return np.clip(gaussian_filter(ratio, 1.2), 0, 1)[..., None].astype(np.float32)


def layer_channels(kind: str, planes: list[np.ndarray], base_luma, base_alpha) -> tuple[np.ndarray, np.ndarray]:
    """-> [h, w, 6]: D luma, H, front alpha | skin kept, back alpha, shadow on the skin; and the tint."""
    front, tint = light_layer(planes[0:2])
    one = np.ones((*front.shape[:2], 1), np.float32)
    skin_kept, back_alpha, shadow = 0 * one, 0 * one, one
    if kind == 'hair':
        back, _ = light_layer(planes[2:4])
        # Front and back show the same hair with two alphas, so take the complete picture where there is one.
        complete = (back[..., 2:3] > 0.5) | (front[..., 2:3] < 0.02)
        front = np.dstack([np.where(complete, back[..., :2], front[..., :2]), front[..., 2:3]])
        skin_kept, back_alpha, shadow = one, back[..., 2:3], shadow_on_skin(planes[4:6], base_luma, base_alpha)
    elif kind == 'cloth':
        # Skin the garment deletes must not stick out beside it: keep it only where it is drawn with the garment, or
        # under it.
        skin_kept = np.maximum(straight(planes[2])[1], front[..., 2:3])
        shadow = shadow_on_skin(planes[2:4], base_luma, base_alpha)
    return np.ascontiguousarray(np.dstack([front, skin_kept, back_alpha, shadow])), tint


def flatten_outside(texture: np.ndarray) -> np.ndarray:
    """[T, T, 6]: D and H far from any coverage become constant (they are never seen, and cost bytes)."""
    cover = np.maximum(texture[..., 2], texture[..., 4])
    distance = distance_transform_edt(cover < 0.02)
    mean = texture[cover > 0.5][:, :2].mean(0) if (cover > 0.5).any() else np.zeros(2)
    flat = np.clip((distance - FLAT_FROM) / FLAT_OVER, 0, 1)[..., None]
    out = texture.copy()
    out[..., :2] = texture[..., :2] * (1 - flat) + mean * flat
    return out


def layer_sheet(texture: np.ndarray) -> np.ndarray:
    """[T, T, 6] 0..1 -> [T, 2T, 3] u8."""
    sheet = (np.hstack([texture[..., :3], texture[..., 3:]]).clip(0, 1) * 255).round()
    t = texture.shape[1]
    for half, channels in ((slice(0, t), slice(0, 2)), (slice(t, 2 * t), slice(2, 3))):
        values = sheet[:, half, channels]
        sheet[:, half, channels] = np.where(values > 253, 255, np.round(values / 2) * 2)
    return sheet.astype(np.uint8)


def pack_layers(config: FaceConfig, mesh: FaceMesh, mean_points: np.ndarray) -> dict:
    aligner = Aligner(mesh, LAYER_SIZE)
    points = mesh.extend(mean_points[mesh.base_ids])
    base = skin_picture(*read_planes((config.layers / 'base.bin').read_bytes(), RENDER_SIZE, 2))
    base_luma, base_alpha = (decode_diffuse(base[..., :3]) * LUMINANCE).sum(-1), base[..., 4]
    layers = {}
    for entry in json.loads((config.layers / 'list.json').read_text()):
        name, kind = entry['name'], entry['kind']
        if kind not in ('hair', 'cloth', 'brow', 'beard'):
            continue
        planes = read_planes((config.layers / f'{name}.bin').read_bytes(), RENDER_SIZE, 2 * entry['n'])
        channels, tint = layer_channels(kind, planes, base_luma, base_alpha)
        sheet = layer_sheet(flatten_outside(aligner.texture(channels, points)))
        short = name.split('_', 1)[1].replace('_', '-')
        file = f'{kind}-{short}.webp'
        Image.fromarray(sheet).save(FOLDER / file, lossless=True, quality=100, method=6)
        layers[f'{kind}-{short}'] = dict(kind=kind, file=file, tint=[round(float(v), 4) for v in tint])
    return layers


def read_mean_points(config: FaceConfig) -> np.ndarray:
    """Vertices of the mean head at rest [8027, 3] in frame units, from mean.bin (D and H planes of 512 px, then the
    vertices)."""
    return (
        np.frombuffer((config.people.parent / 'mean.bin').read_bytes(), '<f4', offset=2 * RENDER_SIZE**2 * 4)
        .reshape(-1, 8027, 3)[0]
        .astype(np.float64)
    )


def folder_bytes() -> int:
    return sum(p.stat().st_size for p in FOLDER.glob('*.webp'))


if __name__ == '__main__':
    settings, arguments = config_argument(
        'pack style layers', only=(str, '', "'sprites': leave the layers as they are")
    )
    FOLDER.mkdir(parents=True, exist_ok=True)
    face_mesh = FaceMesh.load(settings.mesh)
    index_file = FOLDER / 'index.json'
    old = json.loads(index_file.read_text()) if index_file.exists() else dict(layers={})
    sprites, boxes = pack_sprites(settings, face_mesh)
    layers = (
        old['layers'] if arguments.only == 'sprites' else pack_layers(settings, face_mesh, read_mean_points(settings))
    )
    index = dict(
        version=FORMAT_VERSION,
        textureSize=LAYER_SIZE,
        layers=dict(sorted(layers.items())),
        sprites=dict(sorted(sprites.items())),
        glasses=save_glasses(FOLDER, QUALITY),
    )
    index_file.write_text(json.dumps(index, indent=1) + '\n')
    write_puppet_mesh(face_mesh, settings.texture_size, boxes, FOLDER / 'puppet-mesh.json')
    print(f'{len(layers)} layers, {len(sprites)} sprites, {len(index["glasses"])} glasses, {folder_bytes() / 1e3:.0f} kB')
