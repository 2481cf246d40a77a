"""The evaluation's parts on made-up voices and faces; the whole of it runs in `npm run test:training`."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from align import FaceMesh
from comparison_figure import agreement, five_points, image_codes, lay_out, recognised, synthetic_voice_of
from evaluate import ABSTAIN_BELOW, document
from evaluation_table import ALL_ANSWERED, ANSWERED, EER, Figure, as_json, markdown
from face_config import load_config
from face_measures import FaceDistance, distinctness_figures
from opus_calls import PACKET_SAMPLES, OpusCall, lossy_opus
from skin_tones import explained
from speaker_bootstrap import equal_error_of, found_within, interval, mean_of
from synthetic_voice import synthetic_voice
from voice_measures import (
    CONDITIONS,
    LENGTHS,
    Heard,
    abstention_figures,
    child_figure,
    presentation_figures,
    sameness_figures,
    spread_figures,
)
from voice_pieces import Speaker, channel_digest, through
from voice_reading import Probe, VoiceReader

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / 'server' / 'src' / 'inference' / 'listening-rules.ts'
SIDES = Probe({'weights': [1.0] + [0.0] * 127})
YEARS = Probe({'weights': [0.0, -10.0] + [0.0] * 126, 'bias': 20.0})


def made_up_voices(count: int, noise: float = 0.1) -> Heard:
    """Half of them men, a quarter children; the code's first number is presentation, its second childhood."""
    random = np.random.default_rng(4)
    base = random.standard_normal((count, 128))
    label, child = (np.arange(count) % 2).astype(float), (np.arange(count) % 4 == 0).astype(float)
    base[:, 0], base[:, 1] = 2 * label - 1, 2 * child - 1
    near = lambda: base + noise * random.standard_normal(base.shape)
    codes = {name: near() for name in [*CONDITIONS, *LENGTHS]}
    confidence = {name: np.linspace(0.1, 0.9, count) for name in codes}
    nothing = np.zeros(0, np.float32)
    speakers = [Speaker(f's{i}', 'made-up', label[i], child[i], 30.0, nothing, nothing) for i in range(count)]
    return Heard('validate', speakers, codes, confidence, near())


def by_name(figures: list[Figure]) -> dict[str, Figure]:
    return {figure.name: figure for figure in figures}


def test_the_product_abstains_below_the_confidence_that_the_evaluation_uses():
    found = re.search(r'settledConfidence: ([\d.]+)', RULES.read_text())
    assert found and float(found.group(1)) == ABSTAIN_BELOW


def test_an_interval_holds_the_true_share_and_shrinks_with_more_speakers():
    random = np.random.default_rng(0)
    few, many = (random.random(count) < 0.7 for count in (30, 600))
    (low, high), (lower, higher) = (interval(len(hits), mean_of(hits.astype(float))) for hits in (few, many))
    assert low < 0.7 < high and lower < 0.7 < higher
    assert higher - lower < (high - low) / 3


def test_speakers_without_a_label_are_left_out_and_no_label_at_all_gives_no_interval():
    values = np.array([1.0, np.nan, 0.0, np.nan])
    assert mean_of(values)(np.arange(4)) == 0.5
    assert np.isnan(interval(2, mean_of(np.full(2, np.nan)))).all()


def test_a_speaker_drawn_twice_is_no_impostor_of_itself():
    codes = np.eye(6) + 0.01
    assert equal_error_of(codes, codes)(np.array([0, 0, 0, 3, 3, 5])) == 0
    assert found_within(codes, codes, 1).all()
    assert found_within(codes, codes[::-1], 1).sum() == 0


def test_figures_of_well_told_voices_are_perfect_and_the_unsure_are_left_unanswered():
    heard = made_up_voices(40)
    named = by_name(presentation_figures(heard, 'clean', SIDES, 0.25))
    assert named[ALL_ANSWERED].value == 1.0 and named[ALL_ANSWERED].count == 40
    assert named[ANSWERED].count == int((heard.confidence['clean'] >= 0.25).sum()) < 40
    assert by_name(sameness_figures(heard, 'clean'))[EER].value == 0
    assert child_figure(heard, 'clean', YEARS).value == 1.0


def test_figures_of_voices_without_a_trace_of_the_speaker_are_chance():
    heard = made_up_voices(60)
    strangers = np.random.default_rng(9).standard_normal((60, 128))
    lost = Heard(heard.split, heard.speakers, {**heard.codes, 'clean': strangers}, heard.confidence, heard.second)
    named = by_name(presentation_figures(lost, 'clean', SIDES, 0.25))
    assert 0.3 < named[ALL_ANSWERED].value < 0.7
    same = by_name(sameness_figures(lost, 'clean'))
    assert 0.35 < same[EER].value < 0.65 and same['R@1'].value < 0.2


