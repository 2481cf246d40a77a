"""Settings of the face recogniser. `load_recogniser_config('tiny')` reads config/recogniser_tiny.py (as face_config.py
does); the people, their skins and codes are those of the face configuration that `face` names."""

import argparse
import importlib
from dataclasses import dataclass, replace
from pathlib import Path

from face_config import CACHE, REPO, FaceConfig, load_config, named_config_argument


@dataclass
class RecogniserConfig:
    name: str = 'default'
    face: str | FaceConfig = 'default'  # the face configuration, or its name
    folder: Path = CACHE / 'recogniser'  # crops and checkpoint
    views: Path = CACHE / 'population' / 'views'  # rendered views: <seed>.bin and <seed>.json
    layers: Path | None = REPO / 'models' / 'layers'  # style layers for collages; None: painted ones (smoke mesh)
    weights: Path = REPO / 'models' / 'weights'  # where the export goes
    collage_views: int = 8  # of each person of the population
    blended_people: int = 1500  # made of two people each, for collages only
    blended_views: int = 4
    texture_size: int = 192  # px of the skins that collages are drawn from
    channels: tuple = (16, 32, 72, 128)  # after each halving of the side: 32, 16, 8, 4
    batch_people: int = 32  # two views of each
    rendered_share: float = 0.25  # of the people in a batch whose views are rendered ones
    fitting_every: int = 8  # every eighth person is kept from the network, for the maps that are fitted after it
    minutes: float = 45.0
    steps: int = 0  # > 0: stop by steps instead of minutes (tests)
    learning_rate: float = 2e-3
    margin: float = 0.25
    scale: float = 24.0
    threads: int = 1
    size_limit_mb: float = 4.0

    @property
    def people(self) -> FaceConfig:
        return self.face if isinstance(self.face, FaceConfig) else load_config(self.face)

    @property
    def checkpoint(self) -> Path:
        return self.folder / 'recogniser.pt'

    @property
    def finished(self) -> Path:
        return self.folder / 'finished.pt'


def load_recogniser_config(name: str = 'default') -> RecogniserConfig:
    if name == 'default':
        return RecogniserConfig()
    overrides = importlib.import_module(f'config.recogniser_{name}').OVERRIDES
    return replace(RecogniserConfig(name=name), **overrides)


def recogniser_argument(description: str, **extra: tuple) -> tuple[RecogniserConfig, argparse.Namespace]:
    """Command line shared by the recogniser's scripts."""
    return named_config_argument(description, load_recogniser_config, 'recogniser', extra)
