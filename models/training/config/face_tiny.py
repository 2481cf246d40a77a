"""The whole face training in about a minute, for continuous integration: a smoke population (smoke_population.py), tiny
networks. Everything it writes stays in the cache folder.
"""

from face_config import CACHE

FOLDER = CACHE / 'face-tiny'
OVERRIDES = dict(
    population='smoke',
    people=FOLDER / 'people',
    work=FOLDER / 'work',
    codes=FOLDER / 'codes.npz',
    mesh=FOLDER / 'face-mesh.npz',
    weights=FOLDER / 'weights',
    golden=FOLDER / 'golden',
    people_count=160,
    held_out_below=1030,
    image_size=96,
    texture_size=96,
    low_size=24,
    texture_basis=3,
    rest_basis=8,
    delta_basis=2,
    width=48,
    channels=(24, 16, 8),
    geometry_width=48,
    geometry_steps=300,
    texture_steps=200,
    threads=1,
    learning_rate=1.5e-2,
)
