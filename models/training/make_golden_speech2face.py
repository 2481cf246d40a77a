"""Golden vector of the baseline: the slim network's features of a drawn signal, for the benchmark's own graph.

    python models/training/make_golden_speech2face.py
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parent))

from config.speech2face import tiny  # noqa: E402
from contract import golden_folder  # noqa: E402
from speech2face import Speech2FaceEncoder, draw_weights, drawn_numbers  # noqa: E402

FILE_NAME = 'speech2face-golden.json'


def golden_features() -> np.ndarray:
    """[features]: of uniform noise at half of full scale, drawn from state 7."""
    model = Speech2FaceEncoder(tiny).eval()
    draw_weights(model)
    pcm, _ = drawn_numbers(tiny.samples, 7)
    with torch.no_grad():
        return model(torch.from_numpy(0.5 * pcm.astype(np.float32))[None])[0].numpy()


def main() -> None:
    features = [round(float(value), 6) for value in golden_features()]
    (golden_folder() / FILE_NAME).write_text(json.dumps({'slimmedBy': 16, 'features': features}) + '\n')
    print(f'{len(features)} features of deviation {np.std(features):.3f}')


if __name__ == '__main__':
    main()
