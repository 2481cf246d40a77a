"""The voice encoder: 1 to 6 s of 16 kHz speech -> face code and confidence.

Log-mel -> strided convolution -> squeeze-excitation residual blocks (time-delay network, as in ECAPA-TDNN, Desplanques
et al. 2020, much smaller) -> attentive mean and deviation over time -> heads. The first training stage uses the speaker
embedding, the second the face code; both share everything up to the pooled statistics.
"""

from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from audio import MelPower, MelSizes, level_db, normalise_mel


@dataclass(frozen=True)
class VoiceSizes:
    """Layer sizes. The defaults make about 1 M parameters and 0.1 GMAC for 6 s, spectrogram not counted."""

    mel: MelSizes = field(default_factory=MelSizes)
    channels: int = 192
    pooled: int = 384
    embedding: int = 192
    attention: int = 48
    dilations: tuple[int, ...] = (1, 2, 3, 4)
    code: int = 128
    code_hidden: int = 256


class SqueezeExcitation(nn.Module):
    """Scale each channel by what the whole crop says about it."""

    def __init__(self, channels: int, inner: int = 64):
        super().__init__()
        self.squeeze = nn.Conv1d(channels, inner, 1)
        self.excite = nn.Conv1d(inner, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        gate = self.excite(F.relu(self.squeeze(x.mean(2, keepdim=True))))
        return x * torch.sigmoid(gate)


class ResidualBlock(nn.Module):
    """1x1, grouped dilated 3x1, 1x1 convolutions with batch norm; squeeze-excitation before the sum."""

    def __init__(self, channels: int, dilation: int, groups: int = 4):
        super().__init__()
        self.enter = nn.Conv1d(channels, channels, 1, bias=False)
        self.enter_norm = nn.BatchNorm1d(channels)
        self.mix = nn.Conv1d(channels, channels, 3, padding=dilation, dilation=dilation, groups=groups, bias=False)
        self.mix_norm = nn.BatchNorm1d(channels)
        self.leave = nn.Conv1d(channels, channels, 1, bias=False)
        self.leave_norm = nn.BatchNorm1d(channels)
        self.gate = SqueezeExcitation(channels)

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.enter_norm(self.enter(x)))
        y = F.relu(self.mix_norm(self.mix(y)))
        return F.relu(x + self.gate(self.leave_norm(self.leave(y))))


class AttentivePooling(nn.Module):
    """[batch, channels, frames] -> attention-weighted mean and deviation [batch, 2 * channels]."""

    def __init__(self, channels: int, inner: int):
        super().__init__()
        self.look = nn.Conv1d(channels, inner, 1)
        self.score = nn.Conv1d(inner, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        weight = torch.softmax(self.score(torch.tanh(self.look(x))), 2)
        mean = (weight * x).sum(2, keepdim=True)
        # Centred first: the difference of two large sums would cost digits, and back ends would disagree.
        spread = (weight * (x - mean).square()).sum(2).clamp_min(1e-5).sqrt()
        return torch.cat([mean.squeeze(2), spread], 1)


class VoiceTrunk(nn.Module):
    """Normalised log-mel [batch, n_mels, frames] -> pooled statistics [batch, 2 * pooled]."""

    def __init__(self, sizes: VoiceSizes):
        super().__init__()
        self.enter = nn.Conv1d(sizes.mel.n_mels, sizes.channels, 5, stride=2, padding=2, bias=False)
        self.enter_norm = nn.BatchNorm1d(sizes.channels)
        self.blocks = nn.ModuleList([ResidualBlock(sizes.channels, d) for d in sizes.dilations])
        self.leave = nn.Conv1d(sizes.channels, sizes.pooled, 1, bias=False)
        self.leave_norm = nn.BatchNorm1d(sizes.pooled)
        self.pool = AttentivePooling(sizes.pooled, sizes.attention)
        self.pool_norm = nn.BatchNorm1d(2 * sizes.pooled)

    def forward(self, mel: Tensor) -> Tensor:
        x = F.relu(self.enter_norm(self.enter(mel)))
        for i, block in enumerate(self.blocks):
            x = block(x)
            if i == 0:
                x = F.avg_pool1d(x, 2, ceil_mode=True)
        x = F.relu(self.leave_norm(self.leave(x)))
        return self.pool_norm(self.pool(x))


def unit_length(embedding: Tensor) -> Tensor:
    """[batch, n] scaled to length 1; zero stays zero."""
    return embedding / torch.sqrt(embedding.square().sum(1, keepdim=True) + 1e-8)


class SpeakerHead(nn.Module):
    """Pooled statistics -> speaker embedding [batch, embedding] and logits [batch, 2]: masculine, child."""

    def __init__(self, sizes: VoiceSizes, dropout: float = 0.2):
        super().__init__()
        self.embed = nn.Linear(2 * sizes.pooled, sizes.embedding, bias=False)
        self.embed_norm = nn.BatchNorm1d(sizes.embedding)
        self.traits = nn.Sequential(
            nn.Dropout(dropout), nn.Linear(2 * sizes.pooled, 64), nn.ReLU(), nn.Linear(64, 2)
        )

    def forward(self, pooled: Tensor) -> tuple[Tensor, Tensor]:
        return self.embed_norm(self.embed(pooled)), self.traits(pooled)


class CodeHead(nn.Module):
    """Speaker embedding and traits -> face code [batch, code], with a bent correction from the pooled statistics.

    `straight` starts as the map that drew the pairs (pair_codes.py) and `bent` at zero: the head is right for long
    clean speech from the first step and learns what short or noisy speech needs.
    """

    def __init__(self, sizes: VoiceSizes, dropout: float = 0.1):
        super().__init__()
        self.straight = nn.Linear(sizes.embedding + 3, sizes.code)
        self.bent = nn.Sequential(
            nn.Linear(2 * sizes.pooled, sizes.code_hidden), nn.ReLU(), nn.Dropout(dropout),
            nn.Linear(sizes.code_hidden, sizes.code),
        )  # fmt: skip
        nn.init.zeros_(self.bent[-1].weight)
        nn.init.zeros_(self.bent[-1].bias)
        # Set after training (redraw_codes.py): what is left of the individual part, less what it is now.
        self.register_buffer('trait_mean', torch.zeros(sizes.code, 4))
        self.register_buffer('spread', torch.zeros(sizes.code, sizes.code))

    def forward(self, pooled: Tensor, embedding: Tensor, traits: Tensor) -> Tensor:
        masculine, child = torch.sigmoid(traits[:, :1]), torch.sigmoid(traits[:, 1:])
        heard = torch.cat([masculine, child, masculine * child], 1)
        code = self.straight(torch.cat([unit_length(embedding), heard], 1)) + self.bent(pooled)
        around = code - F.linear(heard, self.trait_mean[:, 1:], self.trait_mean[:, 0])
        return code + F.linear(around, self.spread)


class ConfidenceHead(nn.Module):
    """Pooled statistics, log length and level -> logit [batch] of how far the code can be trusted."""

    def __init__(self, sizes: VoiceSizes):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(2 * sizes.pooled + 2, 64), nn.ReLU(), nn.Linear(64, 1))
        # Fitted on held-out speakers after training: logit -> scale * logit + offset.
        self.register_buffer('scale', torch.ones(1))
        self.register_buffer('offset', torch.zeros(1))

    def forward(self, pooled: Tensor, log_seconds: Tensor, level: Tensor) -> Tensor:
        logit = self.layers(torch.cat([pooled, log_seconds, level], 1)).squeeze(1)
        return logit * self.scale + self.offset


