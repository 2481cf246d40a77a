"""A stand-in for the recogniser, for trying the way without one: random convolutions, standardised on a few crops.

It tells faces apart and is blind to small shifts; it does not look past hair, tone or light, as the real one does.
"""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from face_crop import CROP_SIZE

OPSET = 17
SPREAD_FLOOR = 1e-3


class SmallRecogniser(nn.Module):
    """crops [batch, 3, 128, 128] RGB 0..1 -> codes [batch, 128], about unit variance."""

    def __init__(self, length: int = 128, seed: int = 0):
        super().__init__()
        generator = torch.Generator().manual_seed(seed)
        widths = (3, 16, 32, 64)
        self.layers = nn.ModuleList(
            nn.Conv2d(before, after, 3, stride=2, padding=1) for before, after in zip(widths, widths[1:])
        )
        self.leave = nn.Linear(widths[-1] * 16, length, bias=False)
        for tensor in self.parameters():
            nn.init.normal_(tensor, 0, 1.4 / max(1, tensor[0].numel()) ** 0.5, generator)
        self.register_buffer('mean', torch.zeros(length))
        self.register_buffer('spread', torch.ones(length))

    def forward(self, crops: Tensor) -> Tensor:
        x = crops - 0.5
        for layer in self.layers:
            x = F.relu(layer(x))
        return (self.leave(F.avg_pool2d(x, 4).flatten(1)) - self.mean) / self.spread


@torch.no_grad()
def write_small_recogniser(crops: np.ndarray, path: Path) -> None:
    """crops uint8 [n, 128, 128, 3]: what the codes are standardised on. Writes ONNX as recogniser_file.py reads it."""
    model = SmallRecogniser().eval()
    codes = model(torch.from_numpy(crops.transpose(0, 3, 1, 2) / np.float32(255)))
    model.mean.copy_(codes.mean(0))
    model.spread.copy_(codes.std(0) + SPREAD_FLOOR)
    torch.onnx.export(
        model, (torch.zeros(1, 3, CROP_SIZE, CROP_SIZE),), str(path), input_names=['crop'], output_names=['code'],
        dynamic_axes={'crop': {0: 'batch'}, 'code': {0: 'batch'}}, opset_version=OPSET, dynamo=False,
    )  # fmt: skip
