"""The exported face decoder on people it never saw.  python models/evaluation/evaluate_face.py [--people 24] [--json
FILE] [--sheets FOLDER]

Composed: bald head on grey, 256 px, three skin tones in turn; PSNR and SSIM against the true skin on the true mesh.
Mesh: mean vertex error in % of the distance between the eyes. All from face-decoder.onnx as it is shipped (rounded
weights). --sheets also writes face-unseen.jpg (true above, decoded below), face-random.jpg (codes drawn from N(0,
I), then per presentation), face-expressions.jpg and face-between.jpg (from one unseen person to another).
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image

REPO = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(REPO / 'models' / 'training'), str(REPO / 'models' / 'evaluation')]

from skimage.metrics import structural_similarity  # noqa: E402

from align import FaceMesh, draw  # noqa: E402
from export_face import FILE_NAME, landmark_rows  # noqa: E402
from face_code import load_codes  # noqa: E402
from face_colour import compose, decode_diffuse, decode_highlight, linear, smoothstep  # noqa: E402
from face_config import EXPRESSIONS, load_config  # noqa: E402
from face_between import between_figures, between_sheet  # noqa: E402
from face_portrait import STYLES, Wardrobe, draw_portrait, expression_points  # noqa: E402
from face_shapes import eye_distance, mesh_errors, rest_and_deltas, rest_shapes  # noqa: E402
from prepare.population import Population  # noqa: E402

SIZE = 256
GREY = np.array([0.80, 0.84, 0.88])
TONES = [('#efcab4', 0.93), ('#be947b', 1.08), ('#5f3f30', 1.36)]
PEOPLE_BEFORE_MEAN = 200  # training people the mean texture is taken from


class Decoder:
    """The shipped file as a function."""

    def __init__(self, path: Path):
        self.session = onnxruntime.InferenceSession(str(path), providers=['CPUExecutionProvider'])

    def __call__(self, code: np.ndarray):
        """[128] -> skin [T, T, 5], rest [n, 3], deltas [16, n, 3]"""
        skin, rest, deltas = self.session.run(['skin', 'rest', 'deltas'], dict(code=code[None].astype(np.float32)))
        return skin[0].transpose(1, 2, 0), rest[0].astype(np.float64), deltas[0].astype(np.float64)


def bald_portrait(mesh: FaceMesh, skin: np.ndarray, points: np.ndarray, tone: str, lift: float) -> np.ndarray:
    s, _ = draw(mesh, skin, points, SIZE)
    alpha = smoothstep(0.08, 0.92, s[..., 4:5])
    return alpha * compose(decode_diffuse(s[..., :3]), decode_highlight(s[..., 3:4]), linear(tone), lift) + GREY * (
        1 - alpha
    )


def evaluate(config, decoder: Decoder, count: int) -> dict:
    mesh, population, codes = FaceMesh.load(config.mesh), Population(config), load_codes(config)
    rows = population.held_out[:count]
    rest, deltas = rest_and_deltas(population, mesh, population.held_out)
    distance = eye_distance(rest, mesh)
    mean = population.skins[population.train[:PEOPLE_BEFORE_MEAN]].astype(np.float32).mean(0) / 255
    scores, decoded_rest, decoded_deltas = {}, [], []

    def add(name, picture, truth):
        psnr = -10 * np.log10(((picture - truth) ** 2).mean())
        scores.setdefault(name, []).append((psnr, structural_similarity(picture, truth, channel_axis=2, data_range=1)))

    for i, row in enumerate(population.held_out):
        skin, points, offsets = decoder(codes['code'][row])
        decoded_rest.append(points[: mesh.known])
        decoded_deltas.append(offsets[:, : mesh.known])
        if i >= len(rows):
            continue
        tone, lift = TONES[i % len(TONES)]
        true_points, true_skin = (
            mesh.extend(rest[i, : mesh.known].astype(np.float64)),
            np.asarray(population.skins[row], np.float32) / 255,
        )
        truth = bald_portrait(mesh, true_skin, true_points, tone, lift)
        add('decoded skin, decoded mesh', bald_portrait(mesh, skin, points[: mesh.size], tone, lift), truth)
        add('decoded skin, true mesh', bald_portrait(mesh, skin, true_points, tone, lift), truth)
        add('mean skin, true mesh', bald_portrait(mesh, mean, true_points, tone, lift), truth)
    held = population.held_out
    errors = mesh_errors(
        np.stack(decoded_rest), np.stack(decoded_deltas), rest, deltas, distance, mesh.known
    )
    composed = {
        k: dict(psnr=round(float(np.mean([s[0] for s in v])), 2), ssim=round(float(np.mean([s[1] for s in v])), 4))
        for k, v in scores.items()
    }
    return dict(
        trainingPeople=len(population.train),
        heldOutPeople=len(held),
        composedPeople=len(rows),
        composed=composed,
        meshErrorPercent=round(errors['rest'], 3),
        deltaErrorPercent=round(errors['deltas'], 4),
        between=between_figures(mesh, decoder, codes['code'][held]),
    )


def save_sheet(rows: list, path: Path, quality: int = 88) -> None:
    Image.fromarray(np.vstack([np.hstack(r) for r in rows])).save(path, quality=quality)
    print(path, round(path.stat().st_size / 1e3), 'kB')


def random_codes(codes: dict, presentation: float | None, count: int, seed: int) -> np.ndarray:
    """N(0, I), or N(mean, covariance) of the population's clear women (0) or men (1)."""
    random = np.random.default_rng(seed)
    if presentation is None:
        return random.standard_normal((count, codes['code'].shape[1]))
    same = codes['code'][np.abs(codes['sex'] - presentation) < 0.3]
    return random.multivariate_normal(same.mean(0), np.cov(same.T), count)


