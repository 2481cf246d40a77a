"""The face recogniser: aligned crop (face_crop.py) -> a feature that is the person's, and the face code it stands for.

A small residual network. Two faces are compared by the cosine of their features; the code is one fixed linear map of
the feature, the same for every face, so whatever the feature leaves out (style, pose, light) can't get into the code.
"""

import torch
from torch import Tensor, nn

from face_crop import CROP_SIZE

SMALL_SIDE = 64  # px at which the network looks: four times the crops in the same time, which is worth more than detail


class Residual(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(width, width, 3, padding=1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(inplace=True),
            nn.Conv2d(width, width, 3, padding=1, bias=False),
            nn.BatchNorm2d(width),
        )

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.relu(x + self.body(x))


def same_again(length: int) -> nn.Linear:
    """A map that changes nothing, and that gradients don't reach."""
    layer = nn.Linear(length, length).requires_grad_(False)
    layer.weight.copy_(torch.eye(length))
    layer.bias.zero_()
    return layer


class Recogniser(nn.Module):
    """crop [B, 3, 128, 128] RGB 0..1 -> feature and code, both [B, code_length]

    `deviation` [code_length] says how much each number of the code shows in a picture.
    """

    def __init__(self, channels: tuple, deviation: Tensor):
        super().__init__()
        layers, before = [], 3
        for k, width in enumerate(channels):  # each halves the side: 32, 16, 8, 4
            layers += [
                nn.Conv2d(before, width, 3, stride=2, padding=1, bias=False),
                nn.BatchNorm2d(width),
                nn.ReLU(inplace=True),
            ]
            if k >= 2:  # large maps are dear
                layers.append(Residual(width))
            before = width
        side = SMALL_SIDE >> len(channels)
        self.shrink = nn.AvgPool2d(CROP_SIZE // SMALL_SIDE)
        self.body = nn.Sequential(*layers)
        self.head = nn.Sequential(nn.Flatten(), nn.Linear(before * side * side, len(deviation)))
        # How much each number counts when people are compared: learnt, at first by what shows.
        self.emphasis = nn.Parameter(0.5 * deviation.clamp_min(0.05).log())
        # Straight maps that finish_recogniser.py fits when the network is done.
        self.compare, self.code_map = (same_again(len(deviation)) for _ in range(2))

    def see(self, small: Tensor) -> Tensor:
        """[B, 3, 64, 64], crops that are shrunk already -> first guess of the code [B, code_length]"""
        return self.head(self.body((small - 0.5) * 4))

    def read(self, small: Tensor) -> tuple[Tensor, Tensor]:
        seen = self.see(small)
        return self.compare(seen) * self.emphasis.exp(), self.code_map(seen)

    def forward(self, crop: Tensor) -> tuple[Tensor, Tensor]:
        return self.read(self.shrink(crop))
