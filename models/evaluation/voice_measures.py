"""What the voice encoder does with speakers it never heard: agreement, sameness, stability, spread, abstention."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from evaluation_table import ABSTAINED, ALL_ANSWERED, ANSWERED, CHILD, EER, Figure
from metrics import area_under_curve, rank_correlation, unit
from non_speech import MAKERS
from speaker_bootstrap import equal_error_of, found_within, interval, mean_of
from voice_batches import HELD_OUT_NOISE
from voice_pieces import Speaker, channel_digest, half_seconds, through
from voice_reading import Probe, VoiceReader

CONDITIONS = {
    'clean': 'clean',
    'Opus 12 kbit/s': 'opus12',
    'G.711': 'g711',
    'noise, 10 dB': 'noise10',
    '10 % packet loss': 'loss10',
}
LENGTHS = {'1 s': 1.0, '2 s': 2.0, '3 s': 3.0}  # 6 s is the clean condition
DEPTHS = (1, 5, 10)
NON_SPEECH_SECONDS, NON_SPEECH_PIECES = 6.0, 24
SHOWN_NAMES = {
    'music': 'music by formula',
    'keypad': 'keypad tones',
    'tone': 'steady tones',
    HELD_OUT_NOISE: 'recorded noise',
}


@dataclass(frozen=True)
class Heard:
    """One split: codes and confidences of each speaker's first piece by condition and length, and of the second
    piece, clean ([n, 128], [n])."""

    split: str
    speakers: list[Speaker]
    codes: dict[str, np.ndarray]
    confidence: dict[str, np.ndarray]
    second: np.ndarray

    def label(self, name: str) -> np.ndarray:
        """`presentation`, `child` or `age` of each speaker, nan where unknown."""
        return np.array([getattr(speaker, name) for speaker in self.speakers])


def listen(
    reader: VoiceReader, split: str, speakers: list[Speaker], noise: np.ndarray, say: Callable[[str], None]
) -> Heard:
    codes, confidence = {}, {}
    pieces = [half_seconds(s.first) for s in speakers]
    for name, condition in CONDITIONS.items():
        say(f'{split}: {name}')
        digest = channel_digest(condition, pieces, noise)
        heard = reader.encode_made(digest, partial(through, condition, pieces, noise))
        codes[name], confidence[name] = heard
    for name, seconds in LENGTHS.items():
        codes[name], confidence[name] = reader.encode([half_seconds(s.first, seconds) for s in speakers])
    second, _ = reader.encode([half_seconds(s.second) for s in speakers])
    return Heard(split, speakers, codes, confidence, second)


def average(name: str, condition: str, split: str, values: np.ndarray) -> Figure:
    """Mean over speakers that have a value."""
    known = int((~np.isnan(values)).sum())
    mean = float(np.nanmean(values)) if known else float('nan')
    return Figure(name, condition, split, mean, *interval(len(values), mean_of(values)), known)


def presentation_figures(heard: Heard, condition: str, probe: Probe, abstain_below: float) -> list[Figure]:
    """Agreement of the face's presentation with the label: of all speakers, by sex, and of those who are answered.
    A speaker is answered from the confidence at which the product shows a settled face."""
    label = heard.label('presentation')
    read = probe.read(heard.codes[condition])
    right = np.where(np.isnan(label), np.nan, ((read > 0) == (label > 0.5)).astype(float))
    answered = heard.confidence[condition] >= abstain_below
    named = {
        ALL_ANSWERED: right,
        'presentation agreement, women': np.where(label < 0.5, right, np.nan),
        'presentation agreement, men': np.where(label > 0.5, right, np.nan),
        ANSWERED: np.where(answered, right, np.nan),
        ABSTAINED: (~answered).astype(float),
    }
    return [average(name, condition, heard.split, values) for name, values in named.items()]


def sameness_figures(heard: Heard, condition: str) -> list[Figure]:
    """Is the same speaker's other piece (clean) the nearest code?"""
    first, second, count = heard.codes[condition], heard.second, len(heard.speakers)
    error = equal_error_of(first, second)
    value = error(np.arange(count))
    found = [average(f'R@{k}', condition, heard.split, found_within(first, second, k)) for k in DEPTHS]
    return [Figure(EER, condition, heard.split, value, *interval(count, error), count), *found]


def stability_figures(heard: Heard) -> list[Figure]:
    """Cosine of the code of the first seconds with the code of 6 s of the same piece."""
    whole = unit(heard.codes['clean'])
    return [
        average('cosine with the code of 6 s', name, heard.split, (unit(heard.codes[name]) * whole).sum(1))
        for name in LENGTHS
    ]


def child_figure(heard: Heard, condition: str, age: Probe) -> Figure | None:
    """None where the set holds no children or no adults."""
    child, years = heard.label('child'), age.read(heard.codes[condition])
    known = ~np.isnan(child)
    if not ((child[known] > 0.5).any() and (child[known] < 0.5).any()):
        return None

    def measure(rows: np.ndarray) -> float:
        rows = rows[known[rows]]
        return area_under_curve(-years[rows], child[rows] > 0.5)

    everybody = np.arange(len(child))
    span = interval(len(child), measure)
    return Figure(CHILD, condition, heard.split, measure(everybody), *span, int(known.sum()))


def around_traits(codes: np.ndarray, presentation: Probe, age: Probe) -> np.ndarray:
    """Codes less their linear fit on the presentation and the childlikeness that the probes read from them."""
    read, years = presentation.read(codes), age.read(codes)
    traits = np.stack([np.ones(len(codes)), read.clip(-1.5, 1.5), (years.clip(5, 20) - 12.5) / 7.5], 1)
    return codes - traits @ np.linalg.lstsq(traits, codes, rcond=None)[0]