def test_voices_that_crowd_in_the_middle_are_seen_in_the_spread():
    heard = made_up_voices(80)
    population = np.random.default_rng(2).standard_normal((500, 128))
    narrow = Heard(heard.split, heard.speakers, {'clean': 0.3 * heard.codes['clean']}, heard.confidence, heard.second)
    wide, tight = (spread_figures(h, population, SIDES, YEARS)[0].value for h in (heard, narrow))
    assert 0.85 < wide < 1.15 and tight == pytest.approx(0.3 * wide, rel=1e-6)


class FlatFaces:
    """A face reader whose faces are the first numbers of the code."""

    def read(self, codes):
        return codes[:, :40], codes[:, 40:80]


def test_voices_spread_like_people_have_faces_as_different_and_one_voice_keeps_its_face():
    population = np.random.default_rng(5).standard_normal((120, 128))
    distance = FaceDistance(FlatFaces().read(population))
    heard = made_up_voices(60, noise=0.05)
    figures = distinctness_figures(heard, FlatFaces(), distance, lambda line: None)
    assert 0.8 < figures[0].value <= 1 and 0.85 < figures[1].value < 1.15
    assert [figure.value for figure in figures[2:]] == [1.0, 1.0]
    close = {name: 0.1 * code for name, code in heard.codes.items()}
    alike = Heard(heard.split, heard.speakers, close, heard.confidence, heard.second)
    assert distinctness_figures(alike, FlatFaces(), distance, lambda line: None)[0].value == 0


def test_a_tone_that_follows_the_voice_is_found_and_one_that_does_not_is_not():
    random = np.random.default_rng(6)
    codes, seeded = random.standard_normal((104, 128)), random.uniform(0, 255, (104, 3))
    leaking = seeded + 200 * codes[:, :1]
    assert explained(codes, seeded)[0] < 0.05
    assert explained(codes, leaking)[0] > 0.2


def test_lost_packets_are_concealed_and_the_rest_arrives():
    voice = synthetic_voice(2.0)
    whole, holed = (lossy_opus(voice, 24, loss, seed=3) for loss in (0.0, 0.1))
    assert len(whole) == len(holed) == len(voice)
    changed = np.abs(whole - holed).reshape(-1, PACKET_SAMPLES).max(1) > 1e-4
    assert 0.05 < changed.mean() < 0.9
    with OpusCall(24) as call:
        heard = [call.decode(call.encode(block)) for block in voice.reshape(-1, PACKET_SAMPLES)[:30]]
        concealed = call.decode(None)
    assert np.sqrt((concealed**2).mean()) > 0.2 * np.sqrt((heard[-1] ** 2).mean())


def test_every_condition_keeps_the_length_of_a_piece():
    pieces = [synthetic_voice(1.5), synthetic_voice(2.0)]
    noise = np.random.default_rng(1).standard_normal(16_000).astype(np.float32)
    for condition in CONDITIONS.values():
        assert [len(p) for p in through(condition, pieces, noise)] == [len(p) for p in pieces]


def test_codes_are_read_from_the_cache_the_second_time_and_anew_for_another_sound(tmp_path):
    reader = VoiceReader(ROOT / 'models' / 'weights' / 'voice-encoder.onnx', tmp_path)
    voice = synthetic_voice(1.0)
    first = reader.encode([voice])
    reader.session = None
    again = reader.encode([voice])
    assert (again[0] == first[0]).all() and (again[1] == first[1]).all()
    with pytest.raises(AttributeError):
        reader.encode([0.5 * voice])


def test_the_encoder_abstains_on_silence_by_formula(tmp_path):
    reader = VoiceReader(ROOT / 'models' / 'weights' / 'voice-encoder.onnx', tmp_path)
    named = {figure.condition: figure for figure in abstention_figures(reader, np.zeros(0, np.float32), 0.25)}
    assert named['silence'].value == 1.0 and 'recorded noise' not in named


def test_goals_stand_beside_their_figures_met_or_missed():
    figures = [
        Figure(EER, 'clean', 'validate', 0.0404, 0.02, 0.06, 65),
        Figure(EER, 'G.711', 'validate', 0.051, 0.03, 0.07, 65),
        Figure(EER, 'clean', 'evaluate', 0.2, 0.1, 0.3, 39),
        Figure(ANSWERED, 'clean', 'validate', float('nan')),
    ]
    table = markdown(figures)
    assert '0.040 (0.020 to 0.060), n 65 | 0.200 (0.100 to 0.300), n 39 | ≤ 0.04: met' in table
    assert '≤ 0.05: **missed**' in table and '≥ 0.99: **missed**' in table
    entries = as_json(figures)
    assert [entry.get('met') for entry in entries] == [True, False, None, False]
    assert entries[3]['value'] is None and json.dumps(entries)


