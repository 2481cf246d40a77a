"""Does the shown skin tone depend on the voice? Portraits are drawn by the product's own code (Node), styles come from
seeds as in the product, and the colour of the cheeks is regressed on the face code.
"""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np

from contract import MODELS
from evaluation_table import TONE, Figure
from face_code import ridge
from speaker_bootstrap import interval
from voice_reading import file_digest, folder_digest, pieces_digest

FOLDS = 10
PENALTIES = (10.0, 100.0, 1000.0)
PROGRAM = MODELS / 'evaluation' / 'src' / 'cheek-colours.main.ts'


def cheek_colours(decoder: Path, codes: np.ndarray, seeds: list[str], cache: Path) -> np.ndarray:
    """[n, 3] mean displayed colour 0..255 of the cheeks of each code's portrait in its seed's style."""
    name = pieces_digest([*codes, np.frombuffer(' '.join(seeds).encode(), np.uint8)])
    drawn_by = folder_digest(MODELS / 'runtime' / 'src', MODELS / 'layers', PROGRAM.parent)
    file = cache / f'{file_digest(decoder)[:12]}-{drawn_by[:12]}' / f'{name[:24]}.json'
    if not file.exists():
        request = json.dumps({'decoder': str(decoder.resolve()), 'codes': codes.tolist(), 'seeds': seeds})
        command = ['node', '--conditions=timbre-source', str(PROGRAM)]
        answer = subprocess.run(command, input=request, capture_output=True, text=True, check=False)
        if answer.returncode != 0:
            raise RuntimeError(f'{PROGRAM.name} failed (npm run evaluate brings the Node it needs): {answer.stderr}')
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(answer.stdout)
    return np.array(json.loads(file.read_text()))


def held_out_errors(inputs: np.ndarray, outputs: np.ndarray, penalty: float) -> np.ndarray:
    """Squared errors [n] of a ridge regression on folds it was not fitted on, summed over the outputs."""
    fold = np.random.default_rng(2).permutation(len(inputs)) % FOLDS
    errors = np.zeros(len(inputs))
    for k in range(FOLDS):
        held = fold == k
        if not held.any():
            continue
        weights = ridge(inputs[~held], outputs[~held], penalty)
        guess = np.c_[inputs[held], np.ones(held.sum())] @ weights
        errors[held] = ((guess - outputs[held]) ** 2).sum(1)
    return errors


def explained(inputs: np.ndarray, outputs: np.ndarray) -> tuple[float, float, float]:
    """Cross-validated R² and its interval, at the penalty that finds most: at most 0 where nothing is to be found."""
    totals = ((outputs - outputs.mean(0)) ** 2).sum(1)
    errors = min((held_out_errors(inputs, outputs, penalty) for penalty in PENALTIES), key=np.sum)

    def measure(rows: np.ndarray) -> float:
        return float(1 - errors[rows].sum() / totals[rows].sum())

    return measure(np.arange(len(inputs))), *interval(len(inputs), measure)


def tone_figures(
    decoder: Path, codes: np.ndarray, names: list[str], cache: Path, say: Callable[[str], None]
) -> list[Figure]:
    """`codes` [n, 128] of voices, one a speaker; `names` seed their styles, as a participant's id does in a call."""
    say(f'{len(codes)} portraits, each in its own style')
    own = cheek_colours(decoder, codes, names, cache)
    say(f'{len(codes)} portraits in one style')
    same = cheek_colours(decoder, codes, ['one style for all'] * len(codes), cache)
    count = len(codes)

    def ratio(rows: np.ndarray) -> float:
        return float(np.sqrt(same[rows].var(0).sum() / own[rows].var(0).sum()))

    return [
        Figure(TONE, 'style from seed', 'both', *explained(codes, own), count),
        Figure(
            'spread of shown skin colour between voices in one style, over that between styles',
            'cheeks', 'both', ratio(np.arange(count)), *interval(count, ratio), count,
        ),
    ]  # fmt: skip
