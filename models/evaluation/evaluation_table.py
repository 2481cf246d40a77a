"""Figures, the goals beside them, and both as one markdown table."""

import math
from dataclasses import asdict, dataclass

SPLITS = ('validate', 'evaluate')


@dataclass(frozen=True)
class Figure:
    """One measured number. `low`, `high`: 95 % interval by speaker bootstrap, nan where there is none. `count`: of
    speakers, pairs or pieces that it is drawn from."""

    name: str
    condition: str
    split: str
    value: float
    low: float = math.nan
    high: float = math.nan
    count: int = 0


@dataclass(frozen=True)
class Goal:
    """What a figure should be: at least (`>=`) or at most (`<=`) `limit`."""

    sense: str
    limit: float

    def met_by(self, value: float) -> bool:
        """Judged as printed, to three digits; no value meets no goal."""
        if math.isnan(value):
            return False
        shown = round(value, 3)
        return shown >= self.limit if self.sense == '>=' else shown <= self.limit


ANSWERED = 'presentation agreement, answered'
ALL_ANSWERED = 'presentation agreement, all'
ABSTAINED = 'abstained'
EER = 'EER, two pieces'
CHILD = 'child against adult, AUC'
TONE = 'R² of rendered skin tone from voice'

# (name, condition, split): `validate` is read speech. No wild recordings are at hand; acted speech of other corpora in
# other languages (`evaluate`) stands in for them.
GOALS = {
    (ANSWERED, 'clean', 'validate'): Goal('>=', 0.99),
    (ANSWERED, 'clean', 'evaluate'): Goal('>=', 0.96),
    (ABSTAINED, 'clean', 'validate'): Goal('<=', 0.15),
    (ABSTAINED, 'clean', 'evaluate'): Goal('<=', 0.15),
    (EER, 'clean', 'validate'): Goal('<=', 0.04),
    (EER, 'G.711', 'validate'): Goal('<=', 0.05),
    (EER, 'noise, 10 dB', 'validate'): Goal('<=', 0.075),
    (CHILD, 'clean', 'validate'): Goal('>=', 0.97),
    (TONE, 'style from seed', 'both'): Goal('<=', 0.01),
}


def goal_of(figure: Figure) -> Goal | None:
    return GOALS.get((figure.name, figure.condition, figure.split))


def number(value: float) -> str:
    return '–' if math.isnan(value) else f'{value:.3f}'.replace('-', '−')


def shown(figure: Figure | None) -> str:
    """Value, interval, and how many speakers (or pairs, pieces) it is drawn from."""
    if figure is None:
        return ''
    span = '' if math.isnan(figure.low) else f' ({number(figure.low)} to {number(figure.high)})'
    count = f', n {figure.count}' if figure.count else ''
    return f'{number(figure.value)}{span}{count}'


def verdict(figures: list[Figure]) -> str:
    """`>= 0.99: met`, for each figure that has a goal; the split is named where there are two."""
    judged = [(figure, goal_of(figure)) for figure in figures]
    judged = [(figure, goal) for figure, goal in judged if goal]
    words = []
    for figure, goal in judged:
        where = f'{figure.split} ' if len(judged) > 1 else ''
        sign = '≥' if goal.sense == '>=' else '≤'
        words.append(f'{where}{sign} {goal.limit:g}: {"met" if goal.met_by(figure.value) else "**missed**"}')
    return '; '.join(words)


def markdown(figures: list[Figure]) -> str:
    """One row a figure and condition, in the order given; figures of `both` splits stand in the first column."""
    rows: dict[tuple[str, str], list[Figure]] = {}
    for figure in figures:
        rows.setdefault((figure.name, figure.condition), []).append(figure)
    lines = ['| figure | condition | validate | evaluate | goal |', '|---|---|---|---|---|']
    last = ''
    for (name, condition), same in rows.items():
        by_split = {figure.split: figure for figure in same}
        both = by_split.get('both')
        cells = [f'{shown(both)} (both sets)', ''] if both else [shown(by_split.get(split)) for split in SPLITS]
        lines.append(f'| {name if name != last else ""} | {condition} | {cells[0]} | {cells[1]} | {verdict(same)} |')
        last = name
    return '\n'.join(lines) + '\n'


def as_json(figures: list[Figure]) -> list[dict]:
    """The figures as plain objects, missing numbers as null, with `goal` and `met` where there is one."""
    out = []
    for figure in figures:
        entry = {
            key: None if isinstance(value, float) and math.isnan(value) else value
            for key, value in asdict(figure).items()
        }
        goal = goal_of(figure)
        if goal:
            entry |= {'goal': f'{goal.sense} {goal.limit:g}', 'met': goal.met_by(figure.value)}
        out.append(entry)
    return out
