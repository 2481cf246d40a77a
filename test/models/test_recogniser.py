"""The face recogniser on the smoke population: collages, rendered views, training, export, evaluation."""

import io
import json
from dataclasses import replace

import numpy as np
import onnxruntime
import pytest
import torch
from PIL import Image

from align import FaceMesh
from collage_style import CollageWardrobe, sample_style, sample_turn
from evaluate_recogniser import agreement, evaluate, explained
from export_recogniser import FILE_NAME, export_recogniser
from face_collage import Collage, turned
from face_code import make_codes
from face_config import load_config
from face_crop import CROP_SIZE, TEMPLATE
from finish_recogniser import load_recogniser, rendered_nuisance
from linear_erasure import erasure, reliabilities
from prepare.population import prepare
from prepare.recogniser_views import (
    Sitters,
    align_rendered,
    draw_collages,
    drawn_in_collages,
    order_of_views,
    read_views,
)
from probes import fit_probes
from recogniser import SMALL_SIDE
from recogniser_config import load_recogniser_config
from smoke_population import make_smoke_population
from train_recogniser import Batch, Batches, Crops, RecogniserLoss, spoil, train_recogniser

STYLE = dict(
    toneT=0.3, tone='#d5a88d', hairColor='#48301f', hair='bob', browColor='#33231b', brow=[0.03, 0.05, 0, 0.46],
    beard='', stubble=0.1, lashK=0.5, eyeTex='brown', clothColor='#3f6288', bg=['#e4edf5', '#b7cbe0'],
)  # fmt: skip


@pytest.fixture(scope='module')
def config(tmp_path_factory):
    """Configuration with people, skins, codes and probes, and rendered views of some of them."""
    folder = tmp_path_factory.mktemp('recogniser')
    face = replace(
        load_config('tiny'), people=folder / 'people', work=folder / 'work', codes=folder / 'codes.npz',
        mesh=folder / 'mesh.npz', weights=folder / 'weights', people_count=60, held_out_below=1012, texture_size=48,
    )  # fmt: skip
    make_smoke_population(face)
    prepare(face)
    np.savez(face.codes, **make_codes(face))
    face.weights.mkdir()
    (face.weights / 'probes.json').write_text(json.dumps(fit_probes(face)))
    settings = replace(
        load_recogniser_config('tiny'), face=face, folder=folder / 'crops', views=folder / 'views',
        weights=folder / 'weights', blended_people=10, collage_views=4, blended_views=2, batch_people=8, steps=30,
    )  # fmt: skip
    settings.folder.mkdir()
    write_views(settings, [*range(1000, 1012), 1020, 1021])
    return settings


def collage_of(config) -> tuple[Collage, Sitters]:
    sitters, mesh = Sitters(config), FaceMesh.load(config.people.mesh)
    wardrobe = CollageWardrobe(config.layers, config.texture_size)
    return Collage(mesh, wardrobe, sitters.mean_geometry[0, mesh.known :]), sitters


def write_views(config, seeds: list[int], views: int = 3) -> None:
    """Files as `npm run population -- views` writes them, drawn as collages in the upper left of larger pictures."""
    collage, sitters = collage_of(config)
    population, random = sitters.population, np.random.default_rng(9)
    config.views.mkdir(exist_ok=True)
    for seed in seeds:
        row = int(np.where(population.seeds == seed)[0][0])
        skin, described, content = np.round(sitters.shrunk(row)).astype(np.uint8), [], b''
        for _ in range(views):
            style, turn = sample_style(random, collage.wardrobe), sample_turn(random)
            crop = collage.draw(collage.dress(skin, style), np.array(population.geometry[row]), turn, style, random)
            file = io.BytesIO()
            Image.fromarray(np.pad(crop, ((0, 32), (0, 32), (0, 0)))).save(file, 'JPEG', quality=95)
            described.append(
                dict(
                    offset=len(content), bytes=len(file.getvalue()), landmarks=(TEMPLATE * 128 / 160).ravel().tolist(),
                    pose=dict(yaw=turn.yaw, pitch=turn.pitch), expression=dict(aa=float(turn.expression.max())),
                    light=dict(keyDirection=turn.light.tolist(), keyColour=turn.light_colour.tolist()),
                    style=STYLE | dict(toneT=style.tone_depth),
                )
            )  # fmt: skip
            content += file.getvalue()
        (config.views / f'{seed}.bin').write_bytes(content)
        (config.views / f'{seed}.json').write_text(json.dumps(dict(size=160, person=dict(seed=seed), views=described)))


