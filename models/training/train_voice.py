"""The voice encoder, from recordings to ONNX.

    python models/training/train_voice.py --stage all              every stage, one after the other
    python models/training/train_voice.py --stage speaker          one stage
    python models/training/train_voice.py --config tiny            the whole way in small, in a temporary folder

Stages in order: prepare, features, speaker, pair, codes, redraw, confidence, export. The population's face codes come
from the face decoder's training (population/codes.npz in the cache); `--config tiny` makes some up.
"""

import argparse
import importlib
import shutil
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from config.voice import VoiceSettings  # noqa: E402
from contract import weights_folder  # noqa: E402
from export_voice import export_voice  # noqa: E402
from pair_codes import read_pair_map  # noqa: E402
from population_codes import PopulationCodes, random_population, read_population  # noqa: E402
from prepare.speech import default_cache, prepare_recordings, prepare_synthetic  # noqa: E402
from prepare.speech_features import prepare_features  # noqa: E402
from redraw_codes import redraw_codes  # noqa: E402
from train_codes import load_model, pair_voices, train_codes  # noqa: E402
from train_confidence import train_confidence  # noqa: E402
from train_speaker import train_speaker  # noqa: E402

STAGES = ('prepare', 'features', 'speaker', 'pair', 'codes', 'redraw', 'confidence', 'export')
FROM_POPULATION = ('pair', 'redraw')  # stages that draw from the population's face codes
CONFIGURATIONS = {'voice': 'config.voice', 'tiny': 'config.voice_tiny'}


def say(line: str) -> None:
    print(line, flush=True)


def train_stage(
    stage: str, settings: VoiceSettings, speech: Path, cache: Path, population: PopulationCodes | None, out: Path
) -> list[float]:
    """Run one stage; gives its losses where it trains."""
    checkpoints = cache / 'checkpoints'
    if stage == 'prepare':
        if (speech / 'speakers.csv').exists():
            prepare_recordings(speech, cache, settings.clips_limit)
        else:
            prepare_synthetic(settings.synthetic_voices, cache)
    elif stage == 'features':
        prepare_features(cache, settings.copies, settings.threads)
    elif stage == 'speaker':
        return train_speaker(settings, cache, say)
    elif stage == 'pair':
        pair_voices(settings, cache, population, say)
    elif stage == 'codes':
        return train_codes(settings, cache, read_pair_map(checkpoints / 'pair_map.npz'), say)
    elif stage == 'redraw':
        redraw_codes(settings, cache, population, log=say)
    elif stage == 'confidence':
        return train_confidence(settings, cache, log=say)
    elif stage == 'export':
        worst = export_voice(load_model(settings, checkpoints / 'voice.pt'), out)
        say(f'{out.name}: {out.stat().st_size / 1e6:.2f} MB, PyTorch and onnxruntime differ by {worst:.1e}')
    return []


def train_tiny(settings: VoiceSettings, speech: Path) -> dict[str, list[float]]:
    """Every stage in a temporary folder that is removed afterwards; gives the losses of each stage."""
    folder = Path(tempfile.mkdtemp(prefix='timbre-tiny-'))
    population = random_population(400, settings.sizes.code)
    losses = {}
    try:
        for stage in STAGES:
            started = time.monotonic()
            losses[stage] = train_stage(stage, settings, speech, folder, population, folder / 'voice-encoder.onnx')
            say(f'-- {stage}: {time.monotonic() - started:.0f} s')
    finally:
        shutil.rmtree(folder)
    return losses


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--config', default='voice', choices=CONFIGURATIONS)
    parser.add_argument('--stage', default='all', choices=('all', *STAGES))
    parser.add_argument('--speech', type=Path, default=Path('../shared/speech'))
    parser.add_argument('--cache', type=Path, default=default_cache())
    parser.add_argument('--population', type=Path, help='default: population/codes.npz beside the speech cache')
    parser.add_argument('--out', type=Path, default=weights_folder() / 'voice-encoder.onnx')
    parser.add_argument('--threads', type=int, default=0, help='torch threads; the configuration says where 0')
    args = parser.parse_args()
    settings = importlib.import_module(CONFIGURATIONS[args.config]).settings
    if args.threads:
        settings = replace(settings, threads=args.threads)
    if args.config == 'tiny':
        train_tiny(settings, args.speech)
        return
    stages = STAGES if args.stage == 'all' else (args.stage,)
    codes = args.population or args.cache.parent / 'population' / 'codes.npz'
    # Said now, and not after an hour of the stages before.
    if 'prepare' in stages and not (args.speech / 'speakers.csv').exists():
        parser.error(f'no speakers.csv in {args.speech}: name a folder of recordings (VOICE.md, "Other data")')
    draws = bool(set(FROM_POPULATION) & set(stages))
    if draws and not codes.exists():
        parser.error(f'no face codes in {codes}: run train_face.py first (FACE.md), or name a file with --population')
    population = read_population(codes) if draws else None
    for stage in stages:
        train_stage(stage, settings, args.speech, args.cache, population, args.out)


if __name__ == '__main__':
    main()