class VoiceEncoder(nn.Module):
    """pcm float32 [batch, samples] 16 kHz in -1..1 -> code [batch, 128], confidence [batch] in 0..1."""

    def __init__(self, sizes: VoiceSizes | None = None):
        super().__init__()
        self.sizes = sizes or VoiceSizes()
        self.mel = MelPower(self.sizes.mel)
        self.trunk = VoiceTrunk(self.sizes)
        self.speaker = SpeakerHead(self.sizes)
        self.code = CodeHead(self.sizes)
        self.confidence = ConfidenceHead(self.sizes)

    def from_power(self, power: Tensor, floor: Tensor | float = 1e-5) -> Tensor:
        """Mel power [batch, n_mels, frames] -> pooled statistics."""
        return self.trunk(normalise_mel(power, floor))

    def face_code(self, pooled: Tensor) -> Tensor:
        return self.code(pooled, *self.speaker(pooled))

    def trust(self, pooled: Tensor, power: Tensor) -> Tensor:
        """Confidence logit [batch]; length and level are read from the mel power the pooled statistics came from."""
        frames = torch.ones_like(power[:, 0]).sum(1, keepdim=True)
        log_seconds = torch.log(frames / self.sizes.mel.frames_per_second)
        level = (level_db(power) / 20.0).clamp(-3.5, 2.0)
        return self.confidence(pooled, log_seconds, level)

    def forward(self, pcm: Tensor) -> tuple[Tensor, Tensor]:
        power = self.mel(pcm)
        pooled = self.from_power(power)
        return self.face_code(pooled), torch.sigmoid(self.trust(pooled, power))


def multiply_adds(model: VoiceEncoder, samples: int) -> int:
    """Multiply-adds of convolutions and linear layers, spectrogram included, for one clip of `samples`."""
    total = 0

    def count(layer: nn.Module, _inputs, output: Tensor) -> None:
        nonlocal total
        steps = output.shape[2] if output.dim() == 3 else 1
        total += steps * layer.weight.numel()

    layers = [m for m in model.modules() if isinstance(m, nn.Conv1d | nn.Linear)]
    hooks = [layer.register_forward_hook(count) for layer in layers]
    with torch.no_grad():
        model.eval()(torch.zeros(1, samples))
    for hook in hooks:
        hook.remove()
    frames = model.sizes.mel.frames(samples)
    return total + frames * (model.mel.kernels.numel() + model.mel.filters.numel())
