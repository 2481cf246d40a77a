"""Geometry head in seconds: ridge from the code to PCA coefficients in closed form, then a small MLP for the rest.
python train_face_geometry.py [--config NAME]      writes geometry.pt to the work folder and prints held-out errors
in % of the distance between the eyes.
"""

import time

import numpy as np
import torch

from align import FaceMesh
from face_code import load_codes, pca, ridge
from face_config import FaceConfig, config_argument
from face_decoder import GeometryDecoder
from prepare.population import Population

BATCH, LEARNING_RATE, CODE_NOISE = 128, 1.5e-3, 0.05


def rest_and_deltas(population: Population, mesh: FaceMesh) -> tuple[np.ndarray, np.ndarray]:
    """-> rest [n, nk + nr, 3] with the lips exactly shut, deltas [n, 16, nk + nr, 3]"""
    geometry = np.array(population.geometry)
    deltas = geometry[:, 1:] - geometry[:, :1]
    rest = geometry[:, 0].astype(np.float64)
    for face in rest:
        mesh.shut_lips(face)
    return rest.astype(np.float32), deltas


def eye_distance(rest: np.ndarray, mesh: FaceMesh) -> np.ndarray:
    """[n]: distance between the eyeballs' centres, frame units."""
    left, right = (mesh.topology['raw_counts'][k] for k in ('eyeL', 'eyeR'))
    start = mesh.known
    return np.linalg.norm(
        rest[:, start : start + left, :2].mean(1) - rest[:, start + left : start + left + right, :2].mean(1), axis=1
    )


def mesh_errors(rest, deltas, true_rest, true_deltas, distance, known) -> dict:
    """Mean vertex errors in % of the eye distance; rest [n, points, 3], deltas [n, 16, points, 3]."""
    rest_error = np.linalg.norm(rest[:, :known, :2] - true_rest[:, :known, :2], axis=2) / distance[:, None]
    delta_error = (
        np.linalg.norm(deltas[:, :, :known, :2] - true_deltas[:, :, :known, :2], axis=3) / distance[:, None, None]
    )
    return dict(
        rest=100 * float(rest_error.mean()),
        deltas=100 * float(delta_error.mean()),
        deltas_p99=100 * float(np.percentile(delta_error, 99)),
    )


@torch.no_grad()
def decode_geometry(net: GeometryDecoder, code: torch.Tensor, shape) -> tuple[np.ndarray, np.ndarray]:
    """-> rest [n, points, 3], deltas [n, 16, points, 3]; shape = (16, points)"""
    rest, deltas = net(code)
    return rest.numpy().reshape(len(code), shape[1], 3), deltas.numpy().reshape(len(code), *shape, 3)


def train_geometry(config: FaceConfig) -> dict:
    torch.set_num_threads(config.threads)
    torch.manual_seed(0)
    random = np.random.default_rng(0)
    mesh, population, codes = FaceMesh.load(config.mesh), Population(config), load_codes(config)
    assert (codes['seed'] == population.seeds).all(), 'codes.npz is of another population: run face_code.py again'
    code, train, held_out = torch.tensor(codes['code']), population.train, population.held_out
    deviation = torch.tensor(codes['deviation'])
    rest, deltas = rest_and_deltas(population, mesh)
    distance, n, shape = eye_distance(rest, mesh), len(population), deltas.shape[1:3]
    flat_rest, flat_deltas = rest.reshape(n, -1), deltas.reshape(n, -1)

    rest_count, delta_count = min(config.rest_basis, len(train) - 1), min(config.delta_basis, len(train) - 1)
    rest_mean, rest_basis, _, _ = pca(flat_rest[train], rest_count)
    delta_mean, delta_basis, _, _ = pca(flat_deltas[train], delta_count)
    target = np.c_[(flat_rest - rest_mean) @ rest_basis.T, (flat_deltas - delta_mean) @ delta_basis.T]  # [n, kr + kd]
    spread = target[train].std(0)
    # Coefficients of unit variance: the basis carries the size, so one learning rate fits all.
    net = GeometryDecoder(
        config.code_length,
        config.geometry_width,
        rest_mean,
        rest_basis * spread[:rest_count, None],
        delta_mean,
        delta_basis * spread[rest_count:, None],
    )
    net.scale.deviation.copy_(deviation)
    start = ridge((codes['code'] * codes['deviation'])[train], target[train] / spread)
    net.linear.weight.data, net.linear.bias.data = torch.tensor(start[:-1].T).float(), torch.tensor(start[-1]).float()

    def errors(rows):
        return mesh_errors(
            *decode_geometry(net, code[rows], shape), rest[rows], deltas[rows], distance[rows], mesh.known
        )

    mean_face = 100 * float(
        (
            np.linalg.norm(
                rest_mean.reshape(-1, 3)[None, : mesh.known, :2] - rest[held_out][:, : mesh.known, :2], axis=2
            )
            / distance[held_out, None]
        ).mean()
    )
    closed_form = errors(held_out)
    print(f'held-out, mean face: {mean_face:.2f} %; closed form: {closed_form}', flush=True)

    wanted, weight = torch.tensor(target / spread).float(), torch.tensor((spread / spread.max()) ** 0.5).float()
    optimiser, started, losses = torch.optim.AdamW(net.parameters(), LEARNING_RATE, weight_decay=0.1), time.time(), []
    for step in range(config.geometry_steps):
        for group in optimiser.param_groups:
            group['lr'] = LEARNING_RATE * (1 - step / config.geometry_steps)
        batch = train[random.integers(len(train), size=BATCH)]
        # Noise in the weighted space, so that weak dimensions (hardly visible) are drowned first.
        noisy = code[batch] + CODE_NOISE * torch.randn(BATCH, config.code_length) / deviation.clamp(min=0.02)
        loss = (((net.coefficients(noisy) - wanted[batch]) * weight) ** 2).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    trained = errors(held_out)
    print(f'held-out, trained: {trained} in {time.time() - started:.0f} s', flush=True)
    torch.save(
        dict(
            state=net.state_dict(),
            code_length=config.code_length,
            width=config.geometry_width,
            shape=tuple(shape),
            held_out=trained,
        ),
        config.work / 'geometry.pt',
    )
    return dict(mean_face=mean_face, closed_form=closed_form, trained=trained, losses=losses)


def load_geometry(config: FaceConfig) -> GeometryDecoder:
    saved = torch.load(config.work / 'geometry.pt', weights_only=True)
    state = saved['state']
    net = GeometryDecoder(
        saved['code_length'],
        saved['width'],
        *(state[k] for k in ('rest_mean', 'rest_basis', 'delta_mean', 'delta_basis')),
    )
    net.load_state_dict(state)
    return net.eval()


if __name__ == '__main__':
    settings, _ = config_argument('train the geometry head')
    train_geometry(settings)
