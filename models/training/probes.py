"""Linear probes that read presentation, age and shape from a face code, fitted on the synthetic population.  python
probes.py [--config NAME] Writes models/weights/probes.json.

presentation = weights . code + bias: > 0 masculine, < 0 feminine, +-1 is where the typical man or woman of the
population lies. ageYears = clip(weights . code + bias, min, max). They describe how a *face* looks, nothing else:
the face code is the decoder's input, and the voice side is judged by what it makes of a voice.
"""

import json

import numpy as np

from align import FaceMesh
from face_code import load_codes, ridge
from face_config import FaceConfig, config_argument
from prepare.population import Population
from shape_probes import fit_shapes, judge_shapes, measure_shapes

# The population has people in between on purpose; classes for fitting and judging are the clear ones.
FEMININE_BELOW, MASCULINE_ABOVE = 0.3, 0.7
PRESENTATION_PENALTY, AGE_PENALTY = 20.0, 20.0
AGE_MIN, AGE_MAX = 8.0, 76.0
CHILD_BELOW = 17.0


def fit_presentation(code: np.ndarray, sex: np.ndarray) -> tuple[np.ndarray, float]:
    """Ridge onto -1 / +1 of the clear classes, then shifted and scaled so that the class means are exactly -1 and
    +1."""
    clear = (sex < FEMININE_BELOW) | (sex > MASCULINE_ABOVE)
    sign = np.where(sex[clear] > 0.5, 1.0, -1.0)
    solution = ridge(code[clear], sign[:, None], PRESENTATION_PENALTY)[:, 0]
    weights, bias = solution[:-1], solution[-1]
    score = code[clear] @ weights + bias
    low, high = score[sign < 0].mean(), score[sign > 0].mean()
    scale = 2 / (high - low)
    return weights * scale, float((bias - (high + low) / 2) * scale)


def fit_age(code: np.ndarray, age: np.ndarray) -> tuple[np.ndarray, float]:
    solution = ridge(code, age[:, None], AGE_PENALTY)[:, 0]
    return solution[:-1], float(solution[-1])


def judge(code, sex, age, presentation, years) -> dict:
    """Figures on people the probes never saw."""
    score, guess = code @ presentation[0] + presentation[1], np.clip(code @ years[0] + years[1], AGE_MIN, AGE_MAX)
    clear = (sex < FEMININE_BELOW) | (sex > MASCULINE_ABOVE)
    return dict(
        people=int(len(code)),
        clearPeople=int(clear.sum()),
        presentationAccuracy=round(float(((score > 0) == (sex > 0.5))[clear].mean()), 4),
        presentationCorrelation=round(float(np.corrcoef(score, sex)[0, 1]), 4),
        ageMeanErrorYears=round(float(np.abs(guess - age).mean()), 2),
        ageCorrelation=round(float(np.corrcoef(guess, age)[0, 1]), 4),
        childAccuracy=round(float(((guess < CHILD_BELOW) == (age < CHILD_BELOW)).mean()), 4),
    )


def fit_probes(config: FaceConfig) -> dict:
    codes = load_codes(config)
    code, sex, age = codes['code'].astype(np.float64), codes['sex'], codes['age']
    train, held_out = codes['seed'] >= config.held_out_below, codes['seed'] < config.held_out_below
    presentation, years = fit_presentation(code[train], sex[train]), fit_age(code[train], age[train])
    mesh = FaceMesh.load(config.mesh)
    measured = measure_shapes(Population(config).geometry[:, 0], mesh)
    shapes = fit_shapes(code, measured, train)
    tidy = lambda probe: dict(weights=[round(float(w), 6) for w in probe[0]], bias=round(probe[1], 6))
    return dict(
        version=1,
        presentation=tidy(presentation),
        ageYears=dict(**tidy(years), min=AGE_MIN, max=AGE_MAX),
        shape={name: tidy(probe) for name, probe in shapes.items()},
        heldOut=dict(
            **judge(code[held_out], sex[held_out], age[held_out], presentation, years),
            shapeCorrelation=judge_shapes(
                code[held_out], {name: value[held_out] for name, value in measured.items()}, shapes
            ),
        ),
    )


if __name__ == '__main__':
    settings, _ = config_argument('fit the probes')
    probes = fit_probes(settings)
    settings.weights.mkdir(parents=True, exist_ok=True)
    (settings.weights / 'probes.json').write_text(json.dumps(probes) + '\n')
    print(probes['heldOut'])
