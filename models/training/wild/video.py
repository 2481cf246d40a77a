"""Sound and pictures of a stretch of a video, through ffmpeg."""

import json
import math
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from audio import SAMPLE_RATE

LONGEST_SIDE = 960  # px; larger frames are scaled down
PATIENCE_SECONDS = 120


class VideoError(Exception):
    """`reason` is for counting: it names no file."""

    def __init__(self, reason: str, detail: str = ''):
        super().__init__(f'{reason}: {detail}' if detail else reason)
        self.reason = reason


@dataclass(frozen=True)
class VideoSizes:
    """Pixels, and seconds (nan where the container doesn't say)."""

    width: int
    height: int
    seconds: float


def call(*command: str) -> bytes:
    try:
        done = subprocess.run(command, capture_output=True, timeout=PATIENCE_SECONDS, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired as error:
        raise VideoError('decoding took too long') from error
    if done.returncode != 0:
        raise VideoError('unreadable video', done.stderr.decode(errors='replace').strip()[-200:])
    return done.stdout


def probe(path: Path) -> VideoSizes:
    """Raises VideoError where there is no picture or no sound."""
    entries = 'stream=codec_type,width,height:format=duration'
    shown = json.loads(call('ffprobe', '-v', 'error', '-show_entries', entries, '-of', 'json', str(path)))
    streams = {stream['codec_type']: stream for stream in reversed(shown.get('streams', []))}
    if 'video' not in streams:
        raise VideoError('no picture')
    if 'audio' not in streams:
        raise VideoError('no sound')
    picture = streams['video']
    return VideoSizes(picture['width'], picture['height'], float(shown.get('format', {}).get('duration', math.nan)))


def read_sound(path: Path, start: float, duration: float) -> np.ndarray:
    """float32 [samples], 16 kHz mono, -1..1"""
    raw = call(
        'ffmpeg', '-v', 'error', '-ss', f'{start:.3f}', '-t', f'{duration:.3f}', '-i', str(path),
        '-vn', '-ac', '1', '-ar', str(SAMPLE_RATE), '-f', 's16le', 'pipe:1',
    )  # fmt: skip
    return np.frombuffer(raw, '<i2').astype(np.float32) / 32768


def read_frames(path: Path, start: float, duration: float, count: int) -> list[np.ndarray]:
    """About `count` frames, evenly spread, uint8 [h, w, 3] RGB, at most LONGEST_SIDE wide and high."""
    small = f"scale='min(iw,{LONGEST_SIDE})':'min(ih,{LONGEST_SIDE})':force_original_aspect_ratio=decrease"
    raw = call(
        'ffmpeg', '-v', 'error', '-ss', f'{start:.3f}', '-t', f'{duration:.3f}', '-i', str(path),
        '-an', '-vf', f'fps={count / duration:.4f},{small}', '-frames:v', str(count),
        '-f', 'image2pipe', '-c:v', 'ppm', 'pipe:1',
    )  # fmt: skip
    return portable_pixmaps(raw)


def portable_pixmaps(raw: bytes) -> list[np.ndarray]:
    """Binary PPM pictures, one behind the other."""
    pictures, place = [], 0
    while place < len(raw):
        magic, sizes, _largest, _rest = raw[place : place + 64].split(b'\n', 3)
        width, height = (int(word) for word in sizes.split())
        place += len(magic) + len(sizes) + len(_largest) + 3
        size = width * height * 3
        pictures.append(np.frombuffer(raw, np.uint8, size, place).reshape(height, width, 3))
        place += size
    return pictures
