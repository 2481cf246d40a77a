"""Talking-head videos that the project makes itself: faces of the shipped decoder, espeak-ng's voices, muxed by ffmpeg.

They show that the way from a manifest to a trained encoder works. Nothing useful can be learnt from them: which face
speaks with which voice is chance.
"""

import csv
import subprocess
import tempfile
import wave
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

import numpy as np
import onnxruntime

from align import FaceMesh
from audio import SAMPLE_RATE
from contract import weights_folder
from face_portrait import STYLES, Style, Wardrobe, draw_portrait, expression_points
from face_config import EXPRESSIONS, FaceConfig
from prepare.speech import synthetic_clips

FRAMES_PER_SECOND = 10
MOUTHS = ({}, {'jawOpen': 0.25, 'aa': 0.3}, {'jawOpen': 0.5, 'oh': 0.4})  # shut, half open, open
CODE_SPREAD = 0.9  # of the population's: every face well within it


@dataclass(frozen=True)
class Head:
    """One person's pictures uint8 [mouths, size, size, 3] and sentences, float32 [samples] each."""

    pictures: np.ndarray
    sentences: list[np.ndarray]


class HeadMaker:
    """Draws people; loads decoder, mesh and style layers once."""

    def __init__(self, size: int = 320):
        self.size = size
        self.session = onnxruntime.InferenceSession(
            str(weights_folder() / 'face-decoder.onnx'), providers=['CPUExecutionProvider']
        )
        self.mesh, self.wardrobe = FaceMesh.load(FaceConfig().mesh), Wardrobe()

    def pictures(self, code: np.ndarray, style: Style) -> np.ndarray:
        skin, rest, deltas = self.session.run(['skin', 'rest', 'deltas'], {'code': code[None].astype(np.float32)})
        draw = lambda mouth: draw_portrait(
            self.mesh, self.wardrobe, skin[0].transpose(1, 2, 0),
            expression_points(rest[0], deltas[0], mouth, EXPRESSIONS), style, self.size,
        )  # fmt: skip
        return np.stack([draw(mouth) for mouth in MOUTHS])


def style_of(person: int) -> Style:
    """Every eight people the tones move on, so that no two of the first 64 look the same."""
    tones = STYLES[(person + person // len(STYLES)) % len(STYLES)]
    return replace(STYLES[person % len(STYLES)], tone=tones.tone, lift=tones.lift, background=tones.background)


def make_heads(count: int, size: int = 320, seed: int = 11) -> list[Head]:
    maker, rng = HeadMaker(size), np.random.default_rng(seed)
    voices = [
        [pcm for _, pcm in clips] for _, clips in groupby(synthetic_clips(count), key=lambda labelled: labelled[0][1])
    ]
    return [
        Head(maker.pictures(CODE_SPREAD * rng.standard_normal(128), style_of(person)), sentences)
        for person, sentences in enumerate(voices)
    ]


def mouth_of(pcm: np.ndarray) -> np.ndarray:
    """Which of MOUTHS each frame shows [frames]: by the loudness of what is heard meanwhile."""
    step = SAMPLE_RATE // FRAMES_PER_SECOND
    loud = np.sqrt((pcm[: len(pcm) // step * step].reshape(-1, step) ** 2).mean(1))
    return np.digitize(loud, np.quantile(loud, [0.35, 0.7]))


def write_video(frames: np.ndarray, pcm: np.ndarray, path: Path) -> None:
    """frames uint8 [n, h, w, 3] at FRAMES_PER_SECOND, pcm float32 16 kHz -> H.264 and AAC."""
    height, width = frames.shape[1:3]
    with tempfile.NamedTemporaryFile(suffix='.wav') as sound:
        with wave.open(sound.name, 'wb') as file:
            file.setparams((1, 2, SAMPLE_RATE, 0, 'NONE', ''))
            file.writeframes((np.clip(pcm, -1, 1) * 32767).astype('<i2').tobytes())
        subprocess.run(
            ['ffmpeg', '-v', 'error', '-y', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', f'{width}x{height}',
             '-r', str(FRAMES_PER_SECOND), '-i', 'pipe:0', '-i', sound.name, '-c:v', 'libx264', '-preset', 'ultrafast',
             '-pix_fmt', 'yuv420p', '-c:a', 'aac', '-shortest', str(path)],
            input=frames.tobytes(), check=True,
        )  # fmt: skip


def write_head(head: Head, path: Path) -> list[tuple[float, float]]:
    """One video of all sentences; gives where each begins and ends, in seconds."""
    pcm = np.concatenate(head.sentences)
    write_video(head.pictures[mouth_of(pcm)], pcm, path)
    ends = np.cumsum([len(sentence) for sentence in head.sentences]) / SAMPLE_RATE
    return list(zip([0.0, *ends[:-1]], ends))


def write_talking_heads(folder: Path, count: int, size: int = 320) -> Path:
    """`count` videos and the manifest of all their sentences, whose path is given back."""
    folder.mkdir(parents=True, exist_ok=True)
    manifest = folder / 'manifest.csv'
    with open(manifest, 'w', newline='') as table:
        writer = csv.writer(table)
        writer.writerow(('video', 'start', 'end', 'x', 'y'))
        for person, head in enumerate(make_heads(count, size)):
            name = f'head-{person:02d}.mp4'
            for start, end in write_head(head, folder / name):
                writer.writerow((name, f'{start:.2f}', f'{end:.2f}', 0.5, 0.5))
    return manifest
