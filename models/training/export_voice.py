"""Voice encoder checkpoint -> ONNX.

    python models/training/export_voice.py [--checkpoint ...] [--out models/weights/voice-encoder.onnx]

Weights are stored as 16-bit floats behind Casts (onnxruntime folds them when it loads; half the file), inputs, outputs
and arithmetic stay 32-bit. The command compares PyTorch with onnxruntime on clips of several lengths and exits non-zero
if a code or a confidence differs by more than 1e-3.
"""

import argparse
import copy
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval, fuse_linear_bn_eval

sys.path.insert(0, str(Path(__file__).resolve().parent))

from audio import MAX_SAMPLES, MIN_SAMPLES  # noqa: E402
from config.voice import settings as default_settings  # noqa: E402
from contract import read_contract, weights_folder  # noqa: E402
from prepare.speech import default_cache  # noqa: E402
from synthetic_voice import synthetic_voice  # noqa: E402
from train_codes import load_model  # noqa: E402
from voice_encoder import VoiceEncoder  # noqa: E402

OPSET = 17
TOLERANCE = 1e-3
HALVED_FROM = 256  # values; smaller tensors stay as they are


def fold_norm(owner: nn.Module, layer: str) -> None:
    """Multiply the batch norm `layer`_norm into the layer before it."""
    norm = getattr(owner, f'{layer}_norm')
    before = getattr(owner, layer)
    fuse = fuse_conv_bn_eval if isinstance(before, nn.Conv1d) else fuse_linear_bn_eval
    setattr(owner, layer, fuse(before, norm))
    setattr(owner, f'{layer}_norm', nn.Identity())


@torch.no_grad()
def rounded_to_half(model: VoiceEncoder) -> VoiceEncoder:
    """A copy whose large tensors hold only values that a 16-bit float can hold.

    Batch norms are folded first: done by the exporter afterwards, folding would change the rounded values again.
    """
    rounded = copy.deepcopy(model).eval()
    for block in rounded.trunk.blocks:
        for layer in ('enter', 'mix', 'leave'):
            fold_norm(block, layer)
    for owner, layer in ((rounded.trunk, 'enter'), (rounded.trunk, 'leave'), (rounded.speaker, 'embed')):
        fold_norm(owner, layer)
    for tensor in [*rounded.parameters(), *rounded.buffers()]:
        if tensor.numel() >= HALVED_FROM:
            tensor.copy_(tensor.half().float())
    return rounded


def store_as_half(graph: onnx.GraphProto) -> None:
    """Keep large float constants as float16 and Cast them back where they are used."""
    for node in [node for node in graph.node if node.op_type == 'Constant']:
        tensor = numpy_helper.to_array(node.attribute[0].t)
        if tensor.size >= HALVED_FROM:
            graph.initializer.append(numpy_helper.from_array(tensor, node.output[0]))
            graph.node.remove(node)
    casts = []
    for tensor in list(graph.initializer):
        values = numpy_helper.to_array(tensor)
        if tensor.data_type != TensorProto.FLOAT or values.size < HALVED_FROM:
            continue
        name = f'{tensor.name}.half'
        casts.append(helper.make_node('Cast', [name], [tensor.name], to=TensorProto.FLOAT, name=f'{tensor.name}.cast'))
        graph.initializer.append(numpy_helper.from_array(values.astype(np.float16), name))
        graph.initializer.remove(tensor)
    for cast in reversed(casts):
        graph.node.insert(0, cast)


def write_onnx(model: VoiceEncoder, path: Path) -> None:
    contract = read_contract()
    voice = contract['voiceEncoder']
    names = [voice['outputs']['code'], voice['outputs']['confidence']]
    axes = {voice['input']: {0: 'batch', 1: 'samples'}, names[0]: {0: 'batch'}, names[1]: {0: 'batch'}}
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / 'plain.onnx'
        torch.onnx.export(
            model, (torch.zeros(2, MIN_SAMPLES * 2),), str(plain), input_names=[voice['input']], output_names=names,
            dynamic_axes=axes, opset_version=OPSET, dynamo=False, do_constant_folding=True,
        )  # fmt: skip
        exported = onnx.load(plain)
    store_as_half(exported.graph)
    helper.set_model_props(exported, {
        'contractVersion': str(contract['version']),
        'sampleRate': str(voice['sampleRate']),
        'minimumSamples': str(MIN_SAMPLES),
        'maximumSamples': str(MAX_SAMPLES),
        'codeLength': str(voice['codeLength']),
        'stftWindowSamples': str(model.sizes.mel.window),
        'stftHopSamples': str(model.sizes.mel.hop),
        'stftLength': str(model.sizes.mel.n_fft),
        'mels': str(model.sizes.mel.n_mels),
    })  # fmt: skip
    onnx.checker.check_model(exported)
    partial = path.with_suffix('.partial')
    onnx.save(exported, partial)
    partial.replace(path)


def check_parity(model: VoiceEncoder, path: Path) -> float:
    """Largest difference between PyTorch and onnxruntime over clips of 1 to 6 s, alone and in a batch."""
    voice = read_contract()['voiceEncoder']
    session = onnxruntime.InferenceSession(str(path), providers=['CPUExecutionProvider'])
    worst = 0.0
    for seconds in (1.0, 1.5, 3.0, 6.0):
        pcm = np.stack([synthetic_voice(seconds, pitch_hz) for pitch_hz in (110.0, 220.0)])
        code, confidence = session.run(None, {voice['input']: pcm})
        with torch.no_grad():
            expected_code, expected_confidence = model(torch.from_numpy(pcm))
        worst = max(worst, np.abs(code - expected_code.numpy()).max())
        worst = max(worst, np.abs(confidence - expected_confidence.numpy()).max())
        alone, _ = session.run(None, {voice['input']: pcm[:1]})
        worst = max(worst, np.abs(code[:1] - alone).max())
    return float(worst)


def export_voice(model: VoiceEncoder, path: Path) -> float:
    """Write the ONNX file; gives the largest difference from PyTorch. Raises where parity fails."""
    contract = read_contract()['voiceEncoder']
    if contract['codeLength'] != model.sizes.code:
        raise SystemExit(f'contract wants codes of {contract["codeLength"]}, the model makes {model.sizes.code}')
    path.parent.mkdir(parents=True, exist_ok=True)
    rounded = rounded_to_half(model)
    write_onnx(rounded, path)
    worst = check_parity(rounded, path)
    if not worst <= TOLERANCE:
        raise SystemExit(f'parity failed: PyTorch and onnxruntime differ by {worst:.2e}')
    return worst


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--checkpoint', type=Path, default=default_cache() / 'checkpoints' / 'voice.pt')
    parser.add_argument('--out', type=Path, default=weights_folder() / 'voice-encoder.onnx')
    args = parser.parse_args()
    worst = export_voice(load_model(default_settings, args.checkpoint), args.out)
    print(f'{args.out}: {args.out.stat().st_size / 1e6:.2f} MB, parity {worst:.1e}')


if __name__ == '__main__':
    main()
