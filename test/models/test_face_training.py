"""The whole face training on the smoke population: codes, probes, both heads, export, golden vectors."""

import json
from dataclasses import replace

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from export_face import FILE_NAME, export, int8_rows, network_outputs, round_weights, shipped_network
from face_code import load_codes, make_codes, pca, ridge
from face_config import EXPRESSIONS, load_config
from face_decoder import FaceSizes, SkinDecoder
from face_parameters import parameter_keys, raw_matrix, signed
from prepare.population import Population, prepare, read_planes
from smoke_population import smoke_person
from train_face import train_face
from train_face_geometry import load_geometry
from train_face_texture import load_skin, skin_loss, train_texture


@pytest.fixture(scope='module')
def trained(tmp_path_factory):
    """(config, results of every stage)"""
    folder = tmp_path_factory.mktemp('face')
    config = replace(
        load_config('tiny'),
        people=folder / 'people',
        work=folder / 'work',
        codes=folder / 'codes.npz',
        mesh=folder / 'mesh.npz',
        weights=folder / 'weights',
        golden=folder / 'golden',
        people_count=150,
        held_out_below=1030,
        geometry_steps=120,
        texture_steps=100,
    )
    return config, train_face(config)


def test_every_person_is_prepared_once_and_preparing_again_adds_nobody(trained):
    config, _ = trained
    population = Population(config)
    assert len(population) == 150 and len(set(population.seeds)) == 150
    assert prepare(config) == 150
    assert len(population.held_out) == 30 and not set(population.held_out) & set(population.train)


def test_a_broken_person_file_is_skipped_and_named(trained, tmp_path, capsys):
    config, _ = trained
    broken = replace(config, people=tmp_path / 'people', work=tmp_path / 'work', people_count=3)
    broken.people.mkdir()
    for seed in range(1000, 1003):
        content = (config.people / f'{seed}.bin').read_bytes()
        (broken.people / f'{seed}.bin').write_bytes(content[:-100] if seed == 1001 else content)
        (broken.people / f'{seed}.json').write_text((config.people / f'{seed}.json').read_text())
    assert prepare(broken) == 2
    assert 'skipped 1001' in capsys.readouterr().out


def test_codes_have_unit_variance_and_zero_mean_over_the_training_people(trained):
    config, _ = trained
    codes, train = load_codes(config), Population(config).train
    assert codes['code'].shape == (150, config.code_length) and codes['code'].dtype == np.float32
    np.testing.assert_allclose(codes['code'][train].std(0), 1, atol=1e-3)
    np.testing.assert_allclose(codes['code'][train].mean(0), 0, atol=1e-3)


def test_codes_are_the_same_when_made_again(trained):
    config, _ = trained
    np.testing.assert_allclose(make_codes(config)['code'], load_codes(config)['code'], atol=1e-3)


def test_style_is_not_in_the_parameters():
    person = smoke_person(5)
    keys = parameter_keys([person])
    styled = person | dict(
        tone='#5f3f30', hair='afro', hairColor='#ffffff', beard='full', eyeTex='blue', cloth='x', browK=0.1
    )
    np.testing.assert_array_equal(raw_matrix([person], keys), raw_matrix([styled], keys))


def test_opposite_morphs_become_one_signed_parameter():
    assert signed('nose/nose-hump-decr') == ('nose/nose-hump-incr', -1)
    assert signed('nose/nose-hump-incr') == ('nose/nose-hump-incr', 1)
    assert signed('scan/07') == ('scan/07', 1)


def test_probes_read_presentation_of_people_they_never_saw(trained):
    config, results = trained
    assert results['probes']['presentationAccuracy'] > 0.9
    probes, codes = json.loads((config.weights / 'probes.json').read_text()), load_codes(config)
    score = codes['code'] @ np.array(probes['presentation']['weights']) + probes['presentation']['bias']
    train = codes['seed'] >= config.held_out_below
    assert score[train & (codes['sex'] > 0.7)].mean() == pytest.approx(1, abs=0.05)
    assert score[train & (codes['sex'] < 0.3)].mean() == pytest.approx(-1, abs=0.05)


