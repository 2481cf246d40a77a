"""Settings of the face side: where things lie, how large they are, how long training takes.

`FaceConfig()` is the shipped generation. A file config/face_<name>.py overrides fields (`OVERRIDES = dict(...)`),
nanoGPT style: `load_config('tiny')` reads config/face_tiny.py.
"""

import argparse
import importlib
import os
from dataclasses import dataclass, field, replace
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
CACHE = Path(os.environ.get('TIMBRE_CACHE', Path.home() / '.cache' / 'timbre'))

# Order of the expression deltas everywhere: person files, network output, puppet-mesh.json.
EXPRESSIONS = [
    'blink',
    'jawOpen',
    'aa',
    'ee',
    'oo',
    'oh',
    'fv',
    'mm',
    'SS',
    'TH',
    'CH',
    'E',
    'smile',
    'browUp',
    'browDown',
    'squint',
]
# Parts that lie below the skin; each is placed by four of its vertices (left, right, top, bottom in the picture).
LANDMARK_GROUPS = ['eyeL', 'eyeR', 'teethU', 'teethD', 'tongue']
LANDMARK_POINTS = ['left', 'right', 'top', 'bottom']


@dataclass
class FaceConfig:
    name: str = 'default'
    population: str = 'rendered'  # 'rendered' (person files of models/population) or 'smoke' (numpy ellipsoids, for CI)
    assets: Path = REPO.parent / 'shared' / 'faces'  # CC0 face pack; only mesh.py needs it
    people: Path = CACHE / 'population' / 'people'  # <seed>.bin and <seed>.json
    layers: Path = CACHE / 'population' / 'layers'  # raw style layers: <name>.bin and list.json
    work: Path = CACHE / 'face'  # prepared arrays, checkpoints
    codes: Path = CACHE / 'population' / 'codes.npz'  # also read by the voice side
    mesh: Path = REPO / 'models' / 'training' / 'mesh' / 'face-mesh.npz'
    weights: Path = REPO / 'models' / 'weights'  # where export and probes write
    golden: Path = REPO / 'models' / 'golden' / 'face'
    first_seed: int = 1000
    people_count: int = 1500
    held_out_below: int = 1060  # seeds below are never trained on
    image_size: int = 448  # px of a person's render
    code_length: int = 128
    texture_size: int = 384  # T: px of the aligned skin
    low_size: int = 96  # px at which the texture's PCA basis lives
    texture_basis: int = 48
    rest_basis: int = 48
    delta_basis: int = 4
    width: int = 192  # hidden units of the texture MLP
    channels: tuple = (
        80,
        80,
        56,
        36,
        24,
        12,
    )  # of the conv blocks; each doubles the side, a pixel shuffle doubles it last
    geometry_width: int = 160
    geometry_steps: int = 1200
    texture_minutes: float = 18.0
    texture_steps: int = 0  # > 0: stop by steps instead of minutes (tests)
    batch: int = 8
    learning_rate: float = 1.2e-3
    threads: int = 2
    size_limit_mb: float = 8.0
    extra: dict = field(default_factory=dict)

    @property
    def start_size(self) -> int:
        """Side of the first conv block: T / 2^blocks."""
        return self.texture_size >> len(self.channels)


def load_config(name: str = 'default') -> FaceConfig:
    if name == 'default':
        return FaceConfig()
    overrides = importlib.import_module(f'config.face_{name}').OVERRIDES
    return replace(FaceConfig(name=name), **overrides)


def config_argument(description: str, **extra: tuple) -> tuple[FaceConfig, argparse.Namespace]:
    """Command line shared by the scripts: --config NAME plus `extra` arguments as name=(type, default, help)."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument('--config', default='default', help='name of config/face_<name>.py')
    for key, (kind, default, text) in extra.items():
        parser.add_argument(f'--{key}', type=kind, default=default, help=text)
    arguments = parser.parse_args()
    return load_config(arguments.config), arguments
