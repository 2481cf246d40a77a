"""Golden vectors of the voice encoder: what Node, the browser and Python must all compute.

    python models/training/make_golden_voice.py

Writes models/golden/voice: `clip.f32`, 6 s of a voice made by formula as raw little-endian float32 at 16 kHz, and
`golden.json`: for the first 1, 3 and 6 s the expected code and confidence, and the tolerance to hold them to.
"""

import argparse
import json
import sys
from pathlib import Path

import onnxruntime

sys.path.insert(0, str(Path(__file__).resolve().parent))

from audio import SAMPLE_RATE  # noqa: E402
from contract import golden_folder, read_contract, weights_folder  # noqa: E402
from synthetic_voice import synthetic_voice  # noqa: E402

SECONDS = (1, 3, 6)
TOLERANCE = 1e-3  # back ends sum in different orders


def make_golden(weights: Path, folder: Path) -> None:
    contract = read_contract()
    voice = contract['voiceEncoder']
    session = onnxruntime.InferenceSession(str(weights), providers=['CPUExecutionProvider'])
    clip = synthetic_voice(max(SECONDS))
    names = [voice['outputs']['code'], voice['outputs']['confidence']]
    cases = []
    for seconds in SECONDS:
        samples = seconds * SAMPLE_RATE
        code, confidence = session.run(names, {voice['input']: clip[None, :samples]})
        rounded = [round(float(value), 5) for value in code[0]]
        cases.append({'samples': samples, 'code': rounded, 'confidence': round(float(confidence[0]), 5)})
    folder.mkdir(parents=True, exist_ok=True)
    clip.astype('<f4').tofile(folder / 'clip.f32')
    header = {
        'contractVersion': contract['version'], 'sampleRate': SAMPLE_RATE, 'clip': 'clip.f32', 'tolerance': TOLERANCE,
    }  # fmt: skip
    (folder / 'golden.json').write_text(json.dumps({**header, 'cases': cases}) + '\n')


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--weights', type=Path, default=weights_folder() / 'voice-encoder.onnx')
    parser.add_argument('--out', type=Path, default=golden_folder() / 'voice')
    args = parser.parse_args()
    make_golden(args.weights, args.out)
    print(f'wrote {args.out}')


if __name__ == '__main__':
    main()
