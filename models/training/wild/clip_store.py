"""What was taken from a manifest's clips, appended clip by clip, so that work goes on where it stopped.

Three files: `clips.jsonl`, a line per clip with what was taken or why not; `pcm.i16`, the voices end to end;
`faces.f32`, what the recogniser gave, twice per taken clip (over the first and the last frames). A line is written last:
what the other two hold beyond the last line was being written when the work stopped, and is cut off.
"""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from wild.clip_reader import Skipped, TakenClip
from wild.manifest import Clip
from wild.recogniser_file import Recogniser


@dataclass(frozen=True)
class StoredClip:
    key: str
    source: str
    start: int  # in pcm.i16, samples
    samples: int


class ClipStore:
    def __init__(self, folder: Path, recogniser: Recogniser):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.recogniser = folder, recogniser
        self.length = recogniser.code + recogniser.feature
        made_with = folder / 'recogniser.json'
        wanted = {'fingerprint': recogniser.fingerprint, 'code': recogniser.code, 'feature': recogniser.feature}
        if not made_with.exists():
            made_with.write_text(json.dumps(wanted))
        elif json.loads(made_with.read_text()) != wanted:
            raise SystemExit(f'{folder} holds codes of another recogniser: give another --cache, or delete the folder')
        self.taken: list[StoredClip] = []
        self.reasons: Counter[str] = Counter()
        self.known: set[str] = set()
        self.read_lines()
        self.lines = open(folder / 'clips.jsonl', 'a')
        self.pcm = open(folder / 'pcm.i16', 'ab')
        self.faces = open(folder / 'faces.f32', 'ab')
        self.pcm.truncate(self.samples * 2)
        self.faces.truncate(len(self.taken) * 2 * self.length * 4)

    @property
    def samples(self) -> int:
        return self.taken[-1].start + self.taken[-1].samples if self.taken else 0

    def read_lines(self) -> None:
        path = self.folder / 'clips.jsonl'
        if not path.exists():
            return
        content = path.read_bytes()
        whole = content[: content.rfind(b'\n') + 1]
        if len(whole) < len(content):
            path.write_bytes(whole)
        for line in whole.decode().splitlines():
            self.note(json.loads(line))

    def note(self, line: dict) -> None:
        self.known.add(line['clip'])
        if 'reason' in line:
            self.reasons[line['reason']] += 1
        else:
            self.taken.append(StoredClip(line['clip'], line['source'], line['start'], line['samples']))

    def write(self, line: dict) -> None:
        self.lines.write(json.dumps(line) + '\n')
        self.lines.flush()
        self.note(line)

    def skip(self, key: str, reason: str) -> None:
        self.write({'clip': key, 'reason': reason})

    def add(self, clip: Clip, result: TakenClip | Skipped) -> None:
        if isinstance(result, Skipped):
            self.skip(clip.key, result.reason)
            return
        start = self.samples
        self.pcm.write(result.pcm.astype('<i2').tobytes())
        self.faces.write(result.faces.astype('<f4').tobytes())
        self.pcm.flush()
        self.faces.flush()
        self.write({'clip': clip.key, 'source': clip.source, 'start': start, 'samples': len(result.pcm)})

    def all_pcm(self) -> np.ndarray:
        """int16 [samples], on disk"""
        return np.memmap(self.folder / 'pcm.i16', '<i2', 'r', shape=(self.samples,))

    def all_faces(self) -> np.ndarray:
        """float32 [clips, 2, code + feature]"""
        count = len(self.taken) * 2 * self.length
        return np.fromfile(self.folder / 'faces.f32', '<f4', count).reshape(-1, 2, self.length)

    def all_codes(self) -> np.ndarray:
        """float32 [clips, code]"""
        return self.all_faces()[:, :, : self.recogniser.code].mean(1)

    def all_features(self) -> np.ndarray:
        """float32 [clips, 2, feature]: what tells people apart"""
        return self.all_faces()[:, :, self.recogniser.code if self.recogniser.feature else 0 :]

    def close(self) -> None:
        for file in (self.lines, self.pcm, self.faces):
            file.close()

    def __enter__(self) -> 'ClipStore':
        return self

    def __exit__(self, *_error) -> None:
        self.close()
