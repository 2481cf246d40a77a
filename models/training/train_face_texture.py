"""Skin head, in closed form and one pass over the people: least squares from the code to the aligned skin, cut down to
what shows.  python train_face_texture.py [--config NAME]      writes skin.pt to the work folder.

Three maps (face_decoder.py): broad colour, the detail of light that is left after it, and the silhouette. Ranks are cut
where errors count by `texel_weight`.
"""

import time

import numpy as np
import torch

from align import FaceMesh
from face_code import in_chunks, load_codes
from face_colour import LUMINANCE
from face_config import FaceConfig, config_argument
from face_decoder import Level, SkinDecoder, SkinSizes, enlarge
from linear_map import LinearMap, low_rank
from prepare.population import Population
from skin_views import COLOURS, halve, outlines, shrink, texel_weight

REPORT_PEOPLE = 1000


def fill(level: Level, weights: np.ndarray, importance: np.ndarray) -> None:
    """weights [128, planes, side, side], importance [side, side]"""
    flat = weights.reshape(len(weights), -1)
    read, basis = low_rank(flat, len(level.basis), np.tile(importance.ravel(), level.planes))
    level.read.weight.data.copy_(torch.tensor(read.T))
    level.basis.copy_(torch.tensor(basis))


def fit_skin(config: FaceConfig, population: Population, code: np.ndarray, mesh: FaceMesh) -> SkinDecoder:
    net, length = SkinDecoder(SkinSizes.of(config)), config.code_length
    (broad, _), (fine, _), (outline, _) = config.broad, config.detail, config.outline
    colour = LinearMap(length, COLOURS * fine * fine, np.float32)
    field = LinearMap(length, outline * outline, np.float32)
    total = np.zeros(population.skins.shape[1:], np.int64)
    started, done = time.time(), 0
    for rows in in_chunks(population.train):
        skins = population.skins[rows]
        colour.add(code[rows], shrink(skins[..., :COLOURS], fine))
        field.add(code[rows], outlines(skins, outline))
        total += skins.sum(0, dtype=np.int64)
        done += len(rows)
        if done // REPORT_PEOPLE > (done - len(rows)) // REPORT_PEOPLE:
            print(f'{done} people, {(time.time() - started) / done * 1e3:.0f} ms each', flush=True)
    mean = (total / 255 / done).transpose(2, 0, 1).astype(np.float32)
    weight = texel_weight(mesh, mean[COLOURS])
    _, colour_map = colour.solve()
    mean_field, field_map = field.solve()
    colour_map = colour_map.reshape(length, COLOURS, fine, fine)

    flat = mean[:COLOURS].reshape(COLOURS, -1)
    level = (flat.min(1, keepdims=True) + flat.max(1, keepdims=True)) / 2
    net.mean_level.copy_(torch.tensor(level[None, :, :, None]))
    net.mean.copy_(torch.tensor(flat - level))
    net.mean_outline.copy_(torch.tensor(mean_field.reshape(1, 1, outline, outline)))
    fill(net.broad, halve(colour_map, broad), halve(weight, broad))
    fill(net.outline, field_map, np.ones((outline, outline), np.float32))
    with torch.no_grad():  # what the broad map leaves, seen through the same enlargement as in the decoder
        left = colour_map - enlarge(net.broad(torch.eye(length)), fine).numpy()
    light = np.tensordot(left[:, :3], LUMINANCE, (1, 0))
    fill(net.detail, np.stack([light, left[:, 3]], 1), halve(weight, fine))
    return net.eval()


@torch.no_grad()
def skin_psnr(net: SkinDecoder, code: np.ndarray, skins: np.ndarray) -> float:
    """dB of the encoded D and H inside the silhouette, mean over people; skins [n, T, T, 5] u8."""
    scores = []
    for one, skin in zip(code, skins):
        wanted = skin.transpose(2, 0, 1).astype(np.float32) / 255
        error = (net(torch.tensor(one[None]))[0].clamp(0, 1).numpy() - wanted)[:COLOURS] ** 2 * wanted[COLOURS]
        scores.append(-10 * np.log10(error.sum() / (COLOURS * wanted[COLOURS].sum())))
    return float(np.mean(scores))


def train_texture(config: FaceConfig) -> dict:
    torch.set_num_threads(config.threads)
    mesh, population, codes = FaceMesh.load(config.mesh), Population(config), load_codes(config)
    assert (codes['seed'] == population.seeds).all(), 'codes.npz is of another population: run face_code.py again'
    code, held_out = codes['code'], population.held_out
    net = fit_skin(config, population, code, mesh)
    torch.save(
        dict(net=net.state_dict(), sizes=net.sizes, deviation=torch.tensor(codes['deviation'])),
        config.work / 'skin.pt',
    )
    skins = population.skins[held_out]
    decoded, mean_skin = skin_psnr(net, code[held_out], skins), skin_psnr(net, np.zeros_like(code[held_out]), skins)
    print(f'held-out, mean skin: {mean_skin:.2f} dB; decoded: {decoded:.2f} dB', flush=True)
    return dict(mean_skin=mean_skin, decoded=decoded)


def load_skin(config: FaceConfig) -> tuple[SkinDecoder, torch.Tensor]:
    """-> the head, and the deviation of the codes that it was fitted to (what its code means)."""
    saved = torch.load(config.work / 'skin.pt', weights_only=False)
    net = SkinDecoder(saved['sizes'])
    net.load_state_dict(saved['net'])
    return net.eval(), saved['deviation']


if __name__ == '__main__':
    settings, _ = config_argument('fit the skin head')
    train_texture(settings)
