"""Shape probes measure what they are named after, on the shipped mesh."""

import numpy as np
import pytest

from align import FaceMesh
from face_config import load_config
from shape_probes import fit_shapes, judge_shapes, marks, measure_shapes


@pytest.fixture(scope='module')
def mesh():
    return FaceMesh.load(load_config().mesh)


def head(mesh: FaceMesh, width: float = 1.0, length: float = 1.0, nose: float = 1.0) -> np.ndarray:
    """[1, known, 3]: the mean head, stretched."""
    points = np.c_[mesh.canonical, mesh.depth][: mesh.known].copy()
    left, right = marks(mesh)['noseWidth']
    middle = points[[left, right], :2].mean(0)
    near = np.linalg.norm(points[:, :2] - middle, axis=1) < 0.08
    points[:, 0] = 0.5 + width * (points[:, 0] - 0.5)
    points[:, 1] = 0.5 + length * (points[:, 1] - 0.5)
    points[near, 0] = 0.5 + nose * (points[near, 0] - 0.5)
    return points[None]


def test_marks_lie_on_both_sides_of_the_face_and_the_chin_below_the_eyes(mesh):
    found = marks(mesh)
    for name in ('faceWidth', 'noseWidth'):
        left, right = (mesh.canonical[vertex] for vertex in found[name])
        assert left[0] < 0.5 < right[0] and abs(left[1] - right[1]) < 0.02
    eyes, chin = (mesh.canonical[vertex] for vertex in found['faceLength'])
    assert chin[1] > eyes[1] + 0.2
    cheeks, wings = (mesh.canonical[list(found[name])][:, 0] for name in ('faceWidth', 'noseWidth'))
    assert np.ptp(wings) < 0.5 * np.ptp(cheeks)


def test_a_stretch_is_measured_by_its_own_name(mesh):
    plain = {name: value[0] for name, value in measure_shapes(head(mesh), mesh).items()}
    wide = {name: value[0] for name, value in measure_shapes(head(mesh, width=1.2), mesh).items()}
    long = {name: value[0] for name, value in measure_shapes(head(mesh, length=1.2), mesh).items()}
    nosy = {name: value[0] for name, value in measure_shapes(head(mesh, nose=1.3), mesh).items()}
    assert wide['faceWidth'] == pytest.approx(1.2 * plain['faceWidth'], rel=1e-3)
    assert long['faceLength'] == pytest.approx(1.2 * plain['faceLength'], rel=1e-3)
    assert nosy['noseWidth'] == pytest.approx(1.3 * plain['noseWidth'], rel=1e-3)
    assert nosy['faceWidth'] == plain['faceWidth']
    assert wide['faceLength'] == pytest.approx(plain['faceLength'], rel=1e-3)


def test_shapes_are_read_in_deviations_from_codes_that_hold_them():
    random = np.random.default_rng(0)
    code, train = random.standard_normal((400, 128)), np.arange(400) >= 100
    measured = {'faceWidth': 0.4 + 0.03 * code[:, 2] + 0.003 * random.standard_normal(400)}
    probes = fit_shapes(code, measured, train)
    weights, bias = probes['faceWidth']
    assert np.abs(code[~train] @ weights + bias - code[~train, 2]).mean() < 0.2
    assert judge_shapes(code[~train], {'faceWidth': measured['faceWidth'][~train]}, probes)['faceWidth'] > 0.97
