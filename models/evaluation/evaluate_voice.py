"""How good is the voice encoder? One table, and the same as JSON.

    python models/evaluation/evaluate_voice.py [--weights models/weights/voice-encoder.onnx] [--out voice.json]

Runs the exported ONNX file on speakers that training never heard (`validate` and `evaluate` of the speech cache made by
prepare/speech.py). Faces are judged by their codes: the linear probes of probes.json read presentation and age.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / 'training'))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from contract import read_contract, weights_folder  # noqa: E402
from metrics import area_under_curve, rank_correlation, retrieval, spread_ratio, unit, verification  # noqa: E402
from non_speech import MAKERS  # noqa: E402
from pair_codes import population_shape, trait_columns  # noqa: E402
from population_codes import PopulationCodes, read_population  # noqa: E402
from prepare.speech import default_cache  # noqa: E402
from voice_batches import HELD_OUT_NOISE  # noqa: E402
from voice_bank import read_manifest  # noqa: E402
from voice_pieces import Speaker, half_seconds, read_speakers, through  # noqa: E402

CONDITIONS = ('clean', 'g711', 'opus12', 'noise10')
LENGTHS = (1.0, 2.0, 3.0)
DEPTHS = (1, 5, 10)


class Encoder:
    """The exported voice encoder."""

    def __init__(self, file: Path):
        self.names = read_contract()['voiceEncoder']
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(str(file), options, providers=['CPUExecutionProvider'])

    def encode(self, pieces: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """Codes [n, 128] and confidences [n] of pieces of any lengths."""
        outputs = [self.names['outputs']['code'], self.names['outputs']['confidence']]
        answers = [self.session.run(outputs, {self.names['input']: piece[None].astype(np.float32)}) for piece in pieces]
        return np.concatenate([code for code, _ in answers]), np.concatenate([trust for _, trust in answers])


class Probe:
    """A linear reading of a code: weights and bias from probes.json."""

    def __init__(self, entry: dict):
        self.weights = np.array(entry['weights'])
        self.bias = float(entry.get('bias', 0.0))

    def read(self, codes: np.ndarray) -> np.ndarray:
        return codes @ self.weights + self.bias


def sameness(first: np.ndarray, second: np.ndarray) -> dict[str, float]:
    found = {f'r{depth}': retrieval(first, second, depth) for depth in DEPTHS}
    return {'eer': verification(first, second), **found}


def presentation_figures(read: np.ndarray, speakers: list[Speaker], threshold: float) -> dict:
    """Agreement with labels: over all, by sex (their mean is `balanced`), and for the surer half of the voices."""
    label = np.array([speaker.presentation for speaker in speakers])
    known = ~np.isnan(label)
    right = (read[known] > threshold) == (label[known] > 0.5)
    sides = {'feminine': label[known] < 0.5, 'masculine': label[known] > 0.5}
    figures = {name: float(right[side].mean()) for name, side in sides.items() if side.any()}
    figures['all'] = float(right.mean())
    figures['balanced'] = float(np.mean([figures[name] for name in sides if name in figures]))
    distance = np.abs(read[known] - threshold)
    figures['surerHalf'] = float(right[distance >= np.median(distance)].mean())
    figures['speakers'] = int(known.sum())
    return figures


def best_threshold(read: np.ndarray, label: np.ndarray) -> float:
    """Middle of the range of thresholds with the best balanced agreement."""
    grid = np.linspace(read.min(), read.max(), 400)
    balanced = [((read > t)[label > 0.5].mean() + (read <= t)[label < 0.5].mean()) / 2 for t in grid]
    return float(np.median(grid[np.isclose(balanced, max(balanced))]))


def stability(encoder: Encoder, speakers: list[Speaker]) -> dict:
    """Codes of the first 1, 2, 3 s against 6 s of the same piece, and against the other piece."""
    whole, trust = encoder.encode([half_seconds(s.first) for s in speakers])
    other, _ = encoder.encode([half_seconds(s.second) for s in speakers])
    table = {'6': {'cosine': 1.0, 'confidence': float(trust.mean()), **sameness(whole, other)}}
    for seconds in LENGTHS:
        code, trust = encoder.encode([half_seconds(s.first, seconds) for s in speakers])
        cosine = (unit(code) * unit(whole)).sum(1)
        table[f'{seconds:g}'] = {
            'cosine': float(cosine.mean()), 'confidence': float(trust.mean()), **sameness(code, other),
        }  # fmt: skip
    return table


def rejection(encoder: Encoder, noise: np.ndarray) -> dict:
    """Mean and largest confidence on sounds that are not speech; the seeds are not those of training."""
    figures = {}
    rng = np.random.default_rng(987_654)
    for maker in dict.fromkeys(MAKERS):
        pieces = [maker(4.0, rng) for _ in range(12)]
        peaks = [np.abs(piece).max() for piece in pieces]
        _, trust = encoder.encode([p / peak * 0.3 if peak > 0.01 else p for p, peak in zip(pieces, peaks)])
        figures[maker.__name__] = {'mean': float(trust.mean()), 'largest': float(trust.max())}
    if len(noise):
        pieces = np.split(noise[: len(noise) // 64_000 * 64_000], len(noise) // 64_000)
        _, trust = encoder.encode(pieces)
        figures[HELD_OUT_NOISE] = {'mean': float(trust.mean()), 'largest': float(trust.max())}
    return figures


def explained_by(codes: np.ndarray, groups: list[str]) -> float:
    """Share of the variance of codes that group means explain, corrected for the number of groups (omega squared)."""
    names = np.array(groups)
    kinds = sorted(set(groups))
    between = sum((names == kind).sum() * ((codes[names == kind].mean(0) - codes.mean(0)) ** 2).sum() for kind in kinds)
    total = ((codes - codes.mean(0)) ** 2).sum()
    within = (total - between) / max(1, len(codes) - len(kinds))
    return float((between - (len(kinds) - 1) * within) / (total + within))


def spread_figures(codes: np.ndarray, read: np.ndarray, speakers: list[Speaker], population: PopulationCodes) -> dict:
    """Spread of real voices' codes around presentation and child, over what the drawn pairs were given."""
    child = np.nan_to_num(np.array([speaker.child for speaker in speakers]), nan=0.0)
    traits = trait_columns((0.5 + 0.5 * read).clip(0, 1), child)
    ratio = spread_ratio(codes, traits, np.sqrt((population_shape(population).spread ** 2).sum(1)))
    whole = codes.std(0) / population.code.std(0)
    around = codes - traits @ np.linalg.lstsq(traits, codes, rcond=None)[0]
    return {
        'explainedBySource': explained_by(around, [speaker.source for speaker in speakers]),
        'median': float(np.median(ratio)),
        'low': float(np.quantile(ratio, 0.05)), 'high': float(np.quantile(ratio, 0.95)),
        'wholeMedian': float(np.median(whole)), 'meanLength': float(np.linalg.norm(codes, axis=1).mean()),
        'populationMeanLength': float(np.linalg.norm(population.code, axis=1).mean()),
    }  # fmt: skip


