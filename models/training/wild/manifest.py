"""Manifests of in-the-wild video: where somebody is seen speaking. No format's labels are read.

Every reader yields a Clip or a BadRow, so a broken row costs that row only.
"""

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

VIDEO_ENDINGS = ('.mp4', '.mkv', '.webm', '.mov', '.avi', '.m4v')
VOXCELEB_FRAMES_PER_SECOND = 25.0
LARGEST_SHARE = 1.5  # positions above are pixels; a face's centre may lie a little outside its frame


@dataclass(frozen=True)
class Clip:
    """`name` says which file, `source` which recording: only clips of one recording can be of one person.

    `start` and `end` in seconds, `end` nan where the clip ends with the file. `face`: where the speaker's face is when
    the clip starts, x and y in shares of the frame (or in its pixels: `in_pixels`), None where nobody said.
    """

    name: str
    source: str
    video: Path | None
    start: float
    end: float
    face: tuple[float, float] | None
    in_pixels: bool = False

    @property
    def key(self) -> str:
        """What a clip is recognised by when work goes on."""
        place = '' if self.face is None else f' at {self.face[0]:.10g} {self.face[1]:.10g}'
        return f'{self.name} {self.start:.10g}-{self.end:.10g}{place}'


@dataclass(frozen=True)
class BadRow:
    where: str
    reason: str


class Videos:
    """Finds files by name or by the name without its ending (a YouTube id)."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.by_stem = {
            path.stem: path for path in sorted(folder.iterdir()) if path.suffix.lower() in VIDEO_ENDINGS
        } if folder.is_dir() else {}  # fmt: skip

    def find(self, name: str) -> Path | None:
        path = self.folder / name
        return path if path.is_file() else self.by_stem.get(name)


def seconds(text: str) -> float:
    value = float(text)
    if not math.isfinite(value) or value < 0:
        raise ValueError(f'{text!r} is no time')
    return value


def place_of(x: str | None, y: str | None) -> tuple[float, float] | None:
    if not (x or '').strip() and not (y or '').strip():
        return None
    place = float(x or ''), float(y or '')
    if not all(math.isfinite(value) and value >= -LARGEST_SHARE for value in place):
        raise ValueError(f'{x!r}, {y!r} is no place in a frame')
    return place


def clip_of(name: str, source: str, video: Path | None, start: str, end: str, x: str | None, y: str | None) -> Clip:
    first, last, face = seconds(start), seconds(end), place_of(x, y)
    if last <= first:
        raise ValueError(f'ends at {end}, before it starts at {start}')
    return Clip(name, source, video, first, last, face, face is not None and max(face) > LARGEST_SHARE)


def read_rows(rows, path: Path, make) -> Iterator[Clip | BadRow]:
    for number, row in rows:
        try:
            yield make(row)
        except (ValueError, KeyError, IndexError, TypeError) as error:
            yield BadRow(f'{path.name}:{number}', f'row not understood: {error}')


def read_own(path: Path, folder: Path) -> Iterator[Clip | BadRow]:
    """Ours: a header `video,start,end,x,y`; `x` and `y` may be empty. `video` is a path within `folder`."""
    videos = Videos(folder)
    with open(path, newline='') as table:
        reader = csv.DictReader(table)
        missing = {'video', 'start', 'end'} - set(reader.fieldnames or ())
        if missing:
            raise SystemExit(f'{path}: no column {", ".join(sorted(missing))}')

        def make(row: dict[str, str]) -> Clip:
            name = row['video']
            return clip_of(name, name, videos.find(name), row['start'], row['end'], row.get('x'), row.get('y'))

        yield from read_rows(((reader.line_num, row) for row in reader), path, make)


def read_avspeech(path: Path, folder: Path) -> Iterator[Clip | BadRow]:
    """avspeech_train.csv, avspeech_test.csv: no header, `YouTube id, start, end, x, y`, x and y the face's centre in
    shares of the frame. Videos are `folder`/ID.mp4 (or .mkv, .webm ...)."""
    videos = Videos(folder)
    with open(path, newline='') as table:
        reader = csv.reader(table, skipinitialspace=True)

        def make(row: list[str]) -> Clip:
            name, start, end, x, y = row
            return clip_of(name, name, videos.find(name), start, end, x, y)

        yield from read_rows(((reader.line_num, row) for row in reader if row), path, make)


def voxceleb_track(path: Path, videos: Videos) -> Clip:
    """One utterance of VoxCeleb's text files: `Reference : ID`, then `FRAME X Y W H` and a line per frame at 25 Hz."""
    name, track = '', []
    for line in path.read_text().splitlines():
        words = line.split()
        if words[:1] == ['Reference']:
            name = words[-1]
        elif len(words) == 5 and words[0].isdigit():
            track.append([float(word) for word in words])
    if not name or not track:
        raise ValueError('no Reference or no frames')
    first, x, y, width, height = track[0]
    start, end = first / VOXCELEB_FRAMES_PER_SECOND, (track[-1][0] + 1) / VOXCELEB_FRAMES_PER_SECOND
    face = (x + width / 2, y + height / 2)
    return Clip(name, name, videos.find(name), start, end, face, max(face) > LARGEST_SHARE)


def read_voxceleb(path: Path, folder: Path) -> Iterator[Clip | BadRow]:
    """VoxCeleb 1 and 2 with the original videos: `path` holds IDENTITY/YOUTUBE-ID/UTTERANCE.txt, `folder` the videos by
    YouTube id. Identities are not read."""
    videos = Videos(folder)
    for file in sorted(path.rglob('*.txt')):
        try:
            yield voxceleb_track(file, videos)
        except (ValueError, IndexError) as error:
            yield BadRow(str(file.relative_to(path)), f'row not understood: {error}')


def read_voxceleb_clips(path: Path, _folder: Path) -> Iterator[Clip | BadRow]:
    """VoxCeleb 2 as it is handed out: `path` holds IDENTITY/YOUTUBE-ID/UTTERANCE.mp4, each cut to one utterance and
    cropped around the face. Identities are not read."""
    for file in sorted(path.rglob('*')):
        if file.suffix.lower() in VIDEO_ENDINGS:
            yield Clip(str(file.relative_to(path)), file.parent.name, file, 0.0, math.nan, (0.5, 0.5))


READERS = {
    'own': read_own,
    'avspeech': read_avspeech,
    'voxceleb': read_voxceleb,
    'voxceleb-clips': read_voxceleb_clips,
}
