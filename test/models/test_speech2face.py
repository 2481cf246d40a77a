"""The baseline: the sizes that the paper's table gives, its golden vector, and that it can learn."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from config.speech2face import settings, tiny
from contract import golden_folder
from make_golden_speech2face import FILE_NAME, golden_features
from prepare.speech import write_split
from schedule import Schedule
from speech2face import Speech2FaceEncoder, Spectrogram, multiply_adds, parameter_count
from synthetic_voice import synthetic_voice
from train_speech2face import Windows, paper_loss, train_speech2face


def test_the_full_encoder_has_148_1_million_parameters_and_89_2_gigamacs_a_window():
    assert settings.shapes()[0] == (2, 598, 257)
    assert settings.shapes()[-1] == (512, 6, 57)
    model = Speech2FaceEncoder(settings)
    assert round(parameter_count(model) / 1e6, 1) == 148.1
    assert round(multiply_adds(settings) / 1e9, 1) == 89.2


def test_the_count_of_multiply_adds_is_what_the_layers_do():
    model, done = Speech2FaceEncoder(tiny).eval(), 0

    def count(layer, _inputs, output):
        nonlocal done
        places = output[0, 0].numel() if output.dim() == 4 else 1
        done += layer.weight.numel() * places

    for layer in (*model.convolutions, *model.linears):
        layer.register_forward_hook(count)
    with torch.no_grad():
        assert model(torch.zeros(1, tiny.samples)).shape == (1, 256)
    assert done == multiply_adds(tiny)


def test_the_spectrogram_is_the_compressed_short_time_transform_of_the_paper():
    voice = torch.from_numpy(synthetic_voice(6.0))
    padded = torch.stft(
        voice, settings.n_fft, settings.hop, settings.n_fft, F.pad(torch.hann_window(400), (0, 112)), center=False,
        return_complex=True,
    )  # fmt: skip
    expected = torch.view_as_real(padded).permute(2, 1, 0)[None]  # [1, 2, frames, bins]
    expected = expected.sign() * expected.abs() ** 0.3
    got = Spectrogram(settings)(voice[None])
    assert got.shape == (1, 2, 598, 257)
    # torch.stft needs 512 samples for its last frame where the convolution needs 400.
    frames = expected.shape[2]
    assert frames >= 597
    loud = expected.abs() > 0.2  # the root magnifies rounding near zero
    assert (got[:, :, :frames] - expected)[loud].abs().max() < 1e-3


def test_the_golden_vector_is_up_to_date():
    golden = json.loads((golden_folder() / FILE_NAME).read_text())
    np.testing.assert_allclose(golden_features(), golden['features'], atol=1e-3)


@pytest.fixture
def cache(tmp_path):
    """Two low and two high voices with a face each, as train_voice.py and train_wild.py leave them."""
    pitches = (90.0, 105.0, 210.0, 240.0)
    clips = (
        (('formula', f'voice-{i}', '', '', ''), synthetic_voice(3.0, pitch)) for i, pitch in enumerate(pitches)
    )
    write_split(clips, 'train', tmp_path)
    (tmp_path / 'checkpoints').mkdir()
    faces = np.random.default_rng(1).standard_normal((2, 128)).astype(np.float32)
    np.savez(
        tmp_path / 'checkpoints' / 'pairs.npz', target=faces[[0, 0, 1, 1]], speaker=np.arange(4),
        variant=np.array(['real'] * 4),
    )  # fmt: skip
    return tmp_path


def test_the_slim_encoder_learns_pairs_of_voices_and_faces(cache):
    torch.set_num_threads(1)
    sizes = replace(settings.slimmed(32), samples=48_000, features=(128, 64))
    losses = train_speech2face(sizes, cache, Schedule(0, steps=10), batch=4, peak=2e-3)
    assert losses[-1] < 0.8 * losses[0]
    state = torch.load(cache / 'checkpoints' / 'speech2face.pt', weights_only=True)
    assert state['linears.1.weight'].shape == (128, 128)


def test_windows_come_with_the_face_of_their_voice(cache):
    windows = Windows(cache, 96_000)
    pcm, codes = windows.draw(6)
    assert pcm.shape == (6, 96_000) and codes.shape == (6, 128)
    assert {tuple(code.tolist()) for code in codes} <= {tuple(code.tolist()) for code in windows.people}


def test_the_loss_is_least_at_the_target_and_sees_length_as_well_as_direction():
    people = torch.randn(10, 128, generator=torch.Generator().manual_seed(3))
    loss = lambda code: float(paper_loss(code, people[:2], people))
    assert loss(people[:2]) < 1e-5
    assert loss(people[2:4]) > loss(people[:2] * 0.7 + people[2:4] * 0.3) > 0.01
    assert loss(2 * people[:2]) > 0.05