def test_the_page_says_when_weights_are_not_the_sealed_ones():
    about = {
        'weights': {'a.onnx': {'sha256': 'f' * 64, 'sealed': False}, 'b.onnx': {'sha256': 'e' * 64, 'sealed': True}},
        'contractVersion': 1,
        'speakers': {'validate': 65},
        'abstainBelow': 0.25,
        'population': '150 of 1500 people',
    }
    page = document([Figure(EER, 'clean', 'validate', 0.05, 0.04, 0.06, 65)], about, synthetic=False)
    assert '`a.onnx` ffffffffffff (**not** the sealed weights), `b.onnx` eeeeeeeeeeee;' in page
    assert 'Goals: 0 of 1 met' in page and 'espeak' not in page


def test_codes_of_the_image_are_matched_by_person_and_their_lack_leaves_the_row_out(tmp_path):
    file = tmp_path / 'codes.npz'
    np.savez(file, seed=np.array([1002, 1000]), code=np.stack([np.full(128, 2.0), np.zeros(128)]))
    assert image_codes(None, [1000]) is None
    assert image_codes(file, [1000, 1002])[:, 0].tolist() == [0.0, 2.0]
    with pytest.raises(SystemExit, match='1001'):
        image_codes(file, [1000, 1001])


def test_the_comparison_lays_a_row_per_source_and_a_column_per_person():
    tiles = [np.full((192, 192, 3), value, np.uint8) for value in (0, 120)]
    two, three = (lay_out({str(row): tiles for row in range(rows)}) for rows in (2, 3))
    assert two.width == three.width and three.height == 1.5 * two.height
    assert two.getpixel((100, 100)) == (0, 0, 0) and two.getpixel((300, 100)) == (120, 120, 120)


def test_agreement_is_whole_for_the_code_itself_and_gone_for_its_opposite():
    codes = np.random.default_rng(3).standard_normal((20, 128))
    probes = {'presentation': SIDES, 'ageYears': YEARS}
    assert agreement(codes, codes, probes) == {
        'presentation': 1.0, 'childOrAdult': 1.0, 'codeCosine': pytest.approx(1.0)
    }  # fmt: skip
    assert agreement(codes, -codes, probes)['presentation'] == 0


def test_a_heavy_man_gets_a_lower_voice_than_a_light_one_and_a_child_the_highest():
    people = [dict(sex=1, age=40, weight=0.9), dict(sex=1, age=40, weight=0.1), dict(sex=1, age=8, weight=0.5)]
    middles = []
    for person in people:
        spectrum = np.abs(np.fft.rfft(synthetic_voice_of(person, 0))) ** 2
        hertz = np.linspace(0, 8000, len(spectrum))
        middles.append((spectrum * hertz).sum() / spectrum.sum())
    assert middles[0] < middles[1] < middles[2]


def test_a_call_is_named_by_its_condition_its_voices_and_its_noise():
    pieces, noise = [synthetic_voice(1.0)], np.ones(100, np.float32)
    named = channel_digest('opus12', pieces, noise)
    assert channel_digest('opus12', [synthetic_voice(1.0)], noise) == named
    others = [('g711', pieces, noise), ('opus12', [0.5 * pieces[0]], noise), ('opus12', pieces, 2 * noise)]
    assert named not in {channel_digest(*other) for other in others}


def test_the_recogniser_sees_each_face_upright_in_its_crop():
    mesh = FaceMesh.load(load_config().mesh)
    marks = five_points(mesh, mesh.canonical)
    assert marks[0, 0] < marks[2, 0] < marks[1, 0] and marks[3, 0] < marks[2, 0] < marks[4, 0]
    assert marks[:2, 1].max() < marks[2, 1] < marks[3:, 1].min()
    # A picture that is red at the eyes' height and blue at the mouth's.
    picture = np.zeros((256, 256, 3), np.uint8)
    picture[: int(256 * marks[2, 1]), :, 0], picture[int(256 * marks[2, 1]) :, :, 2] = 255, 255
    seen = []
    codes = recognised(lambda crops: seen.append(crops) or np.ones((2, 130)), 128, [picture, picture], [marks, marks])
    assert codes.shape == (2, 128) and seen[0].shape == (2, 128, 128, 3)
    assert seen[0][0, 20, 64].tolist() == [255, 0, 0] and seen[0][0, 100, 64].tolist() == [0, 0, 255]
