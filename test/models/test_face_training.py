"""The whole face training on the smoke population: codes, probes, both heads, export, golden vectors."""

import json
from dataclasses import replace

import numpy as np
import onnx
import onnxruntime
import pytest

from export_face import FILE_NAME, export, int8_rows, network_outputs, round_weights, shipped_network
from face_code import PLACE_WEIGHT, damp_place, load_codes, make_codes, pca, ridge
from face_config import EXPRESSIONS, load_config
from linear_map import LinearMap, low_rank
from outline import REACH, SLOPE, outline_field
from prepare.population import Population, prepare, read_planes
from smoke_population import smoke_mesh, smoke_person, smoke_skin
from train_face import train_face
from train_face_geometry import load_geometry
from train_face_texture import load_skin


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
    )
    return config, train_face(config)


def test_every_person_is_prepared_once_and_preparing_again_adds_nobody(trained):
    config, _ = trained
    population = Population(config)
    assert len(population) == 160 and len(set(population.seeds)) == 160
    assert prepare(config) == 160
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
    assert codes['code'].shape == (160, config.code_length) and codes['code'].dtype == np.float32
    np.testing.assert_allclose(codes['code'][train].std(0), 1, atol=1e-3)
    np.testing.assert_allclose(codes['code'][train].mean(0), 0, atol=1e-3)


def test_codes_are_the_same_when_made_again(trained):
    config, _ = trained
    np.testing.assert_allclose(make_codes(config)['code'], load_codes(config)['code'], atol=1e-3)


def test_codes_put_what_shows_most_first(trained):
    config, _ = trained
    deviation = load_codes(config)['deviation']
    assert (np.diff(deviation) <= 1e-6).all() and deviation[0] > 10 * deviation[20]
    assert (deviation**2).mean() == pytest.approx(1, abs=1e-4)


def test_fewer_people_that_span_the_population_leave_the_distances_of_all_as_they_are(trained):
    config, _ = trained
    train = Population(config).train

    def distances(codes):
        shown = codes['code'] * codes['deviation']
        return np.linalg.norm(shown[train[:-1]] - shown[train[1:]], axis=1)

    fewer = make_codes(replace(config, code_people=60))
    assert np.corrcoef(distances(load_codes(config)), distances(fewer))[0, 1] > 0.98
    np.testing.assert_allclose(fewer['code'][train].std(0), 1, atol=1e-3)


def test_a_face_that_is_moved_or_larger_differs_less_than_one_of_other_shape():
    random = np.random.default_rng(1)
    mean = random.standard_normal((40, 3))
    other = mean.copy()
    other[3, 1] += 0.5
    moved, larger = mean + [0.3, -0.2, 0], mean + 0.1 * np.c_[mean[:, :2] - mean[:30, :2].mean(0), np.zeros(40)]
    damped = damp_place(np.stack([moved, larger, other]), mean, 30) - mean
    np.testing.assert_allclose(damped[0], PLACE_WEIGHT * (moved - mean), atol=1e-9)
    np.testing.assert_allclose(damped[1], PLACE_WEIGHT * (larger - mean), atol=1e-9)
    assert np.abs(damped[2]).sum() > 0.8 * 0.5


def test_style_does_not_show_in_the_skin_that_codes_are_made_of():
    mesh, person = smoke_mesh(), smoke_person(5)
    styled = person | dict(
        tone='#5f3f30', hair='afro', hairColor='#ffffff', beard='full', eyeTex='blue', cloth='x', browK=0.1
    )
    np.testing.assert_array_equal(smoke_skin(mesh, person, 48), smoke_skin(mesh, styled, 48))


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
    assert results['geometry']['decoded']['rest'] < 0.1 * results['geometry']['mean_face']['rest']
    assert results['geometry']['decoded']['deltas'] < results['geometry']['mean_face']['deltas']


def test_skin_of_people_it_never_saw_is_nearer_than_the_mean_skin(trained):
    _, results = trained
    assert results['skin']['decoded'] > results['skin']['mean_skin'] + 4


def test_a_face_between_two_faces_is_between_them_and_as_sharp_at_its_edge(trained):
    config, _ = trained
    session = onnxruntime.InferenceSession(str(config.weights / FILE_NAME), providers=['CPUExecutionProvider'])
    code = load_codes(config)['code'][Population(config).held_out[:2]]
    first, second, between = (
        session.run(['skin', 'rest'], dict(code=c[None])) for c in (code[0], code[1], code.mean(0))
    )
    np.testing.assert_allclose(between[1], (first[1] + second[1]) / 2, atol=1e-5)
    soft = [((s[0][0, 4] > 0.1) & (s[0][0, 4] < 0.9)).mean() for s in (first, second, between)]
    assert soft[2] < 1.3 * max(soft[:2])  # a mean of two pictures would be half transparent where only one has skin


def test_the_silhouette_comes_back_from_its_field():
    y, x = np.mgrid[0:64, 0:64]
    coverage = np.clip(0.5 + 20.3 - np.hypot(x - 31.4, y - 30.2), 0, 1)
    field = outline_field(coverage)
    assert field.max() <= REACH and field.min() >= -REACH
    assert np.abs(np.clip(0.5 + SLOPE * field, 0, 1) - coverage).max() < 0.25
    assert ((0.5 + SLOPE * field > 0.5) == (coverage > 0.5)).all()
    assert (outline_field(np.ones((8, 8))) == REACH).all() and (outline_field(np.zeros((8, 8))) == -REACH).all()


def test_a_linear_map_is_found_in_blocks_and_cut_to_its_rank():
    random = np.random.default_rng(0)
    code, mean = random.standard_normal((400, 6)), random.standard_normal(50)
    weights = random.standard_normal((6, 3)) @ random.standard_normal((3, 50))
    fit = LinearMap(6, 50)
    for rows in np.array_split(np.arange(400), 7):
        fit.add(code[rows], code[rows] @ weights + mean)
    found_mean, found = fit.solve(1e-9)
    np.testing.assert_allclose(found, weights, atol=1e-8)
    np.testing.assert_allclose(found_mean, mean, atol=1e-8)
    read, basis = low_rank(found, 3, random.uniform(0.1, 2, 50))
    np.testing.assert_allclose(read @ basis, weights, atol=1e-8)
    cut = [np.abs(weights - np.matmul(*low_rank(weights, rank))).max() for rank in (1, 2)]
    assert cut[0] > cut[1] > 1e-3


def test_export_agrees_with_pytorch_and_carries_its_contract(trained):
    config, results = trained
    assert max(results['export']['parity'].values()) < 1e-3 and results['export']['rounding']['skin'] < 6e-3
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
    name = 'skin.broad.basis'
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
        np.testing.assert_allclose(skin.ravel()[golden['texels']], read(f'skin{k}'), atol=1e-4)
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


def test_heads_are_loaded_with_the_codes_they_belong_to(trained):
    config, _ = trained
    deviation = load_codes(config)['deviation']
    for _, of_codes in (load_skin(config), load_geometry(config)):
        np.testing.assert_array_equal(of_codes.numpy(), deviation)
