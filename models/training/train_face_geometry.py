"""Geometry head, in closed form: linear maps from the code to the face at rest and to the expression offsets, each of
low rank.  python train_face_geometry.py [--config NAME]      writes geometry.pt to the work folder and prints held-out
errors in % of the distance between the eyes.
"""

import time

import numpy as np
import torch

from align import FaceMesh
from face_code import in_chunks, load_codes
from face_config import FaceConfig, config_argument
from face_decoder import GeometryDecoder
from face_shapes import expression_offsets, eye_distance, mesh_errors, rest_and_deltas, rest_shapes
from linear_map import LinearMap, low_rank
from prepare.population import Population


@torch.no_grad()
def decode_geometry(net: GeometryDecoder, code: np.ndarray, shape) -> tuple[np.ndarray, np.ndarray]:
    """-> rest [n, points, 3], deltas [n, 16, points, 3]; shape = (16, points)"""
    rest, deltas = net(torch.tensor(code))
    return rest.numpy().reshape(len(code), shape[1], 3), deltas.numpy().reshape(len(code), *shape, 3)


def fit_geometry(config: FaceConfig, population: Population, code: np.ndarray, mesh: FaceMesh) -> GeometryDecoder:
    points = population.geometry.shape[2]
    rest = LinearMap(config.code_length, points * 3)
    deltas = LinearMap(config.code_length, (population.geometry.shape[1] - 1) * points * 3, np.float32)
    for rows in in_chunks(population.train):
        rest.add(code[rows], rest_shapes(population, mesh, rows))
        deltas.add(code[rows], expression_offsets(population, rows))
    (rest_mean, rest_map), (delta_mean, delta_map) = rest.solve(), deltas.solve()
    return GeometryDecoder(
        rest_mean, *low_rank(rest_map, config.rest_basis), delta_mean, *low_rank(delta_map, config.delta_basis)
    )


def train_geometry(config: FaceConfig) -> dict:
    torch.set_num_threads(config.threads)
    started = time.time()
    mesh, population, codes = FaceMesh.load(config.mesh), Population(config), load_codes(config)
    assert (codes['seed'] == population.seeds).all(), 'codes.npz is of another population: run face_code.py again'
    code, held_out = codes['code'], population.held_out
    net = fit_geometry(config, population, code, mesh)

    true_rest, true_deltas = rest_and_deltas(population, mesh, held_out)
    distance, shape = eye_distance(true_rest, mesh), true_deltas.shape[1:3]

    def errors(of_people: np.ndarray) -> dict:
        return mesh_errors(*decode_geometry(net, of_people, shape), true_rest, true_deltas, distance, mesh.known)

    decoded, mean_face = errors(code[held_out]), errors(np.zeros_like(code[held_out]))
    print(f'held-out, mean face: {mean_face}; decoded: {decoded}; {time.time() - started:.0f} s', flush=True)
    torch.save(
        dict(state=net.state_dict(), deviation=torch.tensor(codes['deviation']), held_out=decoded),
        config.work / 'geometry.pt',
    )
    return dict(mean_face=mean_face, decoded=decoded)


def load_geometry(config: FaceConfig) -> tuple[GeometryDecoder, torch.Tensor]:
    """-> the head, and the deviation of the codes that it was fitted to (what its code means)."""
    saved = torch.load(config.work / 'geometry.pt', weights_only=True)
    return GeometryDecoder(**saved['state']).eval(), saved['deviation']


if __name__ == '__main__':
    settings, _ = config_argument('fit the geometry head')
    train_geometry(settings)
