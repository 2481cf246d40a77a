"""The paper's comparison figure: original, from the image, from the voice, for people of the synthetic population.

    npm run train -- models/evaluation/comparison_figure.py --out docs/sheets/comparison.jpg [--image-codes codes.npz]

Original: the person's true skin on the true mesh. From the image: the decoder's face of the code that the recogniser
reads from the original (models/weights/face-recogniser.onnx or `--recogniser`; or any other source by `--image-codes`,
arrays `seed` [n] and `code` [n, 128]); without either the row is left out. From the voice: a voice is synthesised for
each person (espeak-ng; presentation, child or adult and build choose pitch and vocal tract) and goes through the
shipped voice encoder. Nothing else ties that voice to that face: only those traits can agree, and the figures printed
say how far they do. All three faces of a person wear the same style, which is no part of any code.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from scipy import signal

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / 'training'), str(Path(__file__).resolve().parent)]

from align import FaceMesh  # noqa: E402
from audio import MAX_SAMPLES  # noqa: E402
from contract import read_contract, weights_folder  # noqa: E402
from evaluate_face import TONES, Decoder, bald_portrait  # noqa: E402
from export_face import landmark_rows  # noqa: E402
from face_code import load_codes  # noqa: E402
from face_config import FaceConfig, load_config  # noqa: E402
from face_crop import aligned_crop  # noqa: E402
from face_portrait import STYLES, Wardrobe, draw_portrait  # noqa: E402
from prepare.population import Population  # noqa: E402
from prepare.speech import SENTENCES, drop_pauses  # noqa: E402
from voice_pieces import half_seconds  # noqa: E402
from voice_reading import Probe, VoiceReader  # noqa: E402
from voice_variants import change_speed  # noqa: E402
from wild.recogniser_file import load_recogniser  # noqa: E402

CHILD_BELOW_YEARS = 13
DRAWN, SIZE, MARGIN, LABEL = 256, 192, 8, 30  # px; drawn larger than shown, for the recogniser
VARIANTS = {'masculine': ('m1', 'm3', 'm7'), 'feminine': ('f1', 'f2', 'f4')}


def synthetic_voice_of(person: dict, number: int) -> np.ndarray:
    """Voiced 16 kHz PCM of up to 6 s. Heavier people speak lower, children through a shorter vocal tract."""
    side = 'masculine' if person['sex'] > 0.5 else 'feminine'
    child = person['age'] < CHILD_BELOW_YEARS
    variant = VARIANTS['feminine' if child else side][number % 3]
    pitch = 70 if child else round(60 - 40 * person['weight'])
    command = ['espeak-ng', '-v', f'en+{variant}', '-p', str(pitch), '-s', '150', '--stdout', ' '.join(SENTENCES)]
    wav = subprocess.run(command, capture_output=True, check=True).stdout
    # espeak-ng streams a WAV header with an unknown length: read the samples behind its 44 bytes.
    pcm = np.frombuffer(wav[44 : 44 + (len(wav) - 44) // 2 * 2], '<i2').astype(np.float32) / 32768
    pcm = signal.resample_poly(pcm, 320, 441).astype(np.float32)
    factor = 1.22 if child else 1.06 - 0.12 * person['weight']
    return drop_pauses(change_speed(pcm, factor))[:MAX_SAMPLES]


def five_points(mesh: FaceMesh, points: np.ndarray) -> np.ndarray:
    """points [nv, 2+] -> eyes, tip of the nose, corners of the mouth [5, 2], as face_crop.py orders them."""
    lids, corners = mesh.topology['lids'], points[mesh.topology['mouth']['corners'], :2]
    eyes = np.stack([points[lids[side]['corners'], :2].mean(0) for side in ('left', 'right')])
    tip = points[mesh.depth[: mesh.face].argmax(), :2]
    return np.vstack([eyes[eyes[:, 0].argsort()], tip, corners[corners[:, 0].argsort()]])


def recognised(recognise: Callable, code_length: int, pictures: list, marks: list) -> np.ndarray:
    """Codes [n, code_length] of pictures u8 [side, side, 3] whose five points are given in frame units."""
    crops = [aligned_crop(picture, points * picture.shape[0]) for picture, points in zip(pictures, marks)]
    return recognise(np.stack(crops))[:, :code_length].astype(np.float64)


def image_codes(path: Path | None, seeds: list[int]) -> np.ndarray | None:
    """Codes [n, 128] of the people with these seeds, from the file of a recogniser; None without a file."""
    if path is None:
        return None
    with np.load(path) as arrays:
        known = {int(seed): code for seed, code in zip(arrays['seed'], arrays['code'])}
    missing = [seed for seed in seeds if seed not in known]
    if missing:
        raise SystemExit(f'{path} lacks the people {missing}')
    return np.stack([known[seed] for seed in seeds]).astype(np.float64)


class Portraits:
    """Draws people in the styles of their places; bald where the mesh is not the one that hair was made for."""

    def __init__(self, config: FaceConfig):
        self.mesh = FaceMesh.load(config.mesh)
        self.wardrobe = Wardrobe() if config.population == 'rendered' else None

    def draw(self, skin: np.ndarray, points: np.ndarray, place: int) -> np.ndarray:
        """[DRAWN, DRAWN, 3] u8"""
        if self.wardrobe:
            return draw_portrait(self.mesh, self.wardrobe, skin, points, STYLES[place % len(STYLES)], DRAWN)
        picture = bald_portrait(self.mesh, skin, points[: self.mesh.size], *TONES[place % len(TONES)])
        return (picture.clip(0, 1) * 255).astype(np.uint8)


def lay_out(rows: dict[str, list[np.ndarray]]) -> Image.Image:
    """A labelled row per source, a column per person."""
    columns = max(len(row) for row in rows.values())
    step = SIZE + MARGIN
    sheet = Image.new('RGB', (MARGIN + columns * step, len(rows) * (step + LABEL)), '#f4f5f7')
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(16)
    for r, (name, pictures) in enumerate(rows.items()):
        top = r * (step + LABEL)
        pen.text((MARGIN, top + 6), name, fill='#2b323c', font=font)
        for c, picture in enumerate(pictures):
            small = Image.fromarray(picture).resize((SIZE, SIZE), Image.Resampling.LANCZOS)
            sheet.paste(small, (MARGIN + c * step, top + LABEL))
    return sheet


def agreement(true: np.ndarray, found: np.ndarray, probes: dict[str, Probe]) -> dict:
    """How far found codes resemble the people's own: presentation, child or adult, cosine around the mean face."""
    read = {name: (probe.read(true), probe.read(found)) for name, probe in probes.items()}
    side, years = read['presentation'], read['ageYears']
    cosine = (true * found).sum(1) / (np.linalg.norm(true, axis=1) * np.linalg.norm(found, axis=1))
    return {
        'presentation': float(((side[0] > 0) == (side[1] > 0)).mean()),
        'childOrAdult': float(((years[0] < CHILD_BELOW_YEARS) == (years[1] < CHILD_BELOW_YEARS)).mean()),
        'codeCosine': float(cosine.mean()),
    }


