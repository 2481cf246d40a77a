"""Faces on the way from one code to another: blur, double edges and folds are found."""

import numpy as np
import pytest

from face_between import between_figures, sharpness, soft_edge, turned
from smoke_population import smoke_mesh, smoke_person, smoke_skin

SIDE = 48


@pytest.fixture(scope='module')
def mesh():
    return smoke_mesh()


def skin_of(mesh, seed: int) -> np.ndarray:
    return smoke_skin(mesh, smoke_person(seed), SIDE)


def figures(mesh, skin_at, points_at) -> dict:
    """Two people, at the codes 0 and 1; `skin_at` and `points_at` say what is drawn at a code."""
    decoder = lambda code: (skin_at(float(code[0])), points_at(float(code[0])), None)
    return between_figures(mesh, decoder, np.array([[0.0], [1.0]]))


def test_the_same_face_all_the_way_is_as_sharp_and_unfolded(mesh):
    skin = skin_of(mesh, 3)
    found = figures(mesh, lambda _: skin, lambda _: mesh.canonical)
    assert found == dict(sharpness=1.0, lowestSharpness=1.0, edge=1.0, newFolds=0)


def test_a_blur_and_a_double_edge_on_the_way_are_found(mesh):
    sharp = skin_of(mesh, 3)
    blurred = sharp.copy()
    blurred[..., :3] = sharp[..., :3].mean((0, 1))
    blurred[..., 4] = np.where(np.arange(SIDE) % 2, 0.5, sharp[..., 4])
    found = figures(mesh, lambda t: sharp if t in (0.0, 1.0) else blurred, lambda _: mesh.canonical)
    assert found['sharpness'] < 0.2 and found['edge'] > 3
    assert sharpness(sharp) > 0 and soft_edge(sharp) > 0


def test_triangles_that_turn_over_on_the_way_are_counted_once_each_time(mesh):
    folded = mesh.canonical.copy()
    inner = int(np.bincount(mesh.triangles[(mesh.triangles < mesh.face).all(1)].ravel(), minlength=mesh.face).argmax())
    folded[inner] += [0.2, 0.2]
    count = int(turned(mesh, folded).sum())
    assert count > 0 and not turned(mesh, mesh.canonical).any()
    skin = skin_of(mesh, 3)
    halfway = figures(mesh, lambda _: skin, lambda t: folded if t == 0.5 else mesh.canonical)
    assert halfway['newFolds'] == count
    known = figures(mesh, lambda _: skin, lambda t: folded if t >= 0.5 else mesh.canonical)
    assert known['newFolds'] == 0  # an end is folded the same way: not the way's fault
