"""The recogniser as in-the-wild training needs it: a function from aligned crops to face codes, loaded from ONNX.

The file (export_recogniser.py writes one): input `crop` [batch, 3, 128, 128] float32, RGB, 0..1, as face_crop.py makes
them; output `code` [batch, n], what the face decoder draws the same person from; if there is an output `feature`
[batch, m], its cosine tells people apart, otherwise the code's does. `cropTemplate` in its metadata must be ours.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime

from face_crop import CROP_SIZE, TEMPLATE

# uint8 [n, 128, 128, 3] RGB -> float32 [n, code + feature]
Recognise = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Recogniser:
    """`recognise` gives code and feature side by side; `feature` is 0 where the code serves as both."""

    recognise: Recognise
    code: int
    feature: int
    fingerprint: str  # of the file: codes of two recognisers must not be mixed


def check_template(path: Path, words: str) -> None:
    points = np.array([[float(number) for number in word.split(',')] for word in words.split()])
    if points.shape != TEMPLATE.shape or not np.allclose(points, TEMPLATE, atol=1e-4):
        raise SystemExit(f'{path} was trained on crops that are cut otherwise than face_crop.py cuts them')


def load_recogniser(path: Path, threads: int = 1) -> Recogniser:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(str(path), options, providers=['CPUExecutionProvider'])
    crop = session.get_inputs()[0]
    lengths = {output.name: output.shape[-1] for output in session.get_outputs()}
    if crop.shape[1:] != [3, CROP_SIZE, CROP_SIZE] or not isinstance(lengths.get('code'), int):
        raise SystemExit(f'{path}: takes {crop.shape}, gives {lengths}; wanted [batch, 3, 128, 128] and `code`')
    words = session.get_modelmeta().custom_metadata_map.get('cropTemplate')
    if words:
        check_template(path, words)
    names = ['code', 'feature'] if 'feature' in lengths else ['code']

    def recognise(crops: np.ndarray) -> np.ndarray:
        planes = np.ascontiguousarray(crops.transpose(0, 3, 1, 2), np.float32) / 255
        return np.concatenate(session.run(names, {crop.name: planes}), 1)

    fingerprint = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    return Recogniser(recognise, lengths['code'], lengths.get('feature', 0), fingerprint)
