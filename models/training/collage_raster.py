"""The rasteriser of collages (face_collage.py): layers -> dressed textures -> picture."""

import numba
import numpy as np

from face_colour import D_RANGE, EXPOSURE, GAMMA, H_RANGE, SATURATION, SHOULDER

# 8 bit -> linear light, and linear light -> display colour.
TABLES = (
    (D_RANGE * np.linspace(0, 1, 256) ** GAMMA).astype(np.float32),
    (H_RANGE * np.linspace(0, 1, 256) ** GAMMA).astype(np.float32),
    (np.linspace(0, 1, 4096) ** (1 / GAMMA)).astype(np.float32),
)


@numba.njit(cache=True, nogil=True, fastmath=True)
def _over(out, y, x, light, alpha, encode):
    """Linear light -> display colour (face_colour.tonemap), painted over a premultiplied texel."""
    peak = max(light[0], light[1], light[2], 1e-4)
    rolled = peak
    if peak >= SHOULDER:
        rolled = SHOULDER + (1 - SHOULDER) * (1 - np.exp(-(peak - SHOULDER) / (1 - SHOULDER)))
    t = min(max((peak - 0.8) / 1.6, 0.0), 1.0)
    white = t * t * (3 - 2 * t) * 0.6
    c0 = encode[int(4095 * min(light[0] * rolled / peak * (1 - white) + rolled * white, 1.0))]
    c1 = encode[int(4095 * min(light[1] * rolled / peak * (1 - white) + rolled * white, 1.0))]
    c2 = encode[int(4095 * min(light[2] * rolled / peak * (1 - white) + rolled * white, 1.0))]
    grey = 0.3 * c0 + 0.59 * c1 + 0.11 * c2
    for i, c in enumerate((c0, c1, c2)):
        shown = min(max(grey + (c - grey) * SATURATION, 0.0), 1.0)
        out[y, x, i] = out[y, x, i] * (1 - alpha) + shown * alpha
    out[y, x, 3] = out[y, x, 3] * (1 - alpha) + alpha


@numba.njit(cache=True, nogil=True, fastmath=True)
def dress_texture(skin, hair, brow, beard, cloth, pigments, lift, gloss, diffuse, highlight, encode):
    """Layers [T, T, 5 or 6] u8 -> front and back [T, T, 4], premultiplied display colours.

    pigments [5, 3]: skin, then hair, brow, beard and cloth with their tints.
    """
    size = skin.shape[0]
    front = np.zeros((size, size, 4), np.float32)
    back = np.zeros((size, size, 4), np.float32)
    light = np.empty(3, np.float32)
    for y in range(size):
        for x in range(size):
            shade = hair[y, x, 5] / 255 * (cloth[y, x, 5] / 255)
            a = min(max((skin[y, x, 4] / 255 - 0.08) / 0.84, 0.0), 1.0)
            a = a * a * (3 - 2 * a) * (cloth[y, x, 3] / 255)
            for i in range(3):
                tinted = shade ** (0.85 if i == 0 else (1.0 if i == 1 else 1.05))
                light[i] = pigments[0, i] * diffuse[skin[y, x, i]] * tinted + gloss * highlight[skin[y, x, 3]] * shade
                light[i] *= lift * EXPOSURE
            _over(front, y, x, light, a, encode)
            for k, layer in enumerate((brow, beard, cloth, hair)):
                alpha = layer[y, x, 2] / 255 * (0.95 if k == 0 else 1.0)
                behind = layer[y, x, 4] / 255 if k == 3 else 0.0
                if alpha <= 0 and behind <= 0:
                    continue
                own_lift, own_gloss = (lift, 0.5) if k == 0 else (1.0, 1.0)
                p = 1 + (k + 1) % 4
                for i in range(3):
                    d = pigments[p, i] * diffuse[layer[y, x, 0]] + own_gloss * highlight[layer[y, x, 1]]
                    light[i] = d * own_lift * EXPOSURE
                if alpha > 0:
                    _over(front, y, x, light, alpha, encode)
                if behind > 0:
                    _over(back, y, x, light, behind, encode)
    return front, back


@numba.njit(cache=True, nogil=True, fastmath=True)
def _bilinear(texture, u, v, out):
    size = texture.shape[0]
    x, y = min(max(u * size - 0.5, 0.0), size - 1.001), min(max(v * size - 0.5, 0.0), size - 1.001)
    i, j = int(x), int(y)
    fx, fy = x - i, y - j
    for c in range(4):
        top = texture[j, i, c] * (1 - fx) + texture[j, i + 1, c] * fx
        bottom = texture[j + 1, i, c] * (1 - fx) + texture[j + 1, i + 1, c] * fx
        out[c] = top * (1 - fy) + bottom * fy


