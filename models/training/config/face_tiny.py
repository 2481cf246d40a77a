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
    code_side=24,
    code_people=100,
    rest_basis=24,
    delta_basis=2,
    broad=(12, 24),
    detail=(48, 16),
    outline=(24, 12),
    threads=1,
)
