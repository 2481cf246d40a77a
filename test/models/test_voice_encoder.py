"""The network, its pairs, its export."""

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from audio import MAX_SAMPLES, MIN_SAMPLES
from contract import read_contract
from export_voice import TOLERANCE, check_parity, export_voice, rounded_to_half
from metrics import equal_error_rate, retrieval, verification
from pair_codes import (
    VoicePlaces, distance_keeping, draw_pairs, population_shape, read_pair_map, reading_direction, trait_columns, turn,
)  # fmt: skip
from population_codes import random_population
from synthetic_voice import synthetic_voice
from train_codes import start_from_map
from voice_encoder import VoiceEncoder, VoiceSizes, multiply_adds, unit_length


@pytest.fixture(scope='module')
def model() -> VoiceEncoder:
    torch.manual_seed(0)
    encoder = VoiceEncoder(VoiceSizes(channels=64, pooled=96, embedding=64, attention=16, dilations=(1, 2))).train()
    for pitch_hz in (90.0, 130.0, 180.0, 250.0):  # batch norms need something to have seen
        pcm = torch.from_numpy(np.stack([synthetic_voice(1.0, pitch_hz), synthetic_voice(1.0, pitch_hz * 1.1)]))
        encoder(pcm)
    return encoder.eval()


@pytest.mark.parametrize('samples', [MIN_SAMPLES, 24_000, 48_000, MAX_SAMPLES])
def test_any_length_gives_one_code_and_one_confidence(model, samples):
    with torch.no_grad():
        code, confidence = model(torch.zeros(3, samples).normal_(0, 0.1))
    assert code.shape == (3, read_contract()['voiceEncoder']['codeLength'])
    assert confidence.shape == (3,)
    assert bool(((confidence >= 0) & (confidence <= 1)).all())


def test_silence_and_full_scale_noise_give_finite_numbers(model):
    pcm = torch.stack([torch.zeros(MIN_SAMPLES), torch.rand(MIN_SAMPLES) * 2 - 1])
    with torch.no_grad():
        code, confidence = model(pcm)
    assert bool(torch.isfinite(code).all()) and bool(torch.isfinite(confidence).all())


def test_the_shipped_sizes_stay_below_the_budget():
    encoder = VoiceEncoder()
    assert multiply_adds(encoder, MAX_SAMPLES) < 0.9e9
    assert sum(parameter.numel() for parameter in encoder.parameters()) < 2_000_000


def test_exported_network_answers_as_pytorch_does(model, tmp_path):
    path = tmp_path / 'voice-encoder.onnx'
    assert export_voice(model, path) <= TOLERANCE
    props = {entry.key: entry.value for entry in onnx.load(path).metadata_props}
    contract = read_contract()
    assert props['contractVersion'] == str(contract['version'])
    assert props['sampleRate'] == str(contract['voiceEncoder']['sampleRate'])
    assert props['codeLength'] == str(contract['voiceEncoder']['codeLength'])


def test_parity_check_notices_other_weights(model, tmp_path):
    path = tmp_path / 'voice-encoder.onnx'
    export_voice(model, path)
    other = rounded_to_half(model)
    with torch.no_grad():
        other.code.straight.bias.add_(0.01)
    assert check_parity(other, path) > TOLERANCE


def test_half_precision_storage_hardly_moves_the_code(model, tmp_path):
    path = tmp_path / 'voice-encoder.onnx'
    export_voice(model, path)
    pcm = synthetic_voice(3.0)[None]
    code, _ = onnxruntime.InferenceSession(str(path)).run(None, {'pcm': pcm})
    with torch.no_grad():
        exact, _ = model(torch.from_numpy(pcm))
    assert np.abs(code - exact.numpy()).max() < 0.02 * float(exact.std()) + 1e-3


def made_up_voices(count: int = 300, length: int = 40, seed: int = 1) -> VoicePlaces:
    rng = np.random.default_rng(seed)
    masculine, child = (rng.random(count) < 0.5).astype(float), (rng.random(count) < 0.2).astype(float)
    own = rng.standard_normal((count, length)) * np.linspace(2, 0.2, length)
    own[:, -1] += 3 * masculine
    pitch = np.exp(5.3 - 0.6 * masculine * (1 - child) - 0.1 * own[:, 4] / own[:, 4].std())
    return VoicePlaces(own, masculine, child, pitch)