@pytest.fixture(scope='module')
def trained(config):
    sitters = Sitters(config)
    draw_collages(config, sitters)
    align_rendered(config, sitters)
    results = train_recogniser(config)
    return config, results, export_recogniser(config, config.weights / FILE_NAME)


def test_a_collage_changes_with_the_style_and_not_otherwise(config):
    collage, sitters = collage_of(config)
    skin, geometry, _ = sitters.get(0)
    first, second = (sample_style(np.random.default_rng(seed), collage.wardrobe) for seed in (1, 2))
    turn = sample_turn(np.random.default_rng(3))
    draw = lambda style: collage.draw(collage.dress(skin, style), geometry, turn, style, np.random.default_rng(4))
    assert draw(first).shape == (CROP_SIZE, CROP_SIZE, 3)
    np.testing.assert_array_equal(draw(first), draw(first))
    assert np.abs(draw(first).astype(int) - draw(second)).mean() > 10


def test_light_from_the_left_brightens_the_left_of_the_picture(config):
    collage, sitters = collage_of(config)
    skin, geometry, _ = sitters.get(0)
    style = sample_style(np.random.default_rng(1), collage.wardrobe)
    turn = replace(sample_turn(np.random.default_rng(3)), yaw=0.0, pitch=0.0, light_colour=np.ones(3))
    sides = []
    for x in (-0.8, 0.8):
        lit = replace(turn, light=np.array([x, 0.2, 0.56]))
        face = collage.draw(collage.dress(skin, style), geometry, lit, style, np.random.default_rng(4))[50:110]
        sides.append(float(face[:, 30:64].mean()) - float(face[:, 64:98].mean()))
    assert sides[0] > sides[1] + 10


def test_a_camera_on_the_persons_left_sees_the_nose_to_the_left_of_the_eyes():
    nose_and_eye = np.array([[0.5, 0.6, 0.4], [0.5, 0.5, 0.3]])
    nose, eye = turned(nose_and_eye, 0.4, 0.0)
    assert nose[0] < eye[0] < 0.5
    up, _ = turned(nose_and_eye, 0.0, 0.2)
    assert up[1] > 0.6


def test_blended_people_come_from_training_people_alone_and_spread_as_they_do(config):
    sitters = Sitters(replace(config, blended_people=400))
    assert set(np.concatenate(sitters.pairs)) <= set(sitters.train)
    blended = np.stack([0.8 * sitters.code[a] + 0.6 * sitters.code[b] for a, b in sitters.pairs])
    np.testing.assert_allclose(sitters.get(len(sitters.train))[2], blended[0], atol=1e-6)
    assert np.median(blended.std(0)) == pytest.approx(1, abs=0.15)


def test_everybody_is_drawn_once_before_anybody_is_drawn_again(config):
    sitters = Sitters(config)
    order = order_of_views(config, sitters)
    assert [n for n, _ in order[: len(sitters)]] == list(range(len(sitters)))
    assert len(order) * 2 == 4 * len(sitters.train) + 2 * config.blended_people


def test_collages_that_were_cut_off_go_on_where_they_stopped(trained, tmp_path):
    config, *_ = trained
    again = replace(config, folder=tmp_path)
    whole = np.load(config.folder / 'collages.npy')
    table = dict(np.load(config.folder / 'collages.npz'))
    np.save(tmp_path / 'collages.npy', np.concatenate([whole[:100], np.zeros_like(whole[100:])]))
    np.savez(tmp_path / 'collages.npz', **{key: values[:100] for key, values in table.items()})
    assert draw_collages(again, Sitters(again)) == len(whole)
    np.testing.assert_array_equal(np.load(tmp_path / 'collages.npy'), whole)
    np.testing.assert_array_equal(np.load(tmp_path / 'collages.npz')['person'], table['person'])


def test_rendered_views_of_held_out_people_are_never_trained_on(trained):
    config, *_ = trained
    table = np.load(config.folder / 'rendered.npz')
    assert sorted(set(table['seed'].tolist())) == [1020, 1021] and len(table['seed']) == 2 * 3 * 2
    sitters = Sitters(config)
    row = int(np.where(sitters.population.seeds == 1020)[0][0])
    np.testing.assert_allclose(table['code'][0], sitters.code[row], atol=1e-6)