def confidence_figures(encoder: Encoder, speakers: list[Speaker], noise: np.ndarray) -> dict:
    """Does agreement grow with confidence? Pieces of 1 to 6 s in all conditions, by thirds of confidence."""
    reference, _ = encoder.encode([half_seconds(s.second) for s in speakers])
    trust, agreement = [], []
    for condition in CONDITIONS:
        for seconds in (1.0, 2.0, 3.0, 6.0):
            pieces = through(condition, [half_seconds(s.first, seconds) for s in speakers], noise)
            code, given = encoder.encode(pieces)
            trust.append(given)
            agreement.append((unit(code) * unit(reference)).sum(1))
    given, agreed = np.concatenate(trust), np.concatenate(agreement)
    order = np.array_split(np.argsort(given), 4)
    return {
        'rankCorrelation': rank_correlation(given, agreed),
        'quarters': [
            {'confidence': float(given[q].mean()), 'agreement': float(agreed[q].mean())} for q in order
        ],
    }  # fmt: skip


def evaluate(encoder: Encoder, cache: Path, population: PopulationCodes, probes: dict) -> dict:
    presentation, age = Probe(probes['presentation']), Probe(probes['ageYears'])
    noise = held_out_noise(cache)
    report: dict = {}
    threshold = None
    for split in ('validate', 'evaluate'):
        if not (cache / f'{split}.csv').exists():
            continue
        speakers = read_speakers(cache, split)
        figures: dict = {'speakers': len(speakers), 'conditions': {}}
        clean, _ = encoder.encode([half_seconds(s.second) for s in speakers])
        for condition in CONDITIONS:
            code, trust = encoder.encode(through(condition, [half_seconds(s.first) for s in speakers], noise))
            read = presentation.read(code)
            label = np.array([speaker.presentation for speaker in speakers])
            if threshold is None:
                threshold = best_threshold(read[~np.isnan(label)], label[~np.isnan(label)])
            child = np.array([speaker.child for speaker in speakers])
            known = ~np.isnan(child)
            row = {
                **sameness(code, clean),
                'confidence': float(trust.mean()),
                'presentation': presentation_figures(read, speakers, threshold),
                'presentationAtZero': presentation_figures(read, speakers, 0.0)['balanced'],
                'childAuc': area_under_curve(-age.read(code)[known], child[known] > 0.5),
            }
            figures['conditions'][condition] = row
            if condition == 'clean':
                figures['spread'] = spread_figures(code, read, speakers, population)
                sources = sorted({speaker.source for speaker in speakers})
                for source in sources:
                    rows = [i for i, speaker in enumerate(speakers) if speaker.source == source]
                    part = [speakers[i] for i in rows]
                    if any(not np.isnan(s.presentation) for s in part):
                        row.setdefault('bySource', {})[source] = presentation_figures(
                            read[rows], part, threshold
                        )
        figures['seconds'] = stability(encoder, speakers)
        figures['confidence'] = confidence_figures(encoder, speakers, noise)
        report[split] = figures
    report['presentationThreshold'] = threshold
    report['notSpeech'] = rejection(encoder, noise)
    return report


