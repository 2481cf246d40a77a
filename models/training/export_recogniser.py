"""Checkpoint -> finished network (finish_recogniser.py) -> models/weights/face-recogniser.onnx.
python export_recogniser.py [--config NAME] [--out FILE]

Input `crop` [batch, 3, 128, 128] RGB 0..1, aligned as face_crop.py says; outputs `code` [batch, 128], in the units of
the face code, and `feature` [batch, 128], of which the cosine tells people apart. Weights are stored as half floats.
The file must agree with PyTorch with the same rounded weights, or nothing is written and the exit code is 1.
"""

import copy
import hashlib
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import helper, numpy_helper

from contract import read_contract
from face_code import load_codes
from face_crop import CROP_SIZE, TEMPLATE
from finish_recogniser import finish
from recogniser import Recogniser
from recogniser_config import RecogniserConfig, recogniser_argument

OPSET = 17
FILE_NAME = 'face-recogniser.onnx'
SMALL = 256  # arrays up to this many numbers stay float32
SAME_WEIGHTS_TOLERANCE = 1e-3
ROUNDING_TOLERANCE = 0.02  # of the code, whose deviation is 1


def store_halves(model: onnx.ModelProto) -> onnx.ModelProto:
    """Large initialisers -> half floats behind Cast nodes."""
    casts = []
    for tensor in list(model.graph.initializer):
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size <= SMALL:
            continue
        model.graph.initializer.remove(tensor)
        model.graph.initializer.append(numpy_helper.from_array(values.astype(np.float16), f'{tensor.name}_half'))
        casts.append(helper.make_node('Cast', [f'{tensor.name}_half'], [tensor.name], to=onnx.TensorProto.FLOAT))
    nodes = list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend(casts + nodes)
    return model


class CodeFirst(torch.nn.Module):
    def __init__(self, net: Recogniser):
        super().__init__()
        self.net = net

    def forward(self, crop: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        feature, code = self.net(crop)
        return code, feature


def fingerprint(array: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(array, np.float32).tobytes()).hexdigest()[:16]


def rounded_recogniser(net: Recogniser) -> Recogniser:
    """A copy with the weights as the file stores them."""
    rounded = copy.deepcopy(net)
    for module in rounded.modules():  # the export folds batch norms into the convolutions before them: do it first
        if isinstance(module, torch.nn.Sequential):
            fold_norms(module)
    state = rounded.state_dict()
    for value in state.values():
        if value.numel() > SMALL:
            value.copy_(value.half().float())
    rounded.load_state_dict(state)
    return rounded.eval()


def fold_norms(stack: torch.nn.Sequential) -> None:
    parts = list(stack)
    for k, part in enumerate(parts[1:], 1):
        if isinstance(part, torch.nn.BatchNorm2d):
            stack[k - 1] = torch.nn.utils.fuse_conv_bn_eval(parts[k - 1].eval(), part.eval())
            stack[k] = torch.nn.Identity()


@torch.no_grad()
def outputs(net: Recogniser, crops: np.ndarray) -> list[np.ndarray]:
    feature, code = net(torch.tensor(crops))
    return [code.numpy(), feature.numpy()]


def export_recogniser(config: RecogniserConfig, out: Path) -> dict:
    full = finish(config)
    rounded = rounded_recogniser(full)
    candidate = out.with_suffix('.candidate.onnx')
    out.parent.mkdir(parents=True, exist_ok=True)

    torch.onnx.export(
        CodeFirst(rounded).eval(),
        torch.zeros(2, 3, CROP_SIZE, CROP_SIZE),
        str(candidate),
        input_names=['crop'],
        output_names=['code', 'feature'],
        dynamic_axes={name: {0: 'batch'} for name in ('crop', 'code', 'feature')},
        opset_version=OPSET,
        dynamo=False,
    )
    model = store_halves(onnx.load(candidate))
    properties = dict(
        contractVersion=str(read_contract()['version']),
        codeLength=str(config.people.code_length),
        featureLength=str(config.people.code_length),
        cropSize=str(CROP_SIZE),
        cropTemplate=' '.join(f'{x:g},{y:g}' for x, y in TEMPLATE),
        # A code means something only beside the codes it was trained with.
        codes=fingerprint(load_codes(config.people)['deviation']),
    )
    helper.set_model_props(model, properties)
    onnx.checker.check_model(model)
    onnx.save(model, candidate)

    crops = np.random.default_rng(3).random((4, 3, CROP_SIZE, CROP_SIZE)).astype(np.float32)
    session = onnxruntime.InferenceSession(str(candidate), providers=['CPUExecutionProvider'])
    exported = session.run(['code', 'feature'], dict(crop=crops))
    far = lambda a, b: max(float(np.abs(x - y).max()) for x, y in zip(a, b))
    parity, rounding = far(exported, outputs(rounded, crops)), far(exported[:1], outputs(full, crops)[:1])
    megabytes = candidate.stat().st_size / 1e6
    print(f'{megabytes:.2f} MB; differs by {parity:.6f} with the same weights, by {rounding:.4f} with unrounded ones')
    limits = ((parity, SAME_WEIGHTS_TOLERANCE), (rounding, ROUNDING_TOLERANCE), (megabytes, config.size_limit_mb))
    if any(not value <= limit for value, limit in limits):
        candidate.unlink()
        raise SystemExit(f'export refused: parity, rounding, megabytes and their limits: {limits}')
    candidate.replace(out)
    print(hashlib.sha256(out.read_bytes()).hexdigest(), out)
    return dict(megabytes=megabytes, parity=parity, rounding=rounding)


if __name__ == '__main__':
    settings, arguments = recogniser_argument(
        'export the face recogniser', out=(str, '', f'file (default: {FILE_NAME} in the weights folder)')
    )
    export_recogniser(settings, Path(arguments.out) if arguments.out else settings.weights / FILE_NAME)