def test_some_people_and_all_blends_of_them_are_kept_from_the_network(config):
    sitters = Sitters(config)
    kept = [n for n in range(len(sitters)) if sitters.for_fitting(n, 8)]
    assert [n for n in kept if n < len(sitters.train)] == list(range(0, len(sitters.train), 8))
    rows = {int(sitters.train[n]) for n in kept if n < len(sitters.train)}
    for number, pair in enumerate(sitters.pairs, len(sitters.train)):
        assert (number in kept) == bool(rows & set(pair.tolist()))


def test_what_was_drawn_in_a_collage_is_known_afterwards(trained):
    config, *_ = trained
    collage, sitters = collage_of(config)
    known = drawn_in_collages(config, sitters, collage.wardrobe)
    crops = np.load(config.folder / 'collages.npy')
    assert known.shape[0] == len(crops) and np.isfinite(known).all()
    cheeks = crops[:, 70:84, 40:88].mean((1, 2, 3))
    assert np.corrcoef(cheeks, known[:, 0])[0, 1] < -0.6


def test_nuisances_of_rendered_views_come_in_the_order_of_the_crops(trained):
    config, *_ = trained
    seeds = np.load(config.folder / 'rendered.npz')['seed']
    nuisance = rendered_nuisance(config, seeds)
    views = [view for seed in (1020, 1021) for *_, view in read_views(config.views, seed)]
    np.testing.assert_allclose(nuisance[::2, 0], [view['style']['toneT'] for view in views])
    np.testing.assert_array_equal(nuisance[0::2], nuisance[1::2])


def test_erasure_takes_the_style_out_and_leaves_the_person(config):
    random = np.random.default_rng(4)
    person = np.repeat(np.arange(300), 6)
    identity, tone = random.standard_normal((300, 12))[person], random.standard_normal(len(person))
    features = identity + 0.3 * random.standard_normal(identity.shape)
    features[:, 2] += 0.8 * tone
    features[:, 5] -= 0.5 * tone
    clean = (features - features.mean(0)) @ erasure(features, [(features, tone[:, None], person)]).T
    assert explained(features, tone, person)[0] > 0.3
    assert explained(clean, tone, person)[0] < 0.01
    for k in set(range(12)) - {2, 5}:
        assert np.corrcoef(clean[:, k], identity[:, k])[0, 1] > 0.9
    chance = random.standard_normal(len(person))
    np.testing.assert_allclose(erasure(features, [(features, chance[:, None], person)]), np.eye(12))


def test_numbers_that_are_guessed_badly_are_relied_on_less():
    random = np.random.default_rng(4)
    truth = random.standard_normal((500, 3))
    guess = np.c_[truth[:, 0], truth[:, 1] + random.standard_normal(500), random.standard_normal(500)]
    slope = reliabilities(guess, truth)
    assert slope[0] == pytest.approx(1) and slope[1] == pytest.approx(0.5, abs=0.1) and slope[2] < 0.1


def test_a_rendered_view_is_aligned_to_the_template(trained):
    config, *_ = trained
    picture, landmarks, _ = next(read_views(config.views, 1020))
    np.testing.assert_allclose(landmarks, TEMPLATE * 128, atol=1e-3)
    rendered = np.load(config.folder / 'rendered.npy')[0].astype(int)
    assert np.abs(rendered - picture[:128, :128]).mean() < 25


def test_a_batch_holds_two_views_of_each_person_of_both_kinds(trained):
    config, *_ = trained
    kinds = [Crops.load(config, kind) for kind in ('collages', 'rendered')]
    batch = Batches(replace(config, rendered_share=0.25), kinds, seed=1).make()
    assert batch.crops.shape == (16, 3, SMALL_SIDE, SMALL_SIDE)
    assert (batch.person[0::2] == batch.person[1::2]).all() and len(set(batch.person.tolist())) == 8
    assert set(batch.person[:4].tolist()) == set(kinds[1].people.tolist())


def test_spoiled_crops_stay_in_range_and_differ_from_the_clean_ones():
    clean = torch.full((6, 3, CROP_SIZE, CROP_SIZE), 0.5)
    spoiled = spoil(clean.clone(), np.random.default_rng(2))
    assert 0 <= spoiled.min() and spoiled.max() <= 1
    assert (spoiled - clean).abs().mean((1, 2, 3)).min() > 1e-3


