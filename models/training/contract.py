"""models/contract.json: the one source of what both languages agree on."""

import json
from pathlib import Path

MODELS = Path(__file__).resolve().parents[1]


def read_contract(path: Path = MODELS / 'contract.json') -> dict:
    return json.loads(path.read_text())


def weights_folder() -> Path:
    return MODELS / 'weights'


def golden_folder() -> Path:
    return MODELS / 'golden'
