"""Losses that make the speaker embedding tell speakers apart, and hear presentation and child against adult."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from voice_batches import Batch


@dataclass(frozen=True)
class SpeakerTerms:
    total: Tensor
    margin: Tensor  # AM-softmax over the real speakers
    pairs: Tensor  # contrastive, over the batch
    presentation: Tensor
    child: Tensor
    right_speaker: float
    right_presentation: float


def masked_bce(logit: Tensor, label: Tensor, smoothing: float = 0.0) -> Tensor:
    """Binary cross entropy over the labels that are not nan; 0 where there are none."""
    known = ~torch.isnan(label)
    if not known.any():
        return logit.sum() * 0
    target = label[known] * (1 - smoothing) + smoothing / 2
    return F.binary_cross_entropy_with_logits(logit[known], target)


class SpeakerLoss(nn.Module):
    """AM-softmax (Wang et al. 2018) plus contrastive pairs with a learnt scale (angular prototypical, Chung 2020)."""

    def __init__(self, speakers: int, embedding: int, scale: float):
        super().__init__()
        self.centres = nn.Parameter(torch.randn(speakers, embedding) * 0.05)
        self.pair_scale = nn.Parameter(torch.tensor([10.0, -5.0]))
        self.scale = scale

    def pair_loss(self, embedding: Tensor, speaker: Tensor) -> Tensor:
        first, second = embedding[0::2], embedding[1::2]
        similarity = first @ second.T * self.pair_scale[0].clamp_min(1) + self.pair_scale[1]
        owner = speaker[0::2]
        same = (owner[:, None] == owner[None]) & (owner >= 0)[:, None]
        same.fill_diagonal_(False)
        similarity = similarity.masked_fill(same, -1e4)
        target = torch.arange(len(first))
        return 0.5 * (F.cross_entropy(similarity, target) + F.cross_entropy(similarity.T, target))

    def forward(self, embedding: Tensor, traits: Tensor, batch: Batch, margin: float) -> SpeakerTerms:
        unit = F.normalize(embedding)
        real = batch.speaker >= 0
        owner = batch.speaker[real]
        cosine = unit[real] @ F.normalize(self.centres).T
        logits = self.scale * (cosine - margin * F.one_hot(owner, len(self.centres)))
        apart = F.cross_entropy(logits, owner)
        pairs = self.pair_loss(unit, batch.speaker)
        presentation = masked_bce(traits[:, 0], batch.presentation, smoothing=0.04)
        child = masked_bce(traits[:, 1], batch.child)
        known = ~torch.isnan(batch.presentation)
        heard = ((traits[known, 0] > 0) == (batch.presentation[known] > 0.5)).float().mean().item()
        found = (logits.argmax(1) == owner).float().mean().item()
        total = apart + pairs + 1.5 * presentation + 0.5 * child
        return SpeakerTerms(total, apart, pairs, presentation, child, found, heard)