def compare(arguments: argparse.Namespace) -> tuple[Image.Image, dict]:
    config, contract = load_config(arguments.config), read_contract()
    population, codes, portraits = Population(config), load_codes(config), Portraits(config)
    decoder = Decoder(config.weights / contract['faceDecoder']['file'])
    probes = json.loads((config.weights / contract['probes']['file']).read_text())
    probes = {name: Probe(probes[name]) for name in ('presentation', 'ageYears')}
    reader = VoiceReader(weights_folder() / contract['voiceEncoder']['file'], arguments.cache / 'codes')
    people = population.held_out[: arguments.people]
    seeds = [int(population.seeds[row]) for row in people]

    mesh, landmarks, marks = portraits.mesh, landmark_rows(config, portraits.mesh), []
    rows: dict[str, list[np.ndarray]] = {'original': []}
    for place, row in enumerate(people):
        face = mesh.shut_lips(np.array(population.geometry[row, 0], np.float64))
        points = np.vstack([mesh.extend(face[: mesh.known]), face[landmarks]])
        marks.append(five_points(mesh, points))
        rows['original'].append(portraits.draw(np.asarray(population.skins[row], np.float32) / 255, points, place))

    seen = image_codes(arguments.image_codes, seeds)
    if seen is None and arguments.recogniser.exists():
        recogniser = load_recogniser(arguments.recogniser)
        seen = recognised(recogniser.recognise, recogniser.code, rows['original'], marks)

    voices = [synthetic_voice_of(population.people[row], place) for place, row in enumerate(people)]
    heard, confidence = reader.encode([half_seconds(voice) for voice in voices])
    sources = {'from the image': seen, 'from the voice': heard}
    true, figures = codes['code'][people].astype(np.float64), {'confidence': float(confidence.mean())}
    for name, found in sources.items():
        if found is None:
            continue
        rows[name] = []
        for place, code in enumerate(found):
            skin, points, _ = decoder(code)
            rows[name].append(portraits.draw(skin, points, place))
        figures[name] = agreement(true, found, probes)
    return lay_out(rows), figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--config', default='default', help='name of config/face_<name>.py')
    parser.add_argument('--people', type=int, default=8, help='held-out people, a column each')
    parser.add_argument('--recogniser', type=Path, default=weights_folder() / 'face-recogniser.onnx')
    parser.add_argument('--image-codes', type=Path, help='instead of the recogniser: seed [n], code [n, 128]')
    parser.add_argument('--cache', type=Path, default=load_config().codes.parents[1] / 'evaluation')
    parser.add_argument('--out', type=Path, required=True)
    arguments = parser.parse_args()
    sheet, figures = compare(arguments)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(arguments.out, quality=85)
    print(json.dumps(figures, indent=1))


if __name__ == '__main__':
    main()
