"""Which clips are one person, without a label: those of one recording whose faces are alike."""

import numpy as np

STRANGERS_ALIKE = 0.01  # share of pairs of strangers that would be taken for one person
MOST_PAIRS = 50_000


def unit(features: np.ndarray) -> np.ndarray:
    return features / (np.linalg.norm(features, axis=-1, keepdims=True) + 1e-9)


def likeness_bound(features: np.ndarray, sources: list[str], seed: int = 5) -> float:
    """The cosine that only STRANGERS_ALIKE of pairs from different recordings exceed; features [clips, n].

    -1 where there is one recording only.
    """
    rng = np.random.default_rng(seed)
    count, names = len(features), np.array(sources)
    first, second = rng.integers(count, size=(2, MOST_PAIRS))
    strangers = names[first] != names[second]
    if not strangers.any():
        return -1.0
    faces = unit(features)
    return float(np.quantile((faces[first[strangers]] * faces[second[strangers]]).sum(1), 1 - STRANGERS_ALIKE))


def sort_into_voices(features: np.ndarray, sources: list[str]) -> list[str | None]:
    """features [clips, 2, n] -> a name for each clip's voice; None where the face changes within the clip.

    A clip joins the voice of its recording that its face is most like, or begins a new one. So a person who appears in
    two recordings becomes two voices; two people in one recording stay two.
    """
    means = features.mean(1)
    bound = likeness_bound(means, sources)
    halves = (unit(features[:, 0]) * unit(features[:, 1])).sum(1)
    voices: dict[str, list[np.ndarray]] = {}
    names: list[str | None] = []
    for mean, steady, source in zip(means, halves >= bound, sources):
        if not steady:
            names.append(None)
            continue
        known = voices.setdefault(source, [])
        likeness = [float(unit(sum_) @ unit(mean)) for sum_ in known]
        nearest = int(np.argmax(likeness)) if likeness else 0
        if not likeness or likeness[nearest] < bound:
            nearest = len(known)
            known.append(np.zeros_like(mean))
        known[nearest] = known[nearest] + mean
        names.append(f'{source}#{nearest}')
    return names
