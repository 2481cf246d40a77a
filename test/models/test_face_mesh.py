"""The shared mesh: valid, shut where it must be shut, and loose vertices that follow."""

import numpy as np
import pytest

from align import Aligner, FaceMesh, draw, rasterise
from face_config import LANDMARK_GROUPS, FaceConfig
from smoke_population import smoke_mesh
from triangulation import border_points, edges_of, hexagonal_points, loop_edges, signed_areas, triangulate


@pytest.fixture(scope='module', params=['shipped', 'smoke'])
def mesh(request) -> FaceMesh:
    return FaceMesh.load(FaceConfig().mesh) if request.param == 'shipped' else smoke_mesh()


def test_triangles_fill_the_frame_once(mesh):
    areas = signed_areas(mesh.canonical, mesh.triangles)
    holes = 0.0
    for ring in mesh.topology['lids'].values():
        loop = np.array([ring['corners'][0], *ring['upper'], ring['corners'][1], *ring['lower'][::-1]])
        x, y = mesh.canonical[loop].T
        holes += abs(0.5 * np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y))
    assert -areas.sum() + holes == pytest.approx(1, abs=1e-3)
    # Overturned triangles are allowed only as specks where skin folds under itself (lip line, nostrils).
    assert areas.max() < 2e-6


def test_every_vertex_is_used_and_in_range(mesh):
    assert set(np.unique(mesh.triangles)) == set(range(mesh.size))
    assert mesh.known == len(mesh.base_ids) and mesh.follow.shape == (mesh.size - mesh.known, mesh.known)
    assert mesh.uv.min() >= -1e-6 and mesh.uv.max() <= 1 + 1e-6


def test_follow_weights_are_averages_so_a_shifted_head_shifts_the_grid(mesh):
    np.testing.assert_allclose(mesh.follow.sum(1), 1, atol=1e-9)
    known = np.c_[mesh.canonical, mesh.depth][: mesh.known] + [0.05, -0.02, 0.01]
    moved = mesh.extend(known)
    np.testing.assert_allclose(moved, np.c_[mesh.canonical, mesh.depth] + [0.05, -0.02, 0.01], atol=1e-6)
    delta = np.random.default_rng(0).standard_normal((mesh.known, 3))
    rest = np.c_[mesh.canonical, mesh.depth][: mesh.known]
    np.testing.assert_allclose(mesh.extend(rest + delta) - mesh.extend(rest), mesh.extend_delta(delta), atol=1e-9)


def test_lips_are_shut_in_the_canonical_layout_and_lids_are_open(mesh):
    middle = lambda chain: mesh.canonical[chain[len(chain) // 2], 1]
    assert abs(middle(mesh.topology['mouth']['upper']) - middle(mesh.topology['mouth']['lower'])) < 2e-3
    for lid in mesh.topology['lids'].values():
        assert middle(lid['lower']) - middle(lid['upper']) > 4e-3


def test_the_left_eye_of_the_person_is_on_the_right_of_the_picture(mesh):
    lids = mesh.topology['lids']
    assert mesh.canonical[lids['left']['upper'], 0].mean() > 0.5 > mesh.canonical[lids['right']['upper'], 0].mean()


def test_a_saved_mesh_loads_the_same(mesh, tmp_path):
    mesh.save(tmp_path / 'mesh.npz')
    again = FaceMesh.load(tmp_path / 'mesh.npz')
    np.testing.assert_allclose(again.canonical, mesh.canonical, atol=1e-6)
    assert (again.triangles == mesh.triangles).all() and again.topology == mesh.topology


def test_a_texture_survives_the_way_to_a_picture_and_back(mesh):
    side = 96
    y, x = np.mgrid[0:side, 0:side] / side
    texture = np.dstack([0.5 + 0.4 * np.sin(6 * x), 0.5 + 0.4 * np.cos(5 * y)]).astype(np.float32)
    points = np.c_[mesh.canonical, mesh.depth]
    picture, covered = draw(mesh, texture, points, 256)
    back = Aligner(mesh, side).texture(picture, points)
    inside = (rasterise(mesh.uv * side, mesh.triangles, side, side)[0] >= 0)[4:-4, 4:-4]
    assert np.abs(back - texture)[4:-4, 4:-4][inside].mean() < 0.02
    assert covered.mean() > 0.98


def test_landmarks_are_the_outermost_points_of_each_part(mesh):
    raw = np.random.default_rng(3).random((mesh.raw_count, 3))
    ids, start = mesh.landmark_ids(raw), 0
    for group in LANDMARK_GROUPS:
        part = raw[start : start + mesh.topology['raw_counts'][group]]
        left, right, top, bottom = ids[group]
        assert raw[left, 0] == part[:, 0].min() and raw[right, 0] == part[:, 0].max()
        assert raw[top, 1] == part[:, 1].min() and raw[bottom, 1] == part[:, 1].max()
        start += len(part)


def test_triangulation_keeps_outline_edges_by_dropping_loose_points():
    border, hole = border_points(6), np.array([[0.4, 0.4], [0.6, 0.4], [0.6, 0.6], [0.4, 0.6]])
    solid = np.vstack([border, hole])
    loose = np.vstack([hexagonal_points(0.1, solid, 0.05), [[0.5, 0.401]]])  # the last one sits on a hole's edge
    points = np.vstack([solid, loose])
    removable = np.arange(len(points)) >= len(solid)
    outline, ring = list(range(len(border))), list(range(len(border), len(solid)))
    triangles, kept = triangulate(points, removable, outline, [ring])
    assert not kept[-1] and kept[: len(solid)].all()
    assert {frozenset(e) for e in loop_edges(ring)} <= edges_of(triangles)
    assert -signed_areas(points, triangles).sum() == pytest.approx(1 - 0.04, abs=1e-9)


def test_triangulation_refuses_a_fixed_point_on_an_outline():
    corners = [[0, 0], [1, 0], [1, 1], [0, 1]]
    points = np.array([*corners, [0.4, 0.4], [0.6, 0.4], [0.6, 0.6], [0.4, 0.6], [0.5, 0.4]])
    with pytest.raises(ValueError, match='outline edges'):
        triangulate(points, np.zeros(9, bool), [0, 1, 2, 3], [[4, 5, 6, 7]])