def test_geometry_beats_the_mean_face_by_far(trained):
    _, results = trained
    assert results['geometry']['trained']['rest'] < 0.5 * results['geometry']['mean_face']
    losses = results['geometry']['losses']
    assert np.mean(losses[-20:]) < np.mean(losses[:20])


def test_skin_training_helps_people_it_never_saw(trained):
    _, results = trained
    assert results['skin']['last'] > results['skin']['first'] + 0.02
    assert np.isfinite(results['skin']['losses']).all()


def test_skin_decoder_learns_a_batch_by_heart():
    torch.manual_seed(0)
    sizes = FaceSizes(texture_size=32, low_size=8, texture_basis=2, width=32, channels=(16, 8))
    net, code, weight = SkinDecoder(sizes), torch.randn(4, 128), torch.ones(1, 5, 32, 32)
    ramp = torch.linspace(0, 1, 32)
    wanted = torch.stack([0.5 + 0.4 * torch.sin(4 * ramp + k)[None, :, None] * ramp for k in range(4)]).expand(
        4, 5, 32, 32
    )
    optimiser, losses = torch.optim.AdamW(net.parameters(), 5e-3), []
    for _ in range(80):
        loss = skin_loss(net(code), wanted, weight)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < 0.4 * losses[0]


def test_training_resumes_from_its_checkpoint(trained, capsys):
    config, results = trained
    again = train_texture(replace(config, texture_steps=config.texture_steps + 2))
    assert again['steps'] == config.texture_steps + 2
    assert f'resumed at step {config.texture_steps}' in capsys.readouterr().out
    # Put the checkpoint's weights back into step with the exported file for the tests below.
    export(config, config.weights / FILE_NAME)


def test_export_agrees_with_pytorch_and_carries_its_contract(trained):
    config, results = trained
    assert max(results['export']['parity']) < 1e-3 and results['export']['rounding'][0] < 6e-3
    session = onnxruntime.InferenceSession(str(config.weights / FILE_NAME), providers=['CPUExecutionProvider'])
    points = int(session.get_modelmeta().custom_metadata_map['vertexCount']) + 20
    shapes = {o.name: o.shape for o in session.get_outputs()}
    assert shapes == dict(
        skin=[1, 5, config.texture_size, config.texture_size], rest=[1, points, 3], deltas=[1, 16, points, 3]
    )
    assert [i.type for i in session.get_inputs()] == ['tensor(float)'] and {o.type for o in session.get_outputs()} == {
        'tensor(float)'
    }
    assert session.get_modelmeta().custom_metadata_map['expressions'].split(',') == EXPRESSIONS


def test_exported_skin_stays_in_range_for_extreme_codes(trained):
    config, _ = trained
    session = onnxruntime.InferenceSession(str(config.weights / FILE_NAME), providers=['CPUExecutionProvider'])
    skin, rest, deltas = session.run(None, dict(code=np.full((1, config.code_length), 4, np.float32)))
    assert 0 <= skin.min() and skin.max() <= 1 and np.isfinite(rest).all() and np.isfinite(deltas).all()


def test_export_refuses_and_writes_nothing_when_the_file_grows_too_large(trained, tmp_path):
    config, _ = trained
    with pytest.raises(SystemExit, match='size in MB'):
        export(replace(config, size_limit_mb=0.001), tmp_path / 'face.onnx')
    assert list(tmp_path.iterdir()) == []


def test_export_refuses_heads_that_were_trained_with_other_codes(trained, tmp_path):
    config, _ = trained
    codes = load_codes(config)
    np.savez(tmp_path / 'codes.npz', **codes | {'deviation': codes['deviation'] * 1.01})
    with pytest.raises(SystemExit, match='other codes'):
        export(replace(config, codes=tmp_path / 'codes.npz'), tmp_path / 'face.onnx')
    assert not (tmp_path / 'face.onnx').exists()


