"""Settings of the voice encoder's training. A configuration file beside this one overrides some of them."""

from dataclasses import dataclass, field

from voice_encoder import VoiceSizes


@dataclass(frozen=True)
class VoiceSettings:
    """Stages last their minutes of wall clock, so a slower machine sees fewer crops, or their steps where not 0."""

    sizes: VoiceSizes = field(default_factory=VoiceSizes)
    threads: int = 2
    seed: int = 0
    # first stage: tell speakers apart
    speaker_minutes: float = 42.0
    speaker_steps: int = 0
    pairs: int = 32  # speakers a batch, two crops each
    shortest_frames: int = 100  # 1.6 s
    longest_frames: int = 300  # 4.8 s
    learning_rate: float = 3e-3
    margin: float = 0.2  # additive, raised late: an early margin failed
    scale: float = 30.0
    # second stage: regress the face code
    code_minutes: float = 25.0
    code_steps: int = 0
    longest_code_frames: int = 374  # 6 s
    code_learning_rate: float = 1e-3
    trunk_learning_rate: float = 5e-4
    confidence_minutes: float = 3.0
    confidence_steps: int = 0
    negatives: int = 240  # sounds made by formula that are not speech
    calibration_rounds: int = 40  # batches of held-out voices
    components: int = 128  # of the speaker embedding, carried into the code
    # data
    copies: tuple[str, ...] = ()  # feature copies to make; all where empty
    synthetic_voices: int = 0  # speak this many voices with espeak-ng where no recordings are at hand
    clips_limit: int = 0  # per split; 0 takes all


settings = VoiceSettings()
