"""Prepare, train, pair, regress and calibrate in small, on voices made by formula."""

import csv
from dataclasses import replace

import numpy as np
import pytest
import torch

from audio import SAMPLE_RATE, MelPower, MelSizes
from config.voice_tiny import settings as tiny
from non_speech import MAKERS, non_speech
from pair_codes import trait_columns
from population_codes import random_population
from prepare.speech import drop_pauses, presentation_of, write_split
from prepare.speech_features import Copy, prepare_features, write_copy
from redraw_codes import FACTORS, corpus_directions, redraw_codes, spread_within_traits
from schedule import BatchesAhead, Schedule
from synthetic_voice import synthetic_voice
import train_voice
from train_codes import load_model, pair_voices, train_codes
from train_confidence import train_confidence
from train_speaker import train_speaker
from voice_bank import SpeechBank
from voice_batches import BatchMaker, coloured_noises

VOICES = 8


def formula_clips(first: int, count: int):
    """Two clips of each of `count` voices: pitch and vocal tract go from low and long to high and short."""
    for voice in range(first, first + count):
        share = (voice % VOICES) / (VOICES - 1)
        for take in range(2):
            pcm = synthetic_voice(3.5, 85 * 2 ** (1.4 * share) * (1 + 0.03 * take), 0.9 + 0.25 * share)
            labels = ('formula', f'voice-{voice}', '0' if share > 0.5 else '1', '30', f'{85 * 2 ** (1.4 * share):.0f}')
            yield labels, pcm


@pytest.fixture(scope='module')
def cache(tmp_path_factory):
    folder = tmp_path_factory.mktemp('voice')
    write_split(formula_clips(0, VOICES), 'train', folder)
    write_split(formula_clips(VOICES, 4), 'validate', folder)
    prepare_features(folder, ('c0', 'c2', 's088'))
    return folder


def test_pauses_are_shortened_and_speech_is_kept():
    voice = synthetic_voice(1.0)
    quiet = np.zeros(SAMPLE_RATE, np.float32)
    kept = drop_pauses(np.concatenate([voice, quiet, voice]))
    assert len(kept) == pytest.approx(2 * len(voice) + 0.25 * SAMPLE_RATE, abs=0.06 * SAMPLE_RATE)


def test_suspect_labels_and_the_sex_of_children_never_reach_the_training():
    row = {'sex': 'male', 'age': '30', 'suspect_label': ''}
    assert presentation_of(row) == '1'
    assert presentation_of({**row, 'suspect_label': 'yes'}) == ''
    assert presentation_of({**row, 'age': '9'}) == ''
    assert presentation_of({**row, 'sex': ''}) == ''


def test_copies_are_made_once_and_have_the_same_clips(cache):
    bank = SpeechBank(cache)
    assert sorted(bank.copies) == ['c0', 'c2', 's088']
    for copy in bank.copies.values():
        assert len(copy.starts) == len(bank.rows) + 1
        assert np.isfinite(copy.frames.astype(np.float32)).all()
    slower = len(bank.copies['s088'].frames) / len(bank.copies['c0'].frames)
    assert slower == pytest.approx(1 / 0.88, rel=0.02)
    before = (cache / 'features' / 'train' / 'c0.npy').stat().st_mtime_ns
    write_copy(Copy('c0'), cache, 'train', MelPower(MelSizes()), 1)
    assert (cache / 'features' / 'train' / 'c0.npy').stat().st_mtime_ns == before


def test_both_crops_of_a_pair_are_one_voice_and_virtual_voices_have_no_class(cache):
    batch = BatchMaker(SpeechBank(cache), coloured_noises(MelPower()), 3).speaker_batch(40, 70)
    assert batch.mel.shape == (80, 80, 70) and bool(torch.isfinite(batch.mel).all())
    assert batch.voice[0::2] == batch.voice[1::2]
    virtual = torch.tensor([variant != 'real' for _, variant in batch.voice])
    assert bool((batch.speaker[virtual] == -1).all()) and bool((batch.speaker[~virtual] >= 0).all())
    assert 0 < int(virtual.sum()) < 40