def spread_figures(heard: Heard, population: np.ndarray, presentation: Probe, age: Probe) -> list[Figure]:
    """Deviation of the speakers' codes over the population's, median over the dimensions: 1 where voices fill the
    population. Also within presentation and age, where only the individual part is left."""
    codes, count = heard.codes['clean'], len(heard.speakers)
    figures = []
    for condition, own, theirs in (
        ('all', codes, population),
        (
            'within presentation and age',
            around_traits(codes, presentation, age),
            around_traits(population, presentation, age),
        ),
    ):
        reference = theirs.std(0)

        def measure(rows: np.ndarray) -> float:
            return float(np.median(own[rows].std(0) / reference))

        name = 'code spread over the population\'s'
        figures.append(
            Figure(name, condition, heard.split, measure(np.arange(count)), *interval(count, measure), count)
        )
    return figures


def explained_by(codes: np.ndarray, groups: list[str]) -> float:
    """Share of the variance of codes that group means explain, corrected for the number of groups (omega squared)."""
    names = np.array(groups)
    kinds = sorted(set(groups))
    between = sum((names == kind).sum() * ((codes[names == kind].mean(0) - codes.mean(0)) ** 2).sum() for kind in kinds)
    total = ((codes - codes.mean(0)) ** 2).sum()
    within = (total - between) / max(1, len(codes) - len(kinds))
    return float((between - (len(kinds) - 1) * within) / (total + within))


def independence_figures(heard: Heard, presentation: Probe, age: Probe) -> list[Figure]:
    """How far the corpus (microphone, accent, language) and the channel decide the code, as shares of its variance.
    Channel: what a condition moves in all speakers' codes alike."""
    figures, count = [], len(heard.speakers)
    codes = heard.codes['clean']
    corpora = [speaker.source for speaker in heard.speakers]
    if len(set(corpora)) > 1:
        # No interval: a speaker drawn twice resembles itself, so that drawing speakers would feign groups.
        share = explained_by(around_traits(codes, presentation, age), corpora)
        name = 'code variance that the corpus explains, within presentation and age'
        figures.append(Figure(name, 'clean', heard.split, share, count=count))
    for condition in list(CONDITIONS)[1:]:
        moved = heard.codes[condition] - codes

        def by_channel(rows: np.ndarray) -> float:
            common = moved[rows].mean(0)
            # The mean of n differences has their variance over n even where the channel moves nothing in common.
            chance = moved[rows].var(0).sum() / max(1, len(rows) - 1)
            return float(((common**2).sum() - chance) / codes.var(0).sum())

        everybody, span = np.arange(count), interval(count, by_channel, resamples=300)
        name = 'code variance that the channel explains'
        figures.append(Figure(name, condition, heard.split, by_channel(everybody), *span, count))
    return figures


def confidence_figure(heard: Heard) -> Figure:
    """Does a surer code agree better with the other piece? Rank correlation over conditions and lengths."""
    second = unit(heard.second)
    names = list(heard.codes)
    agreed = np.stack([(unit(heard.codes[name]) * second).sum(1) for name in names])
    given = np.stack([heard.confidence[name] for name in names])

    def measure(rows: np.ndarray) -> float:
        return rank_correlation(given[:, rows].ravel(), agreed[:, rows].ravel())

    count = len(heard.speakers)
    span = interval(count, measure, resamples=300)
    name = 'confidence against agreement of two pieces, rank correlation'
    return Figure(name, 'all conditions and lengths', heard.split, measure(np.arange(count)), *span, count)


def non_speech_pieces(noise: np.ndarray) -> dict[str, list[np.ndarray]]:
    """Pieces of 6 s by kind; the seeds are not those of training."""
    random = np.random.default_rng(987_654)
    kinds = {}
    for maker in dict.fromkeys(MAKERS):
        pieces = [maker(NON_SPEECH_SECONDS, random) for _ in range(NON_SPEECH_PIECES)]
        peaks = [np.abs(piece).max() for piece in pieces]
        name = SHOWN_NAMES.get(maker.__name__, maker.__name__)
        kinds[name] = [p / peak * 0.3 if peak > 0.01 else p for p, peak in zip(pieces, peaks)]
    length = int(NON_SPEECH_SECONDS * 16_000)
    recorded = [noise[start : start + length] for start in range(0, len(noise) - length + 1, length)]
    if recorded:
        kinds[SHOWN_NAMES[HELD_OUT_NOISE]] = recorded
    return kinds


def abstention_figures(reader: VoiceReader, noise: np.ndarray, abstain_below: float) -> list[Figure]:
    """Share of sounds that are not speech for which no settled face is shown. The product's voice activity detection
    lies before the encoder and rejects most of them: this is the second line."""
    figures = []
    for kind, pieces in non_speech_pieces(noise).items():
        _, confidence = reader.encode(pieces)
        below = (confidence < abstain_below).astype(float)
        span = interval(len(pieces), mean_of(below))
        figures.append(Figure('abstained on what is not speech', kind, 'both', below.mean(), *span, len(pieces)))
    return figures


def voice_figures(heard: Heard, probes: dict[str, Probe], population: np.ndarray, abstain_below: float) -> list[Figure]:
    """Every figure of one split, in the order of the table."""
    presentation, age = probes['presentation'], probes['ageYears']
    places = [*CONDITIONS, *LENGTHS]
    figures = []
    for condition in places:
        figures += presentation_figures(heard, condition, presentation, abstain_below)
    for condition in places:
        figures += sameness_figures(heard, condition)
    figures += stability_figures(heard)
    figures += [figure for place in places if (figure := child_figure(heard, place, age))]
    figures += spread_figures(heard, population, presentation, age)
    figures += independence_figures(heard, presentation, age)
    figures.append(confidence_figure(heard))
    return figures
