"""The whole face side, from people to a verified ONNX file.  python train_face.py [--config NAME] [--from STAGE]

Stages: population (smoke only: rendered people come from models/population), prepare, code, probes, geometry, skin,
export, golden.
"""

import json
import shutil
import time

import numpy as np

from export_face import FILE_NAME, export
from face_code import make_codes
from face_config import FaceConfig, config_argument
from make_golden_face import write_golden
from prepare.population import prepare
from probes import fit_probes
from smoke_population import make_smoke_population
from train_face_geometry import train_geometry
from train_face_texture import train_texture

STAGES = ['population', 'prepare', 'code', 'probes', 'geometry', 'skin', 'export', 'golden']


def run_stage(stage: str, config: FaceConfig) -> dict | None:
    if stage == 'population':
        if config.population == 'smoke':
            for folder in (config.people, config.work):
                shutil.rmtree(folder, ignore_errors=True)
            make_smoke_population(config)
    elif stage == 'prepare':
        count = prepare(config)
        if count == 0:
            raise SystemExit(f'no people in {config.people}: render them first (models/training/FACE.md)')
    elif stage == 'code':
        config.codes.parent.mkdir(parents=True, exist_ok=True)
        np.savez(config.codes, **make_codes(config))
    elif stage == 'probes':
        probes = fit_probes(config)
        config.weights.mkdir(parents=True, exist_ok=True)
        (config.weights / 'probes.json').write_text(json.dumps(probes) + '\n')
        return probes['heldOut']
    elif stage == 'geometry':
        return train_geometry(config)
    elif stage == 'skin':
        return train_texture(config)
    elif stage == 'export':
        return export(config, config.weights / FILE_NAME)
    elif stage == 'golden':
        return write_golden(config.weights / FILE_NAME, config.golden)
    return None


def train_face(config: FaceConfig, first: str = STAGES[0]) -> dict:
    results = {}
    for stage in STAGES[STAGES.index(first) :]:
        started = time.time()
        results[stage] = run_stage(stage, config)
        print(f'--- {stage}: {time.time() - started:.1f} s', flush=True)
    return results


if __name__ == '__main__':
    settings, arguments = config_argument('train the face decoder', **{'from': (str, STAGES[0], 'first stage to run')})
    train_face(settings, getattr(arguments, 'from'))