def test_rounding_is_what_the_file_stores(trained):
    config, _ = trained
    rounded = round_weights(shipped_network(config))
    file = onnx.load(config.weights / FILE_NAME)
    stored = {t.name: onnx.numpy_helper.to_array(t) for t in file.graph.initializer}
    name = 'skin.basis'
    basis = rounded.state_dict()[name].numpy()
    restored = stored[f'{name}_int8'].astype(np.float32) * stored[f'{name}_scale']
    np.testing.assert_allclose(restored.reshape(basis.shape), basis, rtol=1e-6)
    code = np.random.default_rng(4).standard_normal((1, config.code_length)).astype(np.float32)
    session = onnxruntime.InferenceSession(str(config.weights / FILE_NAME), providers=['CPUExecutionProvider'])
    for ours, theirs in zip(
        network_outputs(rounded, code)[0], session.run(['skin', 'rest', 'deltas'], dict(code=code))
    ):
        np.testing.assert_allclose(ours, theirs, atol=1e-4)


def test_golden_vectors_repeat(trained):
    config, _ = trained
    golden = json.loads((config.golden / 'face-golden.json').read_text())
    numbers = np.frombuffer((config.golden / 'face-golden.bin').read_bytes(), '<f4')
    read = lambda name: numbers[golden['arrays'][name]['offset'] :][
        : int(np.prod(golden['arrays'][name]['shape']))
    ].reshape(golden['arrays'][name]['shape'])
    session = onnxruntime.InferenceSession(str(config.weights / FILE_NAME), providers=['CPUExecutionProvider'])
    assert not read('code0').any()
    for k in range(golden['codes']):
        skin, rest, deltas = session.run(['skin', 'rest', 'deltas'], dict(code=read(f'code{k}')[None].copy()))
        assert (
            np.abs(skin.ravel()[golden['texels']] - read(f'skin{k}')).max() < 0.02
        )  # the checkpoint moved two steps on
        np.testing.assert_allclose(rest[0, :: golden['restStep']], read(f'rest{k}'), atol=1e-4)
    np.testing.assert_allclose(
        session.run(['deltas'], dict(code=read('code0')[None].copy()))[0][0, :, :: golden['deltaStep']],
        read('deltas0'),
        atol=1e-4,
    )


def test_people_are_read_top_row_first():
    size = 2
    content = bytes(range(size * size * 4))
    (plane,) = read_planes(content, size, 1)
    assert plane[0, 0, 0] == 8 and plane[1, 0, 0] == 0


def test_pca_and_ridge_recover_a_linear_world():
    random = np.random.default_rng(0)
    x = random.standard_normal((200, 5))
    world = random.standard_normal((5, 30))
    mean, basis, values, total = pca(x @ world, 5)
    assert values.sum() == pytest.approx(total, rel=1e-6)
    np.testing.assert_allclose(basis @ basis.T, np.eye(5), atol=1e-6)
    weights = ridge(x, (x @ world - mean) @ basis.T, 1e-6)
    np.testing.assert_allclose(np.c_[x, np.ones(200)] @ weights @ basis + mean, x @ world, atol=1e-4)
    q, scale = int8_rows(basis)
    assert q.dtype == np.int8 and np.abs((q * scale).reshape(basis.shape) - basis).max() <= scale.max() / 2 + 1e-7


def test_loaded_networks_are_the_averaged_ones(trained):
    config, _ = trained
    saved = torch.load(config.work / 'skin.pt', weights_only=False)
    np.testing.assert_array_equal(
        load_skin(config).state_dict()['start.weight'].numpy(), saved['average']['start.weight'].numpy()
    )
    assert load_geometry(config).rest_count == config.rest_basis
