"""Checkpoints -> models/weights/face-decoder.onnx.  python export_face.py [--config NAME] [--out FILE]

Weights are stored as half floats, the largest arrays as int8, and cast to float32 inside the graph: float32 in, float32
out. The PyTorch network is given exactly the same rounded weights first; the exported file must then agree with it
to 1e-3, and with the unrounded network to 6e-3 (skin), 5 % (coverage at edges) and 1e-3 (geometry). Otherwise nothing
is written and the exit code is 1.
"""

import copy
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import helper, numpy_helper

from align import FaceMesh
from contract import read_contract
from face_code import load_codes
from face_config import EXPRESSIONS, LANDMARK_GROUPS, LANDMARK_POINTS, FaceConfig, config_argument
from face_decoder import COLOUR_CHANNELS, FaceDecoder, GeometryDecoder
from prepare.population import Population
from train_face_geometry import load_geometry
from train_face_texture import load_skin

OPSET = 17
SAME_WEIGHTS_TOLERANCE = 1e-3  # exported file against PyTorch with the same rounded weights
SKIN_TOLERANCE = 6e-3  # rounded against unrounded D and H (1.5 of 255 levels)
OUTLINE_TOLERANCE = 0.05  # rounded against unrounded coverage: an edge that moves by a twentieth of a px
GEOMETRY_TOLERANCE = 1e-3  # rounded against unrounded vertices, frame units
FILE_NAME = 'face-decoder.onnx'
# Large arrays are int8 with one scale per row and group (plane of a picture, expression); rest_basis stays half: its
# rounding would show as shifted features.
INT8_GROUPS = {
    'mean': 1,
    'broad.basis': COLOUR_CHANNELS,
    'detail.basis': 2,
    'outline.basis': 1,
    'geometry.delta_basis': len(EXPRESSIONS),
}
SMALL = 256  # arrays up to this many numbers stay float32
PARITY_CODES = 4


def landmark_rows(config: FaceConfig, mesh: FaceMesh) -> list[int]:
    """Rows (after the known vertices) of the 20 landmark vertices; chosen on the mean of the training people."""
    population = Population(config)
    raw = population.geometry[population.train, 0, mesh.known :].mean(0)
    ids = mesh.landmark_ids(raw)
    return [mesh.known + i for group in LANDMARK_GROUPS for i in ids[group]]


def unfold_geometry(net: GeometryDecoder, mesh: FaceMesh, landmarks: list[int]) -> GeometryDecoder:
    """Decoder of known + raw vertices -> decoder of all mesh vertices + landmarks: the grid's rule is linear, so it
    folds into the bases."""
    expressions = len(EXPRESSIONS)

    def offsets(flat):  # [(nk + nr) * 3] -> [(nv + 20) * 3]
        d = np.asarray(flat, np.float64).reshape(-1, 3)
        return np.vstack([mesh.extend_delta(d[: mesh.known]), d[landmarks]]).ravel()

    def per_expression(flat):  # [16 * (nk + nr) * 3] -> [16 * (nv + 20) * 3]
        return np.concatenate([offsets(e) for e in np.asarray(flat).reshape(expressions, -1)])

    mean = mesh.shut_lips(net.rest_mean.numpy().reshape(-1, 3).astype(np.float64))
    return GeometryDecoder(
        np.vstack([mesh.extend(mean[: mesh.known]), mean[landmarks]]).ravel(),
        net.rest_read,
        np.stack([offsets(b) for b in net.rest_basis.numpy()]),
        per_expression(net.delta_mean.numpy()),
        net.delta_read,
        np.stack([per_expression(b) for b in net.delta_basis.numpy()]),
    )


