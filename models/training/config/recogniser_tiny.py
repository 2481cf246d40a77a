"""The whole recogniser training on the smoke population, for continuous integration. Needs the tiny face training's
people, skins and codes; everything it writes stays in the cache folder.
"""

from face_config import CACHE

FOLDER = CACHE / 'face-tiny' / 'recogniser'
OVERRIDES = dict(
    face='tiny',
    folder=FOLDER,
    views=FOLDER / 'views',
    layers=None,
    weights=CACHE / 'face-tiny' / 'weights',
    collage_views=4,
    blended_people=60,
    blended_views=2,
    texture_size=48,
    channels=(8, 12, 16, 24),
    batch_people=12,
    steps=40,
    learning_rate=4e-3,
)
