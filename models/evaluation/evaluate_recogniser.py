"""The exported face recogniser on rendered views of people it never saw.
python models/evaluation/evaluate_recogniser.py [--model FILE] [--json FILE] [--people 24]

Verification: equal error rate of all pairs of views; views of one person differ in style, light, pose and expression at
once. Style: cross-validated R² (folds by person) of a ridge regression from the feature, per attribute. Code: how near
the true one it is, and what the shipped decoder draws from it. Intervals are 95 %, by drawing people.
"""

import argparse
import hashlib
import json
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime

REPO = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(REPO / 'models' / 'training'), str(REPO / 'models' / 'evaluation')]

from align import FaceMesh  # noqa: E402
from evaluate_face import TONES, Decoder, bald_portrait  # noqa: E402
from export_face import FILE_NAME as DECODER_NAME  # noqa: E402
from export_recogniser import FILE_NAME, fingerprint  # noqa: E402
from face_code import load_codes, ridge  # noqa: E402
from face_colour import LUMINANCE, linear  # noqa: E402
from face_crop import aligned_crop  # noqa: E402
from metrics import cosine_matrix, equal_error_rate, unit  # noqa: E402
from prepare.population import Population  # noqa: E402
from prepare.recogniser_views import read_views, rendered_seeds  # noqa: E402
from recogniser_config import RecogniserConfig, load_recogniser_config  # noqa: E402
from speaker_bootstrap import interval  # noqa: E402

FRONTAL_YAW = 0.35  # radians
SAME_SEX, SAME_AGE = 0.3, 10.0
FOLDS = 10
PENALTIES = (3.0, 30.0, 300.0, 3000.0)
RESAMPLES = 200
LONG_HAIR = ('bob', 'bangs', 'long', 'longside', 'longcurly', 'locs', 'shag')


@dataclass
class Seen:
    """Rows are views. `view` holds what the renderer was told."""

    feature: np.ndarray
    code: np.ndarray
    person: np.ndarray  # index into `seeds`
    seeds: list[int]
    view: list[dict]


def see(model: Path, config: RecogniserConfig) -> Seen:
    face = config.people
    session = onnxruntime.InferenceSession(str(model), providers=['CPUExecutionProvider'])
    if session.get_modelmeta().custom_metadata_map['codes'] != fingerprint(load_codes(face)['deviation']):
        raise SystemExit(f'{model} was trained with other codes than {face.codes}')
    seeds = [seed for seed in rendered_seeds(config) if face.first_seed <= seed < face.held_out_below]
    if not seeds:
        raise SystemExit(f'no views of held-out people in {config.views}: npm run population -- views')
    features, codes, person, views = [], [], [], []
    for number, seed in enumerate(seeds):
        seen = list(read_views(config.views, seed))
        crops = np.stack([aligned_crop(picture, marks) for picture, marks, _ in seen])
        planes = np.ascontiguousarray(crops.transpose(0, 3, 1, 2), np.float32) / 255
        code, feature = session.run(['code', 'feature'], dict(crop=planes))
        features.append(feature)
        codes.append(code)
        person += [number] * len(seen)
        views += [view for *_, view in seen]
    return Seen(np.concatenate(features), np.concatenate(codes), np.array(person), seeds, views)


def verification(seen: Seen, codes: dict) -> dict:
    """Equal error rates over all pairs of views, and over parts of them."""
    similarity = cosine_matrix(seen.feature, seen.feature)
    same = seen.person[:, None] == seen.person[None]
    upper = np.triu(np.ones_like(same), 1)
    row = {int(seed): i for i, seed in enumerate(codes['seed'])}
    at = [row[seed] for seed in seen.seeds]
    sex, age = codes['sex'][at][seen.person], codes['age'][at][seen.person]
    frontal = np.array([abs(v['pose']['yaw']) <= FRONTAL_YAW for v in seen.view])
    still = np.array([not v['expression'] for v in seen.view])
    alike = (abs(sex[:, None] - sex) < SAME_SEX) & (abs(age[:, None] - age) < SAME_AGE)
    parts = {
        'all pairs': upper,
        'both within 20 degrees of the front': upper & (frontal[:, None] & frontal),
        'one or both turned farther': upper & ~(frontal[:, None] & frontal),
        'both at rest': upper & (still[:, None] & still),
        'one or both with an expression': upper & ~(still[:, None] & still),
        'impostors of the same presentation and age': upper & (same | alike),
    }
    result = {}
    for name, part in parts.items():
        if not (part & same).any() or not (part & ~same).any():
            continue

        def measure(rows: np.ndarray) -> float:
            # A person drawn k times counts k times; two draws of one person are no impostors.
            weight = np.bincount(rows, minlength=len(seen.seeds))[seen.person]
            genuine = np.repeat(similarity[part & same], np.broadcast_to(weight[:, None], same.shape)[part & same])
            others = np.repeat(similarity[part & ~same], (weight[:, None] * weight)[part & ~same])
            return equal_error_rate(genuine, others) if len(genuine) and len(others) else float('nan')

        result[name] = dict(
            eer=equal_error_rate(similarity[part & same], similarity[part & ~same]),
            interval=interval(len(seen.seeds), measure, RESAMPLES),
            pairs=[int((part & same).sum()), int((part & ~same).sum())],
        )
    masked = np.where(np.eye(len(similarity), dtype=bool), -2, similarity)
    result['nearest other view is of the same person'] = float((seen.person[masked.argmax(1)] == seen.person).mean())
    return result


