"""Skin head: closed-form start (PCA at low size + ridge from the code), then everything is trained. python
train_face_texture.py [--config NAME] [--minutes M]     resumes from skin.pt in the work folder; EMA weights are what
is exported.
"""

import time

import numpy as np
import torch
import torch.nn.functional as F
from scipy.ndimage import gaussian_filter

from align import FaceMesh
from face_code import load_codes, pca, ridge
from face_config import FaceConfig, config_argument
from face_decoder import FaceSizes, SkinDecoder
from prepare.population import Population

CODE_NOISE = 0.03
SLOW_PARTS = ('mlp', 'correction', 'linear', 'out')  # they start near a good place: a seventh of the learning rate
SLOW_RATE = 0.15
GRADIENT_WEIGHT = 0.6
REPORT_MINUTES = 2.0


def loss_weight(mesh: FaceMesh, alpha: np.ndarray) -> np.ndarray:
    """[5, T, T], mean 1: skin over background, face over neck, eyes and mouth most; alpha mostly at its edge."""
    t = len(alpha)
    weight = np.clip(gaussian_filter(alpha, 3) * 1.2, 0.03, 1)
    y, x = (np.mgrid[0:t, 0:t] + 0.5) / t
    face = mesh.uv[: mesh.face]
    weight = weight * (
        1 + 0.7 * ((x > face[:, 0].min()) & (x < face[:, 0].max()) & (y > face[:, 1].min()) & (y < face[:, 1].max()))
    )
    lids, mouth = mesh.topology['lids'], mesh.topology['mouth']
    for ids, radius in ((lids['left']['upper'], 0.07), (lids['right']['upper'], 0.07), (mouth['upper'], 0.09)):
        centre = mesh.uv[ids].mean(0)
        weight = weight + 1.5 * np.exp(-((x - centre[0]) ** 2 + (y - centre[1]) ** 2) / radius**2)
    all_channels = np.repeat(weight[None], 5, 0)
    all_channels[4] = 0.5 + 2 * np.exp(-(((gaussian_filter(alpha, 2) - 0.5) / 0.25) ** 2))
    return (all_channels / all_channels.mean()).astype(np.float32)


def mean_skin(population: Population) -> np.ndarray:
    """[5, T, T] float32 over the training people."""
    total = np.zeros(population.skins.shape[1:])
    for i in population.train:
        total += population.skins[i]
    return (total / 255 / len(population.train)).astype(np.float32).transpose(2, 0, 1)


def closed_form(config: FaceConfig, population: Population, codes: dict, weight: np.ndarray) -> SkinDecoder:
    """A decoder that already draws mean + PCA coefficients read from the code by ridge; the conv net adds nothing
    yet."""
    sizes, train = FaceSizes.of(config), population.train
    low, side = config.low_size, config.texture_size
    sizes.texture_basis = min(config.texture_basis, len(train) - 1)
    net = SkinDecoder(sizes)
    pictures = population.low_resolution(low).reshape(len(population), -1)
    step = side // low
    root = np.sqrt(weight.reshape(5, low, step, low, step).mean((2, 4)).ravel())  # PCA in the metric of the loss
    mean, basis, values, total = pca((pictures * root)[train], sizes.texture_basis)
    coefficients = (pictures * root - mean) @ basis.T
    spread = coefficients[train].std(0)
    start = ridge((codes['code'] * codes['deviation'])[train], coefficients[train] / spread)
    print(
        f'{len(train)} training people; {sizes.texture_basis} components explain {values.sum() / total:.3f}', flush=True
    )
    net.scale.deviation.copy_(torch.tensor(codes['deviation']))
    net.mean.copy_(torch.tensor(mean_skin(population))[None])
    net.basis.copy_(torch.tensor(basis / root * spread[:, None]))
    net.linear.weight.data, net.linear.bias.data = torch.tensor(start[:-1].T).float(), torch.tensor(start[-1]).float()
    return net


def skin_loss(predicted, wanted, weight):
    """Weighted L1 of values and of gradients at three sizes (sharpness without an adversary)."""
    difference = predicted - wanted
    loss = (difference.abs() * weight).mean()
    for size in (1, 2, 4):
        d = difference if size == 1 else F.avg_pool2d(difference, size)
        w = weight if size == 1 else F.avg_pool2d(weight, size)
        loss = loss + GRADIENT_WEIGHT * ((d[..., 1:] - d[..., :-1]).abs() * w[..., 1:]).mean()
        loss = loss + GRADIENT_WEIGHT * ((d[..., 1:, :] - d[..., :-1, :]).abs() * w[..., 1:, :]).mean()
    return loss


def psnr_inside(predicted, wanted):
    """dB of the encoded D and H inside the silhouette, per person [B]."""
    alpha = wanted[:, 4:] * torch.ones(1, 4, 1, 1)
    error = (((predicted.clamp(0, 1) - wanted)[:, :4] ** 2) * alpha).sum((1, 2, 3)) / alpha.sum((1, 2, 3))
    return -10 * torch.log10(error)


class Average:
    """Exponential moving average of the weights; short memory at first."""

    def __init__(self, net):
        self.state = {k: v.detach().clone() for k, v in net.state_dict().items()}

    @torch.no_grad()
    def update(self, net, step: int) -> None:
        decay = min(0.99, step / (step + 10))
        for key, value in net.state_dict().items():
            if value.dtype.is_floating_point:
                self.state[key].mul_(decay).add_(value, alpha=1 - decay)
            else:
                self.state[key].copy_(value)


