"""One table of what the weights do with people they never heard.   npm run evaluate -- [--out table.md] [--json file]

Runs the exported files (models/weights) with onnxruntime over the `validate` and `evaluate` sets of the speech folder;
no training checkpoint is read. Every speaker gives two disjoint pieces of up to 6 s. Sounds, codes and faces are
remembered in the cache (TIMBRE_CACHE, ~/.cache/timbre/evaluation), keyed by recordings and weights: a second run is
quick. `--config tiny` lets espeak-ng speak instead: a test of the machinery, whose figures mean nothing.
"""

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / 'training'))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from contract import read_contract, weights_folder  # noqa: E402
from evaluation_speech import (  # noqa: E402
    held_out_noise,
    held_out_speakers,
    prepare_speech,
    prepare_synthetic_speech,
)
from evaluation_table import Figure, as_json, goal_of, markdown  # noqa: E402
from face_measures import LOW_PERCENTILE, FaceDistance, FaceReader, distinctness_figures  # noqa: E402
from prepare.speech import default_cache  # noqa: E402
from skin_tones import tone_figures  # noqa: E402
from voice_measures import abstention_figures, listen, voice_figures  # noqa: E402
from voice_reading import Probe, VoiceReader, file_digest  # noqa: E402

# `settledConfidence` of server/src/inference/listening-rules.ts: below it no face settles. A test compares them.
ABSTAIN_BELOW = 0.35
PARTS = ('voiceEncoder', 'faceDecoder', 'probes')


class Progress:
    """Lines with the time since the start, on standard error."""

    def __init__(self):
        self.started = time.monotonic()

    def __call__(self, line: str) -> None:
        print(f'[{time.monotonic() - self.started:5.0f} s] {line}', file=sys.stderr, flush=True)


def population_codes(path: Path, people: int) -> tuple[np.ndarray, str]:
    """Codes of `people` random people of the population, and where they are from. Without the population's file they
    are drawn from N(0, I), which has the population's mean and covariance by construction of the code."""
    random = np.random.default_rng(8)
    if not path.exists():
        length = read_contract()['voiceEncoder']['codeLength']
        return random.standard_normal((people, length)), 'drawn from N(0, I)'
    with np.load(path) as arrays:
        codes = arrays['code'].astype(np.float64)
    return codes[random.permutation(len(codes))[:people]], f'{min(people, len(codes))} of {len(codes)} people'


def weights_named(folder: Path) -> dict[str, dict]:
    """Digest of each file, and whether it is the one that the contract seals."""
    contract = read_contract()
    named = {}
    for part in PARTS:
        digest = file_digest(folder / contract[part]['file'])
        named[contract[part]['file']] = {'sha256': digest, 'sealed': digest == contract[part]['sha256']}
    return named


def evaluate(arguments: argparse.Namespace, say: Progress) -> tuple[list[Figure], dict]:
    contract, folder = read_contract(), arguments.weights
    tiny = arguments.config == 'tiny'
    if not tiny and not (arguments.speech / 'speakers.csv').exists():
        raise SystemExit(f'{arguments.speech}/speakers.csv is missing: name the speech folder with --speech')
    prepare = prepare_synthetic_speech(arguments.cache, say) if tiny else None
    speech = prepare or prepare_speech(arguments.speech, arguments.cache, say)
    reader = VoiceReader(folder / contract['voiceEncoder']['file'], arguments.cache / 'codes')
    faces = FaceReader(folder / contract['faceDecoder']['file'], arguments.cache / 'faces')
    stored = json.loads((folder / contract['probes']['file']).read_text())
    probes = {name: Probe(stored[name]) for name in ('presentation', 'ageYears')}
    noise = held_out_noise(speech)

    population, source = population_codes(arguments.population, 12 if tiny else arguments.people)
    say(f'faces of the population: {source}')
    distance = FaceDistance(faces.read(population))
    figures, heard_sets = [], []
    for split, speakers in held_out_speakers(speech).items():
        heard = listen(reader, split, speakers, noise, say)
        heard_sets.append(heard)
        say(f'{split}: figures of {len(speakers)} speakers')
        figures += voice_figures(heard, probes, population, arguments.abstain_below)
        figures += distinctness_figures(heard, faces, distance, say)
    codes = np.concatenate([heard.codes['clean'] for heard in heard_sets])
    names = [speaker.name for heard in heard_sets for speaker in heard.speakers]
    figures += tone_figures(folder / contract['faceDecoder']['file'], codes, names, arguments.cache / 'tones', say)
    figures += abstention_figures(reader, noise, arguments.abstain_below)
    about = {
        'weights': weights_named(folder),
        'contractVersion': contract['version'],
        'speakers': {heard.split: len(heard.speakers) for heard in heard_sets},
        'abstainBelow': arguments.abstain_below,
        'population': source,
        'facePercentile': LOW_PERCENTILE,
    }
    return figures, about