def test_projection_keeps_distances():
    projection = distance_keeping(128, 32)
    assert np.allclose(projection.T @ projection, 4 * np.eye(32), atol=1e-9)
    assert np.allclose((projection**2).sum(1), 1)


def test_turn_takes_one_direction_to_the_other_and_keeps_lengths():
    rng = np.random.default_rng(0)
    start, end = (v / np.linalg.norm(v) for v in rng.standard_normal((2, 12)))
    rotation = turn(start, end)
    assert np.allclose(rotation @ start, end)
    assert np.allclose(rotation @ rotation.T, np.eye(12))


def test_drawn_codes_spread_as_the_population_does_and_follow_the_traits(tmp_path):
    population, voices = random_population(2000, 128), made_up_voices()
    pairs = draw_pairs(voices, population, 32)
    codes = pairs.codes(voices.embedding, voices.masculine, voices.child)
    traits = trait_columns(voices.masculine, voices.child)
    fit, *_ = np.linalg.lstsq(traits, codes, rcond=None)
    allowed = np.sqrt((population_shape(population).spread ** 2).sum(1))
    ratio = (codes - traits @ fit).std(0) / allowed
    assert 0.9 < np.median(ratio) < 1.1
    reading = codes @ reading_direction(population.code, population.masculine)
    assert reading[voices.masculine > 0.5].min() > reading[voices.masculine < 0.5].max()
    pairs.save(tmp_path / 'map.npz')
    again = read_pair_map(tmp_path / 'map.npz')
    assert np.array_equal(again.codes(voices.embedding, voices.masculine, voices.child), codes)


def test_voices_of_equal_traits_keep_their_distances_in_the_code():
    population, voices = random_population(2000, 128), made_up_voices()
    pairs = draw_pairs(voices, population, 40)
    same = np.zeros(len(voices.embedding))
    codes = pairs.codes(voices.embedding, same, same) @ np.linalg.pinv(population_shape(population).spread)
    apart, coded = (np.linalg.norm(x[:-1] - x[1:], axis=1) for x in (voices.embedding, codes))
    assert np.corrcoef(apart, coded)[0, 1] > 0.97


def test_lower_voices_are_built_more_heavily():
    population, voices = random_population(2000, 128), made_up_voices()
    codes = draw_pairs(voices, population, 32).codes(voices.embedding, voices.masculine, voices.child)
    traits = trait_columns(voices.masculine, voices.child)
    weight = codes @ population_shape(population).build
    height = np.log(voices.pitch)
    around = [value - traits @ np.linalg.lstsq(traits, value, rcond=None)[0] for value in (weight, height)]
    assert np.corrcoef(*around)[0, 1] < -0.7


def test_code_head_starts_as_the_map_that_drew_the_pairs(model):
    voices = made_up_voices(length=64)
    pairs = draw_pairs(voices, random_population(500, 128), 16)
    start_from_map(model, pairs)
    pooled = torch.randn(5, 2 * model.sizes.pooled)
    with torch.no_grad():
        embedding, logits = model.speaker(pooled)
        got = model.code(pooled, embedding, logits).numpy()
        masculine, child = torch.sigmoid(logits).numpy().T.astype(float)
    unit = unit_length(embedding).detach().numpy().astype(float)
    own = pairs.individual(unit)
    expected = trait_columns(masculine, child) @ pairs.mean + own @ pairs.projection.T
    assert np.allclose(got, expected, atol=1e-3 * np.abs(expected).max())


def test_metrics_know_perfect_and_chance():
    rng = np.random.default_rng(0)
    voices = rng.standard_normal((200, 16))
    assert verification(voices, voices + 0.01 * rng.standard_normal(voices.shape)) == pytest.approx(0, abs=0.005)
    assert verification(voices, rng.standard_normal(voices.shape)) == pytest.approx(0.5, abs=0.08)
    assert retrieval(voices, voices, 1) == 1
    assert retrieval(voices, rng.standard_normal(voices.shape), 10) < 0.12
    assert equal_error_rate(np.array([0.9, 0.8]), np.array([0.1, 0.2])) == 0