@numba.njit(cache=True, nogil=True, fastmath=True)
def _sprite(picture, box, px, py, rgb, shade):
    """Paints the sprite's texel at a pixel over rgb, if the pixel is in the box."""
    u, v = (px - box[0]) / (box[2] - box[0] + 1e-6), (py - box[1]) / (box[3] - box[1] + 1e-6)
    if u < 0 or u >= 1 or v < 0 or v >= 1:
        return
    side = picture.shape[0]
    texel = picture[int(v * side), int(u * side)]
    alpha = texel[3] / 255
    for i in range(3):
        rgb[i] = rgb[i] * (1 - alpha) + texel[i] / 255 * alpha * shade


@numba.njit(cache=True, nogil=True, fastmath=True)
def draw_mesh(points, gain, triangles, uv, front, back, background, eyes, mouth, boxes, holes, side):
    """points [nv, 3] in px (z towards the viewer) -> picture [side, side, 3]. boxes [5, 4]: both eyes, upper and lower
    teeth, tongue; holes [3, 4]: both eyes, mouth."""
    depth = np.full((side, side), -1e9, np.float32)
    ids = np.full((side, side), -1, np.int32)
    weights = np.zeros((side, side, 2), np.float32)
    for t in range(len(triangles)):
        a, b, c = points[triangles[t, 0]], points[triangles[t, 1]], points[triangles[t, 2]]
        area = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
        if abs(area) < 1e-6:
            continue
        x0, x1 = max(0, int(np.ceil(min(a[0], b[0], c[0]) - 0.5))), min(side - 1, int(max(a[0], b[0], c[0]) - 0.5))
        y0, y1 = max(0, int(np.ceil(min(a[1], b[1], c[1]) - 0.5))), min(side - 1, int(max(a[1], b[1], c[1]) - 0.5))
        for y in range(y0, y1 + 1):
            for x in range(x0, x1 + 1):
                px, py = x + 0.5, y + 0.5
                v = ((px - a[0]) * (c[1] - a[1]) - (py - a[1]) * (c[0] - a[0])) / area
                w = ((b[0] - a[0]) * (py - a[1]) - (b[1] - a[1]) * (px - a[0])) / area
                if v < -1e-4 or w < -1e-4 or v + w > 1.0001:
                    continue
                z = a[2] + v * (b[2] - a[2]) + w * (c[2] - a[2])
                if z > depth[y, x]:
                    depth[y, x], ids[y, x] = z, t
                    weights[y, x, 0], weights[y, x, 1] = v, w
    out = np.empty((side, side, 3), np.float32)
    texel, rgb = np.empty(4, np.float32), np.empty(3, np.float32)
    for y in range(side):
        for x in range(side):
            px, py = x + 0.5, y + 0.5
            radius = min(np.sqrt((px / side - 0.42) ** 2 + (py / side - 0.38) ** 2) / 0.8, 1.0)
            for i in range(3):
                rgb[i] = background[0, i] * (1 - radius) + background[1, i] * radius
            t = ids[y, x]
            if t < 0:
                hole = -1
                for h in range(3):
                    b = holes[h]
                    if b[0] <= px <= b[2] and b[1] <= py <= b[3]:
                        hole = h
                if hole == 0 or hole == 1:
                    box = boxes[hole]
                    w = box[2] - box[0]
                    for i in range(3):
                        rgb[i] = 0.75
                    _sprite(eyes[hole], box, px, py, rgb, 1.0)
                    shadow = min(max((py - box[1]) / (0.45 * (box[3] - box[1])), 0.0), 1.0)
                    cx, cy = (box[0] + box[2]) / 2 - 0.07 * w, (box[1] + box[3]) / 2 - 0.055 * w
                    glint = (px - cx) ** 2 + (py - cy) ** 2 < (0.06 * w) ** 2
                    for i in range(3):
                        rgb[i] = 0.97 if glint else rgb[i] * (0.55 + 0.45 * shadow)
                elif hole == 2:
                    rgb[0], rgb[1], rgb[2] = 0.165, 0.047, 0.039
                    _sprite(mouth[2], boxes[4], px, py, rgb, 0.8)
                    _sprite(mouth[1], boxes[3], px, py, rgb, 0.73)
                    _sprite(mouth[0], boxes[2], px, py, rgb, 0.96)
            else:
                v, w = weights[y, x, 0], weights[y, x, 1]
                a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
                u0 = uv[a, 0] * (1 - v - w) + uv[b, 0] * v + uv[c, 0] * w
                v0 = uv[a, 1] * (1 - v - w) + uv[b, 1] * v + uv[c, 1] * w
                _bilinear(back, u0, v0, texel)
                for i in range(3):
                    rgb[i] = rgb[i] * (1 - texel[3]) + texel[i]
                _bilinear(front, u0, v0, texel)
                for i in range(3):
                    g = gain[a, i] * (1 - v - w) + gain[b, i] * v + gain[c, i] * w
                    rgb[i] = rgb[i] * (1 - texel[3]) + min(texel[i] * g, texel[3])
            for i in range(3):
                out[y, x, i] = rgb[i]
    return out
