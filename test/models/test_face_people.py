"""What training reads of a rendered person besides the pictures."""

import numpy as np
from face_config import EXPRESSIONS
from glasses import BOX, GLASSES, draw_glasses
from prepare.population import pictured_points


def test_a_picture_with_half_shut_lids_is_aligned_where_the_lids_were():
    poses = np.zeros((1 + len(EXPRESSIONS), 3, 3))
    poses[0, :, 1] = [0.1, 0.2, 0.3]
    poses[1 + EXPRESSIONS.index('blink')] = poses[0] + [0, 0.02, 0]
    assert np.allclose(pictured_points(poses, {'lidsClosed': 0.5}) - poses[0], [0, 0.01, 0])
    assert np.array_equal(pictured_points(poses, {}), poses[0])


def test_glasses_are_clear_between_their_rims_and_open_to_both_sides_alike():
    picture = draw_glasses(GLASSES['square'])
    height, width, _ = picture.shape
    column = lambda x: round((x - BOX[0]) * width / (BOX[2] - BOX[0]))
    row = lambda y: round((y - BOX[1]) * height / (BOX[3] - BOX[1]))
    alpha = picture[..., 3] / 255
    assert alpha[row(0.2), column(-0.5)] < 0.3, 'an eye is seen through its lens'
    assert alpha[row(GLASSES['square'].drop - GLASSES['square'].height), column(0.515)] > 0.9, 'the rim is solid'
    assert alpha[0].max() == 0 and alpha[-1].max() < 0.05, 'nothing is cut off above and below'
    solid = alpha > 0.9
    assert (solid == solid[:, ::-1]).mean() > 0.999, 'but for the light on them, both sides are the same'
