"""The colour formula that page, rasteriser and training share."""

import numpy as np

from face_colour import compose, decode_diffuse, decode_highlight, encode_diffuse, linear, smoothstep, tonemap


def test_encoding_and_decoding_are_inverse():
    x = np.linspace(0, 3, 50)
    np.testing.assert_allclose(decode_diffuse(encode_diffuse(x)), x, atol=1e-9)
    assert decode_highlight(1.0) == 0.8 and decode_diffuse(2.0) == 3.0


def test_tonemap_is_monotone_bounded_and_keeps_grey_grey():
    grey = np.linspace(0, 6, 200)[:, None].repeat(3, 1)
    shown = tonemap(grey)
    assert (np.diff(shown[:, 0]) >= -1e-9).all() and shown.min() >= 0 and shown.max() <= 1
    np.testing.assert_allclose(shown[:, 0], shown[:, 2], atol=1e-6)


def test_a_darker_pigment_gives_a_darker_face_under_the_same_light():
    light = np.full((4, 4, 3), 0.7)
    pale, dark = (compose(light, 0.05, linear(c)).mean() for c in ('#efcab4', '#5f3f30'))
    assert pale > dark + 0.15


def test_linear_reads_srgb():
    np.testing.assert_allclose(linear('#ffffff'), 1)
    np.testing.assert_allclose(linear('#808080'), 0.2158605, atol=1e-6)
    assert smoothstep(0, 1, 0.5) == 0.5