def int8_rows(a: np.ndarray, groups: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """[rows, n] -> int8 [rows, groups, n / groups] and its scale [rows, groups, 1]."""
    a = a.reshape(len(a), groups, -1)
    scale = (np.abs(a).max(-1, keepdims=True) / 127 + 1e-12).astype(np.float32)
    return np.round(a / scale).astype(np.int8), scale


def int8_groups(name: str) -> int:
    """How many groups per row an array is stored with; 0: not as int8."""
    return INT8_GROUPS.get(name.removeprefix('skin.'), 0)


def round_weights(net: FaceDecoder) -> FaceDecoder:
    """A copy with the weights as the file stores them: int8 for the bases, half floats for everything else that
    is large."""
    rounded = copy.deepcopy(net)
    state = rounded.state_dict()
    for name, value in state.items():
        a = value.numpy()
        if int8_groups(name):
            q, scale = int8_rows(a, int8_groups(name))
            value.copy_(torch.tensor((q.astype(np.float32) * scale).reshape(a.shape)))
        elif a.size > SMALL:
            value.copy_(torch.tensor(a.astype(np.float16).astype(np.float32)))
    rounded.load_state_dict(state)
    return rounded.eval()


def compress(model: onnx.ModelProto) -> onnx.ModelProto:
    """Initialisers -> int8 or half floats behind Cast / Mul nodes."""
    stored, casts = [], []
    for tensor in list(model.graph.initializer):
        a, name = numpy_helper.to_array(tensor), tensor.name
        if a.dtype != np.float32 or a.size <= SMALL:
            continue
        model.graph.initializer.remove(tensor)
        if int8_groups(name):
            q, scale = int8_rows(a, int8_groups(name))
            stored += [
                numpy_helper.from_array(q, f'{name}_int8'),
                numpy_helper.from_array(scale, f'{name}_scale'),
                numpy_helper.from_array(np.array(a.shape, np.int64), f'{name}_shape'),
            ]
            casts += [
                helper.make_node('Cast', [f'{name}_int8'], [f'{name}_cast'], to=onnx.TensorProto.FLOAT),
                helper.make_node('Mul', [f'{name}_cast', f'{name}_scale'], [f'{name}_groups']),
                helper.make_node('Reshape', [f'{name}_groups', f'{name}_shape'], [name]),
            ]
        else:
            stored.append(numpy_helper.from_array(a.astype(np.float16), f'{name}_half'))
            casts.append(helper.make_node('Cast', [f'{name}_half'], [name], to=onnx.TensorProto.FLOAT))
    model.graph.initializer.extend(stored)
    nodes = list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend(casts + nodes)
    return model


def session_outputs(path: Path, codes: np.ndarray) -> list[list[np.ndarray]]:
    session = onnxruntime.InferenceSession(str(path), providers=['CPUExecutionProvider'])
    return [session.run(['skin', 'rest', 'deltas'], dict(code=code[None])) for code in codes]


@torch.no_grad()
def network_outputs(net: FaceDecoder, codes: np.ndarray) -> list[list[np.ndarray]]:
    return [[o.numpy() for o in net(torch.tensor(code[None]))] for code in codes]


def largest_difference(a, b) -> dict:
    """Over all codes: largest absolute difference of each output; the silhouette counts apart from the skin."""
    parts = lambda skin, rest, deltas: (skin[:, :COLOUR_CHANNELS], skin[:, COLOUR_CHANNELS:], rest, deltas)
    pairs = [zip(parts(*x), parts(*y)) for x, y in zip(a, b)]
    largest = np.max([[np.abs(p - q).max() for p, q in pair] for pair in pairs], 0)
    return dict(zip(('skin', 'outline', 'rest', 'deltas'), largest.tolist()))


def shipped_network(config: FaceConfig) -> FaceDecoder:
    """Trained weights, all vertices, not rounded."""
    mesh = FaceMesh.load(config.mesh)
    (skin, skin_codes), (geometry, geometry_codes) = load_skin(config), load_geometry(config)
    # A code means something only beside the codes.npz it was trained with; heads of two runs must not meet in one file.
    deviation = torch.tensor(load_codes(config)['deviation'])
    for name, codes in (('skin', skin_codes), ('geometry', geometry_codes)):
        if not torch.allclose(codes, deviation, atol=1e-5):
            raise SystemExit(f'export refused: the {name} head was trained with other codes; train it again')
    return FaceDecoder(skin, unfold_geometry(geometry, mesh, landmark_rows(config, mesh)), len(EXPRESSIONS)).eval()


def export(config: FaceConfig, out: Path) -> dict:
    mesh, full = FaceMesh.load(config.mesh), shipped_network(config)
    rounded = round_weights(full)
    candidate = out.with_suffix('.candidate.onnx')
    out.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        rounded,
        torch.zeros(1, config.code_length),
        str(candidate),
        input_names=['code'],
        output_names=['skin', 'rest', 'deltas'],
        opset_version=OPSET,
        dynamo=False,
        do_constant_folding=False,  # folded arrays would lose their names and be stored as something else
    )
    model = compress(onnx.load(candidate))
    helper.set_model_props(
        model,
        dict(
            contractVersion=str(read_contract()['version']),
            codeLength=str(config.code_length),
            textureSize=str(config.texture_size),
            vertexCount=str(mesh.size),
            landmarkCount=str(len(LANDMARK_GROUPS) * len(LANDMARK_POINTS)),
            expressions=','.join(EXPRESSIONS),
        ),
    )
    onnx.checker.check_model(model)
    onnx.save(model, candidate)

    codes = np.vstack(
        [np.zeros(config.code_length), np.random.default_rng(7).standard_normal((PARITY_CODES - 1, config.code_length))]
    ).astype(np.float32)
    exported, same, unrounded = (
        session_outputs(candidate, codes),
        network_outputs(rounded, codes),
        network_outputs(full, codes),
    )
    parity, rounding = largest_difference(exported, same), largest_difference(exported, unrounded)
    megabytes = candidate.stat().st_size / 1e6
    print(f'{megabytes:.2f} MB; largest differences')
    print(f'  from PyTorch with the same weights {parity}, with unrounded weights {rounding}')
    limits = dict(skin=SKIN_TOLERANCE, outline=OUTLINE_TOLERANCE, rest=GEOMETRY_TOLERANCE, deltas=GEOMETRY_TOLERANCE)
    checks = [
        *((name, value, SAME_WEIGHTS_TOLERANCE) for name, value in parity.items()),
        *((f'rounded {name}', value, limits[name]) for name, value in rounding.items()),
        ('size in MB', megabytes, config.size_limit_mb),
    ]
    problems = [f'{name} is {value:.5f} (limit {limit})' for name, value, limit in checks if not value <= limit]
    if problems:
        candidate.unlink()
        raise SystemExit('export refused: ' + '; '.join(problems))
    candidate.replace(out)
    return dict(megabytes=megabytes, parity=parity, rounding=rounding)


if __name__ == '__main__':
    settings, arguments = config_argument(
        'export the face decoder', out=(str, '', 'file (default: face-decoder.onnx in the weights folder)')
    )
    export(settings, Path(arguments.out) if arguments.out else settings.weights / FILE_NAME)
