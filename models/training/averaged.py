"""A moving average of a module's weights: what is evaluated and exported."""

import copy

import torch
from torch import nn


class Averaged:
    """Keeps `model`, a copy of the module whose weights follow it slowly."""

    def __init__(self, module: nn.Module, decay: float = 0.998):
        self.model = copy.deepcopy(module).eval()
        self.decay = decay
        self.steps = 0

    @torch.no_grad()
    def update(self, module: nn.Module) -> None:
        self.steps += 1
        decay = min(self.decay, self.steps / (self.steps + 20))
        for kept, now in zip(self.model.state_dict().values(), module.state_dict().values()):
            if kept.dtype.is_floating_point:
                kept.mul_(decay).add_(now, alpha=1 - decay)
            else:
                kept.copy_(now)