def train_texture(config: FaceConfig, minutes: float | None = None) -> dict:
    minutes = minutes or config.texture_minutes
    torch.set_num_threads(config.threads)
    torch.manual_seed(0)
    random = np.random.default_rng(0)
    mesh, population, codes = FaceMesh.load(config.mesh), Population(config), load_codes(config)
    assert (codes['seed'] == population.seeds).all(), 'codes.npz is of another population: run face_code.py again'
    code, train, held_out = torch.tensor(codes['code']), population.train, population.held_out
    deviation = torch.tensor(codes['deviation']).clamp(min=0.02)
    weight_map = loss_weight(mesh, mean_skin(population)[4])
    weight = torch.tensor(weight_map)[None].to(memory_format=torch.channels_last)  # as the batches are

    def batch_of(rows):  # -> [B, 5, T, T] float32, 0..1
        return torch.from_numpy(np.stack([population.skins[i] for i in rows]).astype(np.float32) / 255).permute(
            0, 3, 1, 2
        )

    checkpoint = config.work / 'skin.pt'
    net = closed_form(config, population, codes, weight_map).to(memory_format=torch.channels_last)
    slow = [p for k, p in net.named_parameters() if k.split('.')[0] in SLOW_PARTS]
    fast = [p for k, p in net.named_parameters() if k.split('.')[0] not in SLOW_PARTS]
    optimiser = torch.optim.AdamW(
        [dict(params=fast, rate=1.0), dict(params=slow, rate=SLOW_RATE)],
        config.learning_rate,
        weight_decay=0.02,
        betas=(0.9, 0.98),
    )
    average, step, spent, losses = Average(net), 0, 0.0, []
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=False)
        if saved.get('seeds') == population.seeds.tolist() and saved['sizes'] == net.sizes:
            net.load_state_dict(saved['net']), optimiser.load_state_dict(saved['optimiser'])
            average.state, step, spent, losses = saved['average'], saved['step'], saved['minutes'], saved['losses']
            print(f'resumed at step {step}, minute {spent:.1f}', flush=True)

    def save(extra):
        torch.save(
            dict(
                net=net.state_dict(),
                average=average.state,
                optimiser=optimiser.state_dict(),
                sizes=net.sizes,
                step=step,
                minutes=spent,
                losses=losses,
                seeds=population.seeds.tolist(),
                held_out=extra,
            ),
            checkpoint,
        )

    @torch.no_grad()
    def evaluate(rows):
        kept = {k: v.clone() for k, v in net.state_dict().items()}
        net.load_state_dict(average.state)
        score = (
            torch.cat(
                [psnr_inside(net(code[rows[i : i + 6]]), batch_of(rows[i : i + 6])) for i in range(0, len(rows), 6)]
            )
            .mean()
            .item()
        )
        net.load_state_dict(kept)
        return score

    first = evaluate(held_out)
    print(f'step {step}, held-out {first:.2f} dB', flush=True)
    if not checkpoint.exists():
        save(first)
    last_step = config.texture_steps
    next_report, clock, running = spent + REPORT_MINUTES, time.time(), None
    while (step < last_step) if last_step else (spent < minutes):
        progress = step / last_step if last_step else spent / minutes
        rate = config.learning_rate * min(1, (step + 1) / 40) * (0.5 + 0.5 * np.cos(np.pi * min(1, progress)))
        for group in optimiser.param_groups:
            group['lr'] = rate * group['rate']
        rows = train[random.integers(len(train), size=config.batch)]
        wanted = batch_of(rows)
        noisy = code[rows] + CODE_NOISE * torch.randn(config.batch, config.code_length) / deviation
        with torch.autocast('cpu', torch.bfloat16, enabled=config.texture_size >= 256):
            predicted = net(noisy)
        loss = skin_loss(predicted.float(), wanted, weight)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        step += 1
        average.update(net, step)
        running = loss.item() if running is None else 0.98 * running + 0.02 * loss.item()
        losses.append(loss.item())
        spent += (time.time() - clock) / 60
        clock = time.time()
        if spent >= next_report:
            score = evaluate(held_out[:24])
            epoch, speed = step * config.batch / len(train), step * config.batch / spent / 60
            print(f'minute {spent:.1f} step {step} epoch {epoch:.2f} loss {running:.4f}', end=' ')
            print(f'held-out {score:.2f} dB, {speed:.1f} img/s', flush=True)
            save(score)
            next_report, clock = spent + REPORT_MINUTES, time.time()
    last = evaluate(held_out)
    save(last)
    print(f'step {step}, held-out {last:.2f} dB (closed form or start {first:.2f})', flush=True)
    return dict(first=first, last=last, losses=losses, steps=step)


def load_skin(config: FaceConfig) -> SkinDecoder:
    """The averaged weights of the last checkpoint."""
    saved = torch.load(config.work / 'skin.pt', weights_only=False)
    net = SkinDecoder(saved['sizes'])
    net.load_state_dict(saved['average'])
    return net.eval()


if __name__ == '__main__':
    settings, arguments = config_argument(
        'train the skin head', minutes=(float, None, 'wall-clock minutes in all (resumed ones included)')
    )
    train_texture(settings, arguments.minutes)
