"""Settings of the face side: where things lie, how large they are.

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
    code_side: int = 96  # px at which skins are compared to make codes
    code_people: int = 2000  # training people that span the population, at most
    rest_basis: int = 128
    delta_basis: int = 4
    broad: tuple = (48, 96)  # side in px and rank of the skin's colour
    detail: tuple = (192, 40)  # of its light and highlight
    outline: tuple = (96, 64)  # of the silhouette
    threads: int = 2
    size_limit_mb: float = 8.0
    extra: dict = field(default_factory=dict)


def load_config(name: str = 'default') -> FaceConfig:
    if name == 'default':
        return FaceConfig()
    overrides = importlib.import_module(f'config.face_{name}').OVERRIDES
    return replace(FaceConfig(name=name), **overrides)


def named_config_argument(description: str, load, prefix: str, extra: dict[str, tuple]):
    """--config NAME, read by `load` from config/PREFIX_NAME.py, plus `extra` arguments as name=(type, default, help)."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument('--config', default='default', help=f'name of config/{prefix}_<name>.py')
    for key, (kind, default, text) in extra.items():
        parser.add_argument(f'--{key}', type=kind, default=default, help=text)
    arguments = parser.parse_args()
    return load(arguments.config), arguments


def config_argument(description: str, **extra: tuple) -> tuple[FaceConfig, argparse.Namespace]:
    """Command line shared by the face decoder's scripts."""
    return named_config_argument(description, load_config, 'face', extra)