def write_sheets(config, decoder: Decoder, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    mesh, population, codes, wardrobe = FaceMesh.load(config.mesh), Population(config), load_codes(config), Wardrobe()
    landmarks = landmark_rows(config, mesh)
    truth, decoded = [], []
    people = population.held_out[: len(STYLES)]
    for row, face, style in zip(people, rest_shapes(population, mesh, people), STYLES):
        true_points = np.vstack([mesh.extend(face[: mesh.known].astype(np.float64)), face[landmarks]])
        truth.append(
            draw_portrait(mesh, wardrobe, np.asarray(population.skins[row], np.float32) / 255, true_points, style)
        )
        skin, points, _ = decoder(codes['code'][row])
        decoded.append(draw_portrait(mesh, wardrobe, skin, points, style))
    save_sheet([truth, decoded], folder / 'face-unseen.jpg')

    rows = []
    for presentation, seed in ((None, 1), (None, 2), (0.0, 3), (1.0, 4)):
        faces = []
        for code, style in zip(random_codes(codes, presentation, len(STYLES), seed), STYLES):
            skin, points, _ = decoder(code)
            faces.append(draw_portrait(mesh, wardrobe, skin, points, style, 192))
        rows.append(faces)
    save_sheet(rows, folder / 'face-random.jpg', 85)

    rows = []
    poses = [
        {},
        dict(blink=0.5),
        dict(blink=1.0),
        dict(jawOpen=1.0),
        dict(aa=1.0),
        dict(ee=1.0),
        dict(oo=1.0),
        dict(oh=1.0),
        dict(fv=1.0),
        dict(mm=1.0),
        dict(smile=1.0),
        dict(browUp=1.0),
    ]
    for k, number in enumerate((1, 2, 4)):
        skin, points, offsets = decoder(codes['code'][population.held_out[number]])
        rows.append(
            [
                draw_portrait(
                    mesh, wardrobe, skin, expression_points(points, offsets, pose, EXPRESSIONS), STYLES[number], 160
                )
                for pose in poses
            ]
        )
    save_sheet(rows, folder / 'face-expressions.jpg', 85)

    held = codes['code'][population.held_out]
    save_sheet(between_sheet(mesh, wardrobe, decoder, held), folder / 'face-between.jpg', 85)


if __name__ == '__main__':
    parser = argparse.ArgumentParser(description='evaluate the exported face decoder on held-out people')
    parser.add_argument('--config', default='default')
    parser.add_argument('--model', default='', help='ONNX file (default: the weights folder)')
    parser.add_argument('--people', type=int, default=24, help='people for the composed figures')
    parser.add_argument('--json', default='', help='also write the figures here')
    parser.add_argument('--sheets', default='', help='also write contact sheets to this folder')
    arguments = parser.parse_args()
    settings = load_config(arguments.config)
    if not (settings.work / 'people.json').exists():
        parser.error(f'no people in {settings.work}: run models/training/train_face.py first (FACE.md)')
    model = Decoder(Path(arguments.model) if arguments.model else settings.weights / FILE_NAME)
    figures = evaluate(settings, model, arguments.people)
    print(json.dumps(figures, indent=1))
    if arguments.json:
        Path(arguments.json).write_text(json.dumps(figures, indent=1) + '\n')
    if arguments.sheets:
        write_sheets(settings, model, Path(arguments.sheets))