def held_out_noise(cache: Path) -> np.ndarray:
    rows = [row for row in read_manifest(cache / 'noise.csv') if row['speaker'] == HELD_OUT_NOISE]
    pcm = np.load(cache / 'noise.npy', mmap_mode='r')
    return np.concatenate([pcm[r['start'] : r['start'] + r['samples']] for r in rows]).astype(np.float32) / 32768


def print_table(report: dict) -> None:
    for split in ('validate', 'evaluate'):
        if split not in report:
            continue
        figures = report[split]
        print(f'\n{split}: {figures["speakers"]} speakers, two disjoint pieces of up to 6 s each')
        heads = ('EER', 'R@1', 'R@5', 'R@10', 'conf', 'present.', 'fem', 'masc', 'child')
        print(' ' * 10 + ''.join(f'{head:>9}' for head in heads))
        for name, row in figures['conditions'].items():
            p = row['presentation']
            sides = [p.get(side, float('nan')) for side in ('feminine', 'masculine')]
            values = (row['eer'], row['r1'], row['r5'], row['r10'], row['confidence'], p['balanced'], *sides)
            print(f'{name:10}' + ''.join(f'{value:9.3f}' for value in (*values, row['childAuc'])))
        for seconds, row in sorted(figures['seconds'].items(), key=lambda item: float(item[0])):
            print(f'{seconds:>4} s: cosine with 6 s {row["cosine"]:.3f}, EER {row["eer"]:.3f}, R@1 {row["r1"]:.2f}, '
                  f'confidence {row["confidence"]:.2f}')  # fmt: skip
        spread = figures['spread']
        print('spread over the population\'s, within traits: '
              f'median {spread["median"]:.2f} (5 to 95 %: {spread["low"]:.2f} to {spread["high"]:.2f})')  # fmt: skip
        print(f'variance of codes within traits that the source (microphone, accent) explains: '
              f'{spread["explainedBySource"]:.3f}')  # fmt: skip
        by_quarter = figures['confidence']['quarters']
        quarters = ', '.join(f'{q["confidence"]:.2f} -> {q["agreement"]:.2f}' for q in by_quarter)
        print(f'confidence -> agreement by quarters: {quarters}; '
              f'rank correlation {figures["confidence"]["rankCorrelation"]:.2f}')  # fmt: skip
        for source, row in figures['conditions']['clean'].get('bySource', {}).items():
            print(f'presentation, {source}: {row["all"]:.3f} of {row["speakers"]}')
    rejected = ', '.join(f'{name} {row["mean"]:.2f}' for name, row in report['notSpeech'].items())
    print(f'\nconfidence on what is not speech: {rejected}')


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--weights', type=Path, default=weights_folder() / 'voice-encoder.onnx')
    parser.add_argument('--probes', type=Path, default=weights_folder() / 'probes.json')
    parser.add_argument('--population', type=Path, default=default_cache().parent / 'population' / 'codes.npz')
    parser.add_argument('--cache', type=Path, default=default_cache())
    parser.add_argument('--out', type=Path)
    args = parser.parse_args()
    if not (args.cache / 'validate.csv').exists():
        parser.error(f'no speakers in {args.cache}: run models/training/train_voice.py --stage prepare first (VOICE.md)')
    if not args.population.exists():
        parser.error(f'no face codes in {args.population}: run models/training/train_face.py first (FACE.md)')
    probes = json.loads(args.probes.read_text())
    report = evaluate(Encoder(args.weights), args.cache, read_population(args.population), probes)
    print_table(report)
    if args.out:
        args.out.write_text(json.dumps(report, indent=2) + '\n')


if __name__ == '__main__':
    main()
