"""One clip of a manifest -> its voice and its face code, or the reason why it can't be used."""

import math
from dataclasses import dataclass, replace

import numpy as np

from audio import SAMPLE_RATE
from face_crop import aligned_crop
from prepare.speech import drop_pauses
from wild.face_finder import FaceFinder, FoundFace
from wild.manifest import Clip
from wild.recogniser_file import Recognise
from wild.video import VideoError, probe, read_frames, read_sound


@dataclass(frozen=True)
class ClipRules:
    """What a clip must have."""

    least_speech_seconds: float = 2.0  # pauses taken out
    longest_seconds: float = 20.0  # the rest of a longer clip is not used
    least_level_db: float = -55.0  # of full scale
    frames: int = 6  # looked at
    least_faces: int = 3  # two at least: frames in which the face is found and usable
    least_between_eyes: float = 24.0  # px, in frames of at most 960 px
    frontal: tuple[float, float] = (0.2, 0.8)  # of FoundFace.nose_place
    reach: float = 0.6  # a face counts as at a place that lies within this many of its box's sides from its centre
    clearly_larger: float = 1.5  # without a place: the sides of the largest face over those of the next


@dataclass(frozen=True)
class TakenClip:
    """`pcm` int16 [samples] without pauses. `faces` [2, n]: the recogniser's means over the first and the last frames."""

    pcm: np.ndarray
    faces: np.ndarray


@dataclass(frozen=True)
class Skipped:
    reason: str


def face_at(faces: list[FoundFace], place: np.ndarray, rules: ClipRules) -> FoundFace | None:
    """The face nearest to `place` (px), if it is near enough."""
    if not faces:
        return None
    nearest = min(faces, key=lambda face: np.linalg.norm(face.centre - place))
    side = (nearest.box[2:] - nearest.box[:2]).max()
    return nearest if np.abs(nearest.centre - place).max() <= rules.reach * side else None


def only_face(faces: list[FoundFace], rules: ClipRules) -> FoundFace | None:
    """The one face, or the one that is clearly larger than all others."""
    sides = sorted(((face.box[2:] - face.box[:2]).max() for face in faces), reverse=True)
    if not faces or (len(faces) > 1 and sides[0] < rules.clearly_larger * sides[1]):
        return None
    return max(faces, key=lambda face: (face.box[2:] - face.box[:2]).max())


def unusable(face: FoundFace, rules: ClipRules) -> str:
    """Why a face that was found doesn't count; empty where it does."""
    if face.between_eyes < rules.least_between_eyes:
        return 'face too small'
    if not rules.frontal[0] <= face.nose_place <= rules.frontal[1]:
        return 'face turned away'
    return ''


class ClipReader:
    """Reads clips; may be used by several threads."""

    def __init__(self, find_faces: FaceFinder, recognise: Recognise, rules: ClipRules | None = None):
        self.find_faces = find_faces
        self.recognise = recognise
        self.rules = rules or ClipRules()

    def read(self, clip: Clip) -> TakenClip | Skipped:
        """`clip.video` must be there."""
        try:
            return self.take(clip)
        except VideoError as error:
            return Skipped(error.reason)

    def take(self, clip: Clip) -> TakenClip | Skipped:
        sizes = probe(clip.video)
        end = sizes.seconds if math.isnan(clip.end) else clip.end
        if math.isnan(end) or clip.start >= (sizes.seconds if not math.isnan(sizes.seconds) else math.inf):
            return Skipped('outside the video')
        duration = min(end - clip.start, self.rules.longest_seconds)
        voice = self.voice(clip, duration)
        if isinstance(voice, Skipped):
            return voice
        if clip.face is not None and clip.in_pixels:
            clip = replace(clip, face=(clip.face[0] / sizes.width, clip.face[1] / sizes.height), in_pixels=False)
        crops = self.crops(clip, duration)
        if isinstance(crops, Skipped):
            return crops
        faces = self.recognise(np.stack(crops)).astype(np.float32)
        if not np.isfinite(faces).all():
            return Skipped('face code not finite')
        half = len(faces) // 2
        return TakenClip(voice, np.stack([faces[:half].mean(0), faces[half:].mean(0)]))

    def voice(self, clip: Clip, duration: float) -> np.ndarray | Skipped:
        pcm = read_sound(clip.video, clip.start, duration)
        if len(pcm) == 0:
            return Skipped('outside the video')
        level_db = 10 * math.log10(float((pcm**2).mean()) + 1e-12)
        if level_db < self.rules.least_level_db:
            return Skipped('silent')
        voiced = drop_pauses(pcm - pcm.mean())
        if len(voiced) < self.rules.least_speech_seconds * SAMPLE_RATE:
            return Skipped('too little speech')
        return (np.clip(voiced, -1, 1) * 32767).astype(np.int16)

    def crops(self, clip: Clip, duration: float) -> list[np.ndarray] | Skipped:
        """Aligned crops of the speaker's face, followed from frame to frame; its place is in shares of the frame."""
        place, crops, reasons = None, [], []
        for frame in read_frames(clip.video, clip.start, duration, self.rules.frames):
            if place is None and clip.face is not None:
                place = np.array(clip.face) * frame.shape[1::-1]
            faces = self.find_faces(frame)
            face = only_face(faces, self.rules) if place is None else face_at(faces, place, self.rules)
            if face is None:
                missed = 'no face where it should be' if clip.face else 'several faces'
                reasons.append(missed if faces else 'no face')
                continue
            place = face.centre
            fault = unusable(face, self.rules)
            if fault:
                reasons.append(fault)
            else:
                crops.append(aligned_crop(frame, face.points))
        if len(crops) >= self.rules.least_faces:
            return crops
        return Skipped(max(set(reasons), key=reasons.count) if reasons else 'no picture')