def test_the_loss_is_lower_for_the_right_people_and_for_visible_parts_of_the_code(config):
    torch.manual_seed(0)
    deviation = np.r_[np.full(64, 3.0), np.full(64, 0.1)].astype(np.float32)
    codes = np.random.default_rng(0).standard_normal((4, 128)).astype(np.float32)
    loss, person, emphasis = RecogniserLoss(config, codes, deviation), torch.tensor([0, 0, 1, 1]), torch.zeros(128)
    code = loss.codes[person]
    batch = Batch(torch.zeros(4, 3, SMALL_SIDE, SMALL_SIDE), person, code)
    wrong = loss.codes[3 - person]
    assert loss(code, code, emphasis, batch, 0.2)[0] < loss(wrong, code, emphasis, batch, 0.2)[0]
    visible, hidden = code.clone(), code.clone()
    visible[:, 0], hidden[:, 127] = code[:, 0] + 1, code[:, 127] + 1
    of = lambda guess: loss(code, guess, emphasis, batch, 0.2)[1]['code']
    assert of(visible) > 100 * of(hidden) > 0


def test_training_learns_and_resumes_from_its_checkpoint(trained, capsys):
    config, results, _ = trained
    assert results['steps'] == 30 and np.isfinite(results['history'][-1]['total'])
    again = train_recogniser(replace(config, steps=90))
    assert 'resumed at step 30' in capsys.readouterr().out
    assert again['steps'] == 90 and again['history'][-1]['total'] < results['history'][0]['total']
    export_recogniser(config, config.weights / FILE_NAME)


def test_the_exported_file_agrees_with_pytorch_for_any_number_of_crops(trained):
    config, _, figures = trained
    assert figures['parity'] < 1e-3 and figures['megabytes'] < config.size_limit_mb
    session = onnxruntime.InferenceSession(str(config.weights / FILE_NAME), providers=['CPUExecutionProvider'])
    assert [o.name for o in session.get_outputs()] == ['code', 'feature']
    assert session.get_modelmeta().custom_metadata_map['cropSize'] == '128'
    crops = np.random.default_rng(1).random((3, 3, CROP_SIZE, CROP_SIZE)).astype(np.float32)
    code, feature = session.run(None, dict(crop=crops))
    assert code.shape == feature.shape == (3, 128)
    with torch.no_grad():
        ours = load_recogniser(config)(torch.tensor(crops))
    np.testing.assert_allclose(feature, ours[0].numpy(), atol=0.02)
    np.testing.assert_allclose(code, ours[1].numpy(), atol=0.02)
    np.testing.assert_allclose(session.run(['code'], dict(crop=crops[:1]))[0], code[:1], atol=1e-4)


def test_export_refuses_and_writes_nothing_when_the_file_grows_too_large(trained, tmp_path):
    config, *_ = trained
    with pytest.raises(SystemExit, match='refused'):
        export_recogniser(replace(config, size_limit_mb=0.001), tmp_path / 'recogniser.onnx')
    assert list(tmp_path.iterdir()) == []


def test_evaluation_reports_on_held_out_people_alone(trained):
    config, *_ = trained
    figures = evaluate(config.weights / FILE_NAME, config, 0, None)
    assert figures['people'] == 12 and figures['views'] == 36
    every = figures['verification']['all pairs']
    assert every['pairs'] == [12 * 3, 36 * 35 // 2 - 36] and 0 <= every['eer'] <= 1
    low, high = every['interval']
    assert low <= every['eer'] <= high
    assert figures['explainedByFeature']['style']['skin tone']['r2'] < 1
    assert figures['code']['oneView']['cosine'] <= 1


def test_a_feature_that_carries_the_style_is_found_out():
    random = np.random.default_rng(0)
    person, tone = np.repeat(np.arange(40), 5), random.standard_normal(200)
    feature = random.standard_normal((200, 16))
    assert explained(feature, tone, person)[0] < 0.05
    feature[:, 3] += tone
    share, (low, high) = explained(feature, tone, person)
    assert 0.2 < low < share < high


def test_agreement_counts_a_code_by_what_is_seen_of_it():
    truth = np.random.default_rng(0).standard_normal((50, 4))
    deviation = np.array([10.0, 1, 1, 1])
    guess = truth.copy()
    guess[:, 0] = 0
    assert agreement(guess, truth, deviation)['r2Weighted'] < 0.2 < 0.6 < agreement(guess, truth, deviation)['r2']
    assert agreement(truth, truth, deviation) == pytest.approx(dict(r2Weighted=1, r2=1, cosineWeighted=1, cosine=1))