def test_every_stage_learns_and_the_result_prefers_voices_to_noise(cache):
    settings = replace(tiny, threads=1, pairs=8, margin=0.0, speaker_steps=80, code_steps=60, confidence_steps=60,
                       components=4, learning_rate=5e-3)  # fmt: skip
    speaker = train_speaker(settings, cache, log=lambda _line: None)
    assert np.mean(speaker[-2:]) < 0.8 * np.mean(speaker[:2])
    population = random_population(300, 128)
    pairs, places, voices = pair_voices(settings, cache, population, log=lambda _line: None)
    assert len(voices) == len(places.embedding) == 2 * VOICES  # real ones, and the slower ones
    codes = train_codes(settings, cache, pairs, log=lambda _line: None)
    assert codes[-1] < codes[0]
    assert FACTORS[0] <= redraw_codes(settings, cache, population, log=lambda _line: None) <= FACTORS[1]
    trust = train_confidence(settings, cache, log=lambda _line: None)
    assert trust[-1] < trust[0]
    model = load_model(settings, cache / 'checkpoints' / 'voice.pt').eval()
    rng = np.random.default_rng(77)
    with torch.no_grad():
        _, voiced = model(torch.from_numpy(np.stack([synthetic_voice(3.0, hz) for hz in (100.0, 150.0, 200.0)])))
        _, other = model(torch.from_numpy(np.stack([non_speech(3.0, rng) for _ in range(12)])))
    assert float(voiced.mean()) > float(other.mean()) + 0.1


def test_what_sets_corpora_apart_is_found_and_nothing_else():
    rng = np.random.default_rng(5)
    offset = np.eye(6)[2]
    own = rng.standard_normal((400, 6)) + np.outer(np.repeat([0, 3], 200), offset)
    directions = corpus_directions(own, ['one'] * 200 + ['two'] * 200)
    assert directions.shape == (6, 1)
    assert abs(directions[:, 0] @ offset) > 0.98
    assert corpus_directions(own, ['one'] * 400).shape == (6, 0)


def test_spread_is_that_of_voices_of_equal_traits():
    rng = np.random.default_rng(6)
    traits = trait_columns((rng.random(500) < 0.5).astype(float), (rng.random(500) < 0.2).astype(float))
    own = 2 * rng.standard_normal((500, 9)) + traits @ (50 * rng.standard_normal((4, 9)))
    assert spread_within_traits(own, traits) == pytest.approx(6, rel=0.1)


def test_speaker_stage_goes_on_from_its_checkpoint(cache):
    settings = replace(tiny, threads=1, pairs=4, speaker_steps=90)
    train_speaker(settings, cache, log=lambda _line: None)
    assert torch.load(cache / 'checkpoints' / 'speaker.pt', weights_only=True)['step'] == 90


@pytest.mark.parametrize('maker', list(dict.fromkeys(MAKERS)), ids=lambda maker: maker.__name__)
def test_sounds_that_are_not_speech_have_the_length_asked_for(maker):
    pcm = maker(1.5, np.random.default_rng(4))
    assert pcm.shape == (24_000,) and np.isfinite(pcm).all()


def test_schedule_by_steps_and_by_the_clock():
    by_steps = Schedule(minutes=100, steps=20)
    rates = []
    while by_steps.progress < 1:
        rates.append(by_steps.learning_rate(1.0, warming=2))
        by_steps.advance()
    assert len(rates) == 20
    assert rates[0] < rates[1] == max(rates)
    assert rates[-1] < 0.05
    assert Schedule(minutes=1, spent_seconds=30).progress == 0.5


def test_a_failing_batch_reaches_whoever_waits_for_it():
    def fail():
        raise ValueError('no speech')

    with BatchesAhead(fail) as ahead, pytest.raises(ValueError, match='no speech'):
        ahead.next()


def test_manifest_keeps_labels_as_written(cache):
    with open(cache / 'train.csv', newline='') as table:
        rows = list(csv.DictReader(table))
    assert {row['presentation'] for row in rows} == {'0', '1'}
    assert len(rows) == 2 * VOICES


def test_every_stage_that_draws_from_the_population_is_given_it(tmp_path, monkeypatch):
    codes = tmp_path / 'codes.npz'
    rng = np.random.default_rng(8)
    np.savez(codes, code=rng.standard_normal((6, 4)), sex=np.ones(6), age=np.full(6, 30), weight=np.zeros(6))
    given = {}
    monkeypatch.setattr(train_voice, 'train_stage', lambda stage, *rest: given.update({stage: rest[3]}))
    for stage in train_voice.FROM_POPULATION:
        monkeypatch.setattr('sys.argv', ['train_voice.py', '--stage', stage, '--population', str(codes)])
        train_voice.main()
    assert given.keys() == {'pair', 'redraw'}
    assert all(population.code.shape == (6, 4) for population in given.values())
