"""The whole way in about two minutes on two cores: a test of the machinery, not a useful encoder."""

from config.voice import VoiceSettings
from voice_encoder import VoiceSizes

settings = VoiceSettings(
    sizes=VoiceSizes(channels=64, pooled=96, embedding=64, attention=16, dilations=(1, 2), code_hidden=64),
    speaker_steps=120,
    pairs=12,
    shortest_frames=62,
    longest_frames=125,
    code_steps=60,
    longest_code_frames=187,
    confidence_steps=40,
    negatives=32,
    calibration_rounds=6,
    components=16,
    copies=('c0', 'c2', 's088', 'pitch1'),
    synthetic_voices=24,
    clips_limit=72,
)
