"""A person's identity parameters -> one raw vector. Style (tone, hair, brows, beard, clothes, eye colour) is left out
on purpose: what is not in the vector can't get into the face code.
"""

import numpy as np

# Skin textures a person may have (fine relief only: the tone is divided out).
SKINS = ['yf1', 'yf2', 'yf3', 'ym1', 'ym2', 'ym3', 'mf1', 'mf2', 'mm1', 'mm2', 'of1', 'of2', 'om1']
OPPOSITES = [
    ('decr', 'incr'),
    ('in', 'out'),
    ('down', 'up'),
    ('backward', 'forward'),
    ('concave', 'convex'),
    ('compress', 'uncompress'),
]
REST_POSE = [
    'arkit/mouthSmileLeft',
    'arkit/browInnerUp',
    'eye-left-opened-up',
    'eyebrows-left-inner-up',
    'eyebrows-left-up',
]


def signed(name: str) -> tuple[str, int]:
    """'nose/nose-hump-decr' -> ('nose/nose-hump-incr', -1): two one-sided morphs become one signed parameter."""
    for low, high in OPPOSITES:
        if name.endswith('-' + low):
            return name[: -len(low)] + high, -1
        if name.endswith('-' + high):
            return name, 1
    return name, 1


def parameter_keys(people: list[dict]) -> list[str]:
    """Signed shape parameters that occur in the population (right-hand twins of left-hand ones are dropped)."""
    return sorted({signed(name)[0] for person in people for name in person['detail'] if '/r-' not in name})


def raw_vector(person: dict, keys: list[str]) -> list[float]:
    detail = {}
    for name, value in person['detail'].items():
        key, sign = signed(name)
        detail[key] = detail.get(key, 0) + sign * value
    eth, age = person['eth'], person['age']
    total = eth['c'] + eth['a'] + eth['f']
    return (
        [detail.get(k, 0) for k in keys]
        + [person['sex'], age / 50, max(0, 17 - age) / 8, max(0, age - 50) / 20, person['weight'], person['muscle']]
        + [eth[k] / total for k in 'caf']
        + [person[k] for k in ('blush', 'lipK', 'detK', 'lines')]
        + [int(person['lipColor'][i : i + 2], 16) / 255 for i in (1, 3, 5)]
        + [person['rest'].get(k, 0) for k in REST_POSE]
        + [float(person['skin'] == s) for s in SKINS]
    )


def raw_matrix(people: list[dict], keys: list[str] | None = None) -> np.ndarray:
    """[n, parameters]"""
    keys = keys or parameter_keys(people)
    return np.array([raw_vector(p, keys) for p in people])
