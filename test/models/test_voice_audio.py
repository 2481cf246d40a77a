"""The spectrogram inside the graph, the channel and the virtual speakers."""

import numpy as np
import pytest
import torch

from audio import MAX_SAMPLES, MIN_SAMPLES, SAMPLE_RATE, MelPower, MelSizes, mel_matrix, normalise_mel
from contract import read_contract
from synthetic_voice import synthetic_voice
from voice_channel import degrade, mu_law
from voice_variants import change_speed, shifted_mel_power


def test_sizes_are_those_of_the_contract():
    voice = read_contract()['voiceEncoder']
    assert voice['sampleRate'] == SAMPLE_RATE
    assert voice['minimumMs'] * SAMPLE_RATE // 1000 == MIN_SAMPLES
    assert voice['windowMs'] * SAMPLE_RATE // 1000 == MAX_SAMPLES


def test_dft_by_convolution_equals_torch_stft():
    sizes = MelSizes()
    pcm = torch.from_numpy(np.stack([synthetic_voice(1.3, 100), synthetic_voice(1.3, 210)]))
    ours = MelPower(sizes).spectrum(pcm)
    # torch.stft centres a short window in n_fft: shift the signal so that both look at the same samples.
    margin = (sizes.n_fft - sizes.window) // 2
    padded = torch.nn.functional.pad(pcm, (margin, margin))
    window = torch.hann_window(sizes.window)
    theirs = torch.stft(padded, sizes.n_fft, sizes.hop, sizes.window, window, center=False, return_complex=True)
    bins = sizes.n_fft // 2 + 1
    power = ours[:, :bins].square() + ours[:, bins:].square()
    assert power.shape == theirs.shape == (2, bins, sizes.frames(pcm.shape[1]))
    assert torch.allclose(power, theirs.abs().square(), rtol=1e-3, atol=1e-3 * float(power.mean()))


def test_white_noise_has_a_flat_mel_spectrum():
    assert np.allclose(mel_matrix(MelSizes()).sum(1), 1, atol=1e-5)
    noise = torch.from_numpy(np.random.default_rng(0).standard_normal((1, 160_000)).astype(np.float32))
    power = MelPower()(noise).mean(2)[0]
    assert float(power.max() / power.min()) < 1.3


def test_what_the_network_sees_does_not_depend_on_level_or_colour():
    power = MelPower()(torch.from_numpy(synthetic_voice(2.0)[None]))
    colour = torch.linspace(-0.2, 0.2, power.shape[1]).exp()[None, :, None]
    seen = normalise_mel(power, 1e-9)
    assert torch.allclose(seen, normalise_mel(power * 0.01, 1e-9), atol=0.05)
    assert torch.allclose(seen, normalise_mel(power * colour, 1e-9), atol=0.05)


def test_silence_stays_finite():
    seen = normalise_mel(MelPower()(torch.zeros(1, MIN_SAMPLES)))
    assert torch.isfinite(seen).all()
    assert float(seen.abs().max()) < 1e-3


def test_a_call_keeps_the_length_and_mu_law_takes_the_top_band_away():
    pcm = synthetic_voice(1.0) + 0.05 * np.sin(2 * np.pi * 6000 * np.arange(16_000) / SAMPLE_RATE).astype(np.float32)
    narrow = mu_law(pcm)
    assert narrow.shape == pcm.shape
    spectrum, before = (np.abs(np.fft.rfft(x))[6000] for x in (narrow, pcm))
    assert spectrum < 0.01 * before
    for seed in range(6):
        called = degrade(pcm, np.random.default_rng(seed))
        assert called.shape == pcm.shape and np.isfinite(called).all()



def test_pitch_moves_without_the_formants_and_formants_without_the_pitch():
    mel = MelPower()
    pcm = synthetic_voice(2.0, 150.0)
    plain = shifted_mel_power(pcm, mel)
    formants_up = shifted_mel_power(pcm, mel, formants=1.25)
    centre = np.arange(plain.shape[1])
    mean_band = [p.mean(0) @ centre / p.mean(0).sum() for p in (plain, formants_up)]
    assert mean_band[1] > mean_band[0] + 1
    pitched = shifted_mel_power(pcm, mel, pitch=1.4)
    assert not np.allclose(pitched, plain, rtol=0.1)
    envelope = [np.convolve(np.log(p + 1e-9).mean(0), np.ones(9) / 9, 'valid') for p in (plain, pitched)]
    assert np.corrcoef(*envelope)[0, 1] > 0.9


def test_speed_changes_length_by_its_factor():
    assert len(change_speed(synthetic_voice(1.0), 1.25)) == pytest.approx(16_000 / 1.25, abs=2)