def lightness(colour: str) -> float:
    return float(linear(colour) @ LUMINANCE) ** (1 / 2.2)


def style_attributes(view: dict) -> dict[str, float]:
    style = view['style']
    return {
        'skin tone': style['toneT'],
        'skin undertone': float(np.log(linear(style['tone'])[0] / linear(style['tone'])[2])),
        'hair colour': lightness(style['hairColor']),
        'hair: long': float(style['hair'] in LONG_HAIR),
        'hair: none': float(style['hair'] in ('none', 'buzz')),
        'brow colour': lightness(style['browColor']),
        'brow thickness': style['brow'][0],
        'brow arch': style['brow'][1],
        'beard': float(bool(style['beard'])),
        'stubble': style['stubble'],
        'lashes': style['lashK'],
        'brown eyes': float(style['eyeTex'].startswith('brown')),
        'clothes colour': lightness(style['clothColor']),
        'background': lightness(style['bg'][0]),
    }


def condition_attributes(view: dict) -> dict[str, float]:
    return {
        'yaw': view['pose']['yaw'],
        'pitch': view['pose']['pitch'],
        'side of the light': view['light']['keyDirection'][0],
        'strength of the light': view['light']['keyColour'][1],
        'expression': float(sum(view['expression'].values())),
    }


def explained(inputs: np.ndarray, wanted: np.ndarray, person: np.ndarray) -> tuple[float, list[float]]:
    """Cross-validated R² and its interval; nobody is in the fold that judges and in those that fit."""
    fold = np.random.default_rng(2).permutation(person.max() + 1)[person] % FOLDS

    def errors(penalty: float) -> np.ndarray:
        squares = np.zeros(len(inputs))
        for k in range(FOLDS):
            held = fold == k
            if held.any():
                weights = ridge(inputs[~held], wanted[~held, None], penalty)
                squares[held] = ((np.c_[inputs[held], np.ones(held.sum())] @ weights)[:, 0] - wanted[held]) ** 2
        return squares

    squares = min((errors(penalty) for penalty in PENALTIES), key=np.sum)
    totals = (wanted - wanted.mean()) ** 2
    by_person = lambda values: np.bincount(person, values, person.max() + 1)
    lost, there = by_person(squares), by_person(totals)
    measure = lambda rows: float(1 - lost[rows].sum() / max(there[rows].sum(), 1e-12))
    return measure(np.arange(len(lost))), list(interval(len(lost), measure, RESAMPLES))


def leaks(seen: Seen) -> dict:
    standard = (seen.feature - seen.feature.mean(0)) / seen.feature.std(0)
    result = {}
    for kind, attributes in (('style', style_attributes), ('conditions', condition_attributes)):
        rows = [attributes(view) for view in seen.view]
        result[kind] = {}
        for name in rows[0]:
            wanted = np.array([row[name] for row in rows])
            if wanted.std() > 0:
                share, span = explained(standard, (wanted - wanted.mean()) / wanted.std(), seen.person)
                result[kind][name] = dict(r2=share, interval=span)
    result['largest of style'] = max(entry['r2'] for entry in result['style'].values())
    return result


def agreement(guess: np.ndarray, truth: np.ndarray, deviation: np.ndarray) -> dict:
    """In the decoder's weighting, in which distance is visible difference, and plainly."""
    a, b = guess * deviation, truth * deviation
    return dict(
        r2Weighted=float(1 - ((a - b) ** 2).sum() / (b**2).sum()),
        r2=float(1 - ((guess - truth) ** 2).sum() / (truth**2).sum()),
        cosineWeighted=float((unit(a) * unit(b)).sum(1).mean()),
        cosine=float((unit(guess) * unit(truth)).sum(1).mean()),
    )


