"""The encoder of Speech2Face (Oh et al., CVPR 2019): the baseline that ours is compared with for speed.

The layer table is speech2face.json beside this file, which the benchmark reads too.
"""

import json
from pathlib import Path

from speech2face import Convolution, Speech2FaceSizes


def read_sizes(path: Path = Path(__file__).with_suffix('.json')) -> Speech2FaceSizes:
    table = json.loads(path.read_text())
    return Speech2FaceSizes(
        sample_rate=table['sampleRate'],
        samples=table['samples'],
        window=table['windowSamples'],
        hop=table['hopSamples'],
        n_fft=table['fftLength'],
        exponent=table['exponent'],
        kernel=table['kernel'],
        convolutions=tuple(Convolution(**layer) for layer in table['convolutions']),
        features=tuple(table['features']),
    )


settings = read_sizes()
tiny = settings.slimmed(16)