def document(figures: list[Figure], about: dict, synthetic: bool) -> str:
    """The markdown page: what was judged, how, and the table."""
    files = ', '.join(
        f'`{name}` {entry["sha256"][:12]}{"" if entry["sealed"] else " (**not** the sealed weights)"}'
        for name, entry in about['weights'].items()
    )
    judged = [(goal.met_by(figure.value), figure) for figure in figures if (goal := goal_of(figure))]
    sets = ', '.join(f'{count} speakers of `{split}`' for split, count in about['speakers'].items())
    lines = [
        '# Evaluation',
        '',
        f'Weights: {files};',
        f'contract version {about["contractVersion"]}. Speakers never heard in training: {sets};',
        'two disjoint pieces of up to 6 s each, the second one always clean. In brackets: 95 % interval by',
        'drawing speakers; n: speakers (pairs, pieces). Lengths other than 6 s are clean. Loss: Opus at 24 kbit/s, packets lost independently and concealed.',
        f'Answered: confidence of at least {about["abstainBelow"]:g}, from which the product shows a settled face.',
        'Face distance: geometry and skin of decoded puppets, each over its median between people of the population',
        f'({about["population"]}); see `models/evaluation/face_measures.py`. No wild recordings are at hand: the goal',
        'for wild speech is set beside `evaluate` (acted speech of other corpora, Polish among them).',
        'Where all of n speakers are right, drawing speakers can\'t show an error: it is below 3/n (95 %).',
        '',
    ]
    if synthetic:
        lines += ['**Spoken by espeak-ng: a test of the machinery, the figures mean nothing.**', '']
    lines += [f'## Goals: {sum(met for met, _ in judged)} of {len(judged)} met', '']
    lines += [markdown([figure for _, figure in judged])]
    return '\n'.join(lines) + '\n## All figures\n\n' + markdown(sorted_by_name(figures))


def sorted_by_name(figures: list[Figure]) -> list[Figure]:
    """Rows of one name together, names in the order in which they first come."""
    order = {name: place for place, name in enumerate(dict.fromkeys(figure.name for figure in figures))}
    return sorted(figures, key=lambda figure: order[figure.name])


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cache = default_cache().parent
    parser.add_argument('--speech', type=Path, default=Path('../shared/speech'), help='folder with speakers.csv')
    parser.add_argument('--out', type=Path, help='the page as markdown; standard output where not given')
    parser.add_argument('--json', type=Path, help='the figures as JSON')
    parser.add_argument('--weights', type=Path, default=weights_folder(), help='folder of the three weights files')
    parser.add_argument('--population', type=Path, default=cache / 'population' / 'codes.npz')
    parser.add_argument('--people', type=int, default=150, help='of the population, for face distances')
    parser.add_argument('--abstain-below', type=float, default=ABSTAIN_BELOW, help='confidence, 0 to 1')
    parser.add_argument('--cache', type=Path, default=cache / 'evaluation')
    parser.add_argument('--config', choices=('full', 'tiny'), default='full')
    return parser.parse_args()


def main() -> None:
    arguments = parse_arguments()
    figures, about = evaluate(arguments, Progress())
    page = document(figures, about, arguments.config == 'tiny')
    if arguments.json:
        arguments.json.write_text(json.dumps({**about, 'figures': as_json(figures)}, indent=1) + '\n')
    if arguments.out:
        arguments.out.write_text(page)
    else:
        print(page)


if __name__ == '__main__':
    main()