def code_figures(seen: Seen, codes: dict, probes: dict) -> dict:
    row = {int(seed): i for i, seed in enumerate(codes['seed'])}
    at = np.array([row[seed] for seed in seen.seeds])
    truth, deviation = codes['code'][at], codes['deviation']
    several = np.stack([seen.code[seen.person == k].mean(0) for k in range(len(seen.seeds))])
    read = lambda code, probe: code @ np.array(probe['weights']) + probe['bias']
    sex, age = codes['sex'][at][seen.person], codes['age'][at][seen.person]
    clear = (sex < 0.3) | (sex > 0.7)
    years = np.clip(read(seen.code, probes['ageYears']), probes['ageYears']['min'], probes['ageYears']['max'])
    presentation = (read(seen.code, probes['presentation']) > 0) == (sex > 0.5)
    return dict(
        oneView=agreement(seen.code, truth[seen.person], deviation),
        allViewsOfAPerson=agreement(several, truth, deviation),
        presentationAccuracy=float(presentation[clear].mean()),
        ageMeanErrorYears=float(abs(years - age).mean()),
    )


def eye_distance(rest: np.ndarray, mesh: FaceMesh) -> float:
    left, right = (mesh.topology['raw_counts'][side] for side in ('eyeL', 'eyeR'))
    eyes = rest[mesh.known : mesh.known + left + right, :2]
    return float(np.linalg.norm(eyes[:left].mean(0) - eyes[left:].mean(0)))


def drawn(seen: Seen, config: RecogniserConfig, decoder: Decoder, people: int) -> dict:
    """The shipped decoder on codes of held-out people: true codes, from one view, from all views, the mean face."""
    face = config.people
    mesh, population, codes = FaceMesh.load(face.mesh), Population(face), load_codes(face)
    scores: dict[str, list] = {}
    for number, seed in enumerate(seen.seeds[:people]):
        row = int(np.where(population.seeds == seed)[0][0])
        tone, lift = TONES[number % len(TONES)]
        rest = mesh.shut_lips(np.array(population.geometry[row, 0], np.float64))
        points, between = mesh.extend(rest[: mesh.known]), eye_distance(rest, mesh)
        truth = bald_portrait(mesh, np.asarray(population.skins[row], np.float32) / 255, points, tone, lift)
        views = seen.code[seen.person == number]
        tried = {
            'true code': codes['code'][row],
            'one view': views[number % len(views)],
            'all views': views.mean(0),
            'mean face': np.zeros(face.code_length),
        }
        for name, code in tried.items():
            skin, decoded, _ = decoder(code)
            picture = bald_portrait(mesh, skin, decoded[: mesh.size], tone, lift)
            psnr = -10 * np.log10(((picture - truth) ** 2).mean())
            off = np.linalg.norm(decoded[: mesh.known, :2] - rest[: mesh.known, :2], axis=1).mean()
            scores.setdefault(name, []).append((psnr, 100 * off / between))
    return {
        name: dict(psnr=float(np.mean(v, 0)[0]), meshErrorPercent=float(np.mean(v, 0)[1])) for name, v in scores.items()
    }


def tidy(value):
    if isinstance(value, dict):
        return {key: tidy(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [tidy(item) for item in value]
    return round(value, 4) if isinstance(value, float) else value


def evaluate(model: Path, config: RecogniserConfig, people: int, decoder: Path | None) -> dict:
    seen, codes = see(model, config), load_codes(config.people)
    probes = json.loads((config.people.weights / 'probes.json').read_text())
    figures = dict(
        sha256=hashlib.sha256(model.read_bytes()).hexdigest(),
        people=len(seen.seeds),
        views=len(seen.view),
        verification=verification(seen, codes),
        explainedByFeature=leaks(seen),
        code=code_figures(seen, codes, probes),
    )
    if decoder:
        figures['drawn'] = drawn(seen, config, Decoder(decoder), people)
    return tidy(figures)


if __name__ == '__main__':
    parser = argparse.ArgumentParser(description='evaluate the exported face recogniser on unseen people')
    parser.add_argument('--config', default='default')
    parser.add_argument('--model', default='', help='ONNX file (default: the weights folder)')
    parser.add_argument('--people', type=int, default=24, help='people for the drawn portraits')
    parser.add_argument('--json', default='', help='also write the figures here')
    arguments = parser.parse_args()
    settings = load_recogniser_config(arguments.config)
    file = Path(arguments.model) if arguments.model else settings.weights / FILE_NAME
    result = evaluate(file, settings, arguments.people, settings.people.weights / DECODER_NAME)
    print(json.dumps(result, indent=1))
    if arguments.json:
        Path(arguments.json).write_text(json.dumps(result, indent=1) + '\n')
