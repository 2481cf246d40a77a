"""Golden vectors of the exported face decoder.  python make_golden_face.py [--config NAME]

Five fixed codes; for each the network's outputs, so that PyTorch, onnxruntime-node and onnxruntime-web can be held
together to 1e-3. face-golden.bin (float32, little endian) and face-golden.json: {version, tolerance, codeLength,
skinTexels, arrays: {name: {offset, shape}}} with offsets in float32 numbers. Per code k: code<k> [128], skin<k>
[4096] at the flat indices `texels` (into [5 * T * T]), rest<k> [n / restStep, 3] every `restStep`-th vertex; deltas0
[16, n / step, 3] every `deltaStep`-th vertex, of code 0 only. Code 0 is the zero code: the mean face.
"""

import hashlib
import json
from pathlib import Path

import numpy as np
import onnxruntime

from export_face import FILE_NAME
from face_config import config_argument

CODES, TEXELS, DELTA_STEP, TOLERANCE = 5, 4096, 8, 1e-3
REST_STEP = 2


def golden_codes(length: int) -> np.ndarray:
    """Zero, three people drawn at random, one far out (3 deviations)."""
    random = np.random.default_rng(2026)
    drawn = random.standard_normal((CODES - 1, length))
    drawn[-1] = np.clip(drawn[-1] * 3, -3, 3)
    return np.vstack([np.zeros(length), drawn]).astype(np.float32)


def write_golden(model: Path, folder: Path) -> dict:
    session = onnxruntime.InferenceSession(str(model), providers=['CPUExecutionProvider'])
    length = session.get_inputs()[0].shape[1]
    arrays, numbers, content = {}, 0, []

    def add(name: str, value: np.ndarray) -> None:
        nonlocal numbers
        arrays[name] = dict(offset=numbers, shape=list(value.shape))
        content.append(value.astype('<f4').ravel())
        numbers += value.size

    texels = None
    for k, code in enumerate(golden_codes(length)):
        skin, rest, deltas = session.run(['skin', 'rest', 'deltas'], dict(code=code[None]))
        if texels is None:
            texels = np.sort(np.random.default_rng(1).choice(skin.size, TEXELS, replace=False))
        add(f'code{k}', code)
        add(f'skin{k}', skin.ravel()[texels])
        add(f'rest{k}', rest[0, ::REST_STEP])
        if k == 0:
            add('deltas0', deltas[0, :, ::DELTA_STEP])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / 'face-golden.bin').write_bytes(np.concatenate(content).tobytes())
    (folder / 'face-golden.json').write_text(
        json.dumps(
            dict(
                version=1,
                model=model.name,
                sha256=hashlib.sha256(model.read_bytes()).hexdigest(),
                tolerance=TOLERANCE,
                codeLength=length,
                codes=CODES,
                restStep=REST_STEP,
                deltaStep=DELTA_STEP,
                texels=texels.tolist(),
                arrays=arrays,
            ),
            separators=(',', ':'),
        )
        + '\n'
    )
    return dict(kilobytes=numbers * 4 / 1e3)


if __name__ == '__main__':
    settings, _ = config_argument('golden vectors of the face decoder')
    print(write_golden(settings.weights / FILE_NAME, settings.golden))
