"""The voice encoder from in-the-wild video, as in Speech2Face: who speaks in a clip has the face that is seen in it.

    python models/training/train_wild.py --manifest FILE --format avspeech --videos FOLDER --recogniser FILE.onnx
    python models/training/train_wild.py ... --stage clips         one stage
    python models/training/train_wild.py --config tiny             the whole way in small, on videos made for it

Stages in order: clips, pairs, features, speaker, start, codes, confidence, export (WILD.md). No label is read anywhere.
"""

import argparse
import importlib
import shutil
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.append(str(Path(__file__).resolve().parents[1] / 'evaluation'))

from config.voice import VoiceSettings  # noqa: E402
from contract import weights_folder  # noqa: E402
from prepare.speech import default_cache  # noqa: E402
from prepare.speech_features import prepare_features  # noqa: E402
from train_codes import train_codes  # noqa: E402
from train_voice import CONFIGURATIONS, say, train_stage  # noqa: E402
from wild.clip_reader import ClipReader, ClipRules  # noqa: E402
from wild.clip_store import ClipStore  # noqa: E402
from wild.face_finder import FaceFinder  # noqa: E402
from wild.manifest import READERS, Clip  # noqa: E402
from wild.pairs import HELD_OUT, write_pairs  # noqa: E402
from wild.recogniser_file import load_recogniser  # noqa: E402
from wild.small_recogniser import write_small_recogniser  # noqa: E402
from wild.start_map import read_start_map, write_start_map  # noqa: E402
from wild.take_clips import take_clips  # noqa: E402
from wild.talking_heads import write_talking_heads  # noqa: E402

STAGES = ('clips', 'pairs', 'features', 'speaker', 'start', 'codes', 'confidence', 'export')
TINY_HEADS = 10


def wild_cache() -> Path:
    return default_cache().parent / 'wild'


def train_wild_stage(stage: str, args: argparse.Namespace, settings: VoiceSettings) -> list[float]:
    """Run one stage; gives its losses where it trains."""
    cache: Path = args.cache
    if stage in ('clips', 'pairs'):
        recogniser = load_recogniser(args.recogniser)
        if recogniser.code != settings.sizes.code:
            raise SystemExit(f'its codes have {recogniser.code} numbers, the voice encoder gives {settings.sizes.code}')
        with ClipStore(cache / 'clips', recogniser) as store:
            if stage == 'clips':
                rows = READERS[args.format](args.manifest, args.videos or args.manifest.parent)
                reader = ClipReader(FaceFinder(), recogniser.recognise, ClipRules())
                take_clips(rows, reader, store, args.workers, say)
            else:
                write_pairs(store, cache, args.held_out, say)
    elif stage == 'features':
        prepare_features(cache, settings.copies, settings.threads)
    elif stage == 'start':
        write_start_map(settings, cache, say)
    elif stage == 'codes':
        losses = train_codes(settings, cache, read_start_map(cache / 'checkpoints' / 'start_map.npz'), say)
        # Codes of real faces keep the spread that they get: no map is redrawn.
        shutil.copy(cache / 'checkpoints' / 'code.pt', cache / 'checkpoints' / 'redrawn.pt')
        return losses
    else:
        return train_stage(stage, settings, Path(), cache, None, args.out)
    return []


def crops_of_manifest(manifest: Path) -> np.ndarray:
    """One aligned crop of every clip."""
    reader = ClipReader(FaceFinder(), lambda crops: crops, replace(ClipRules(), frames=1, least_faces=1))
    crops = []
    for clip in READERS['own'](manifest, manifest.parent):
        if isinstance(clip, Clip) and clip.video:
            crops.extend(reader.crops(clip, clip.end - clip.start))
    return np.stack(crops)


def train_tiny(args: argparse.Namespace, settings: VoiceSettings) -> dict[str, list[float]]:
    """Every stage in a temporary folder that is removed afterwards; gives the losses of each stage."""
    folder = Path(tempfile.mkdtemp(prefix='timbre-wild-'))
    losses = {}
    try:
        args.cache, args.out = folder / 'cache', folder / 'voice-encoder.onnx'
        args.format, args.videos = 'own', folder / 'videos'
        args.manifest = write_talking_heads(args.videos, TINY_HEADS)
        args.recogniser = folder / 'recogniser.onnx'
        write_small_recogniser(crops_of_manifest(args.manifest), args.recogniser)
        for stage in STAGES:
            started = time.monotonic()
            losses[stage] = train_wild_stage(stage, args, settings)
            say(f'-- {stage}: {time.monotonic() - started:.0f} s')
    finally:
        shutil.rmtree(folder)
    return losses


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--config', default='voice', choices=CONFIGURATIONS)
    parser.add_argument('--stage', default='all', choices=('all', *STAGES))
    parser.add_argument('--manifest', type=Path, help='a CSV file; a folder for VoxCeleb')
    parser.add_argument('--format', default='own', choices=READERS)
    parser.add_argument('--videos', type=Path, help='folder of the videos; default: where the manifest is')
    recogniser = weights_folder() / 'face-recogniser.onnx'
    parser.add_argument(
        '--recogniser', type=Path, default=recogniser, help=f'default: models/weights/{recogniser.name}'
    )
    parser.add_argument('--cache', type=Path, default=wild_cache())
    parser.add_argument('--out', type=Path, help='default: voice-encoder.onnx in the cache')
    parser.add_argument('--workers', type=int, default=2, help='clips read at a time')
    parser.add_argument('--held-out', type=float, default=HELD_OUT, help='share of recordings to calibrate with')
    args = parser.parse_args()
    settings = importlib.import_module(CONFIGURATIONS[args.config]).settings
    if args.config == 'tiny':
        train_tiny(args, settings)
        return
    args.out = args.out or args.cache / 'voice-encoder.onnx'
    stages = STAGES if args.stage == 'all' else (args.stage,)
    if 'clips' in stages and args.manifest is None:
        parser.error('--manifest is missing')
    if not args.recogniser.is_file() and {'clips', 'pairs'} & set(stages):
        parser.error(f'no recogniser at {args.recogniser} (models/training/FACE.md says how one is made)')
    for stage in stages:
        train_wild_stage(stage, args, settings)


if __name__ == '__main__':
    main()
