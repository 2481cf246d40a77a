"""Readings of the exported voice encoder, remembered on disk, and the linear probes that read traits from codes."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime

from contract import read_contract


def file_digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def folder_digest(*folders: Path) -> str:
    """Of the names and contents of all files in the folders, not of those in folders within."""
    digest = hashlib.sha256()
    for path in sorted(path for folder in folders for path in folder.iterdir() if path.is_file()):
        digest.update(path.name.encode() + b'\0' + path.read_bytes())
    return digest.hexdigest()


def pieces_digest(pieces: list[np.ndarray]) -> str:
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(np.ascontiguousarray(piece, np.float32).tobytes())
        digest.update(len(piece).to_bytes(8, 'little'))
    return digest.hexdigest()


def one_thread_session(file: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(str(file), options, providers=['CPUExecutionProvider'])


class VoiceReader:
    """The exported voice encoder. What it said of the same sound before is read from `cache` (codes only, no sound)."""

    def __init__(self, file: Path, cache: Path):
        self.names = read_contract()['voiceEncoder']
        self.session = one_thread_session(file)
        self.cache = cache / file_digest(file)[:16]
        self.cache.mkdir(parents=True, exist_ok=True)

    def encode(self, pieces: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """Codes [n, 128] and confidences [n] of pieces of any lengths."""
        return self.encode_made(pieces_digest(pieces), lambda: pieces)

    def encode_made(self, digest: str, make: Callable[[], list[np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
        """The same of pieces that are made only where nothing is known under `digest`."""
        file = self.cache / f'{digest[:24]}.npz'
        if not file.exists():
            pieces = make()
            outputs = [self.names['outputs']['code'], self.names['outputs']['confidence']]
            answers = [
                self.session.run(outputs, {self.names['input']: piece[None].astype(np.float32)}) for piece in pieces
            ]
            partial = file.with_suffix('.partial.npz')
            np.savez(
                partial,
                code=np.concatenate([code for code, _ in answers]),
                confidence=np.concatenate([confidence for _, confidence in answers]),
            )
            partial.rename(file)
        with np.load(file) as known:
            return known['code'].astype(np.float64), known['confidence'].astype(np.float64)


class Probe:
    """A linear reading of a code: weights and bias from probes.json."""

    def __init__(self, entry: dict):
        self.weights = np.array(entry['weights'])
        self.bias = float(entry.get('bias', 0.0))

    def read(self, codes: np.ndarray) -> np.ndarray:
        return codes @ self.weights + self.bias
