"""A voice through real Opus packets of which some are lost, with the decoder's own concealment (RFC 6716, section 4.4):
ffmpeg can't lose packets, so Debian's libopus is called by ctypes.
"""

import ctypes
import ctypes.util

import numpy as np

from audio import SAMPLE_RATE

PACKET_SAMPLES = SAMPLE_RATE // 50  # 20 ms
LONGEST_PACKET = 1500  # bytes
APPLICATION_VOIP = 2048  # OPUS_APPLICATION_VOIP
SET_BITRATE = 4002  # OPUS_SET_BITRATE_REQUEST
FLOATS = ctypes.POINTER(ctypes.c_float)


class OpusCall:
    """One direction of a call at `kbit` kbit/s without forward error correction. Close it, or use it in `with`."""

    def __init__(self, kbit: int):
        name = ctypes.util.find_library('opus')
        if name is None:
            raise RuntimeError('libopus is missing: install ffmpeg or libopus0')
        self.library = ctypes.CDLL(name)
        for maker in (self.library.opus_encoder_create, self.library.opus_decoder_create):
            maker.restype = ctypes.c_void_p
        status = ctypes.c_int()
        self.encoder = self.library.opus_encoder_create(SAMPLE_RATE, 1, APPLICATION_VOIP, ctypes.byref(status))
        self._check(status.value)
        self.decoder = self.library.opus_decoder_create(SAMPLE_RATE, 1, ctypes.byref(status))
        self._check(status.value)
        encoder = ctypes.c_void_p(self.encoder)
        self._check(self.library.opus_encoder_ctl(encoder, SET_BITRATE, ctypes.c_int(1000 * kbit)))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.library.opus_encoder_destroy(ctypes.c_void_p(self.encoder))
        self.library.opus_decoder_destroy(ctypes.c_void_p(self.decoder))

    def encode(self, pcm: np.ndarray) -> bytes:
        """One packet of PACKET_SAMPLES float32 samples."""
        block, packet = np.ascontiguousarray(pcm, np.float32), ctypes.create_string_buffer(LONGEST_PACKET)
        samples = block.ctypes.data_as(FLOATS)
        length = self.library.opus_encode_float(
            ctypes.c_void_p(self.encoder), samples, PACKET_SAMPLES, packet, LONGEST_PACKET
        )
        self._check(length)
        return packet.raw[:length]

    def decode(self, packet: bytes | None) -> np.ndarray:
        """PACKET_SAMPLES samples; `None` is a lost packet, which the decoder conceals."""
        out = np.zeros(PACKET_SAMPLES, np.float32)
        count = self.library.opus_decode_float(
            ctypes.c_void_p(self.decoder), packet, len(packet or b''), out.ctypes.data_as(FLOATS), PACKET_SAMPLES, 0
        )
        self._check(count)
        return out

    def _check(self, status: int) -> None:
        if status < 0:
            raise RuntimeError(f'libopus answers {status}')


def lossy_opus(pcm: np.ndarray, kbit: int, loss: float, seed: int) -> np.ndarray:
    """`pcm` through Opus, each packet lost with probability `loss` independently of the others. Same length out."""
    random = np.random.default_rng(seed)
    count = -(-len(pcm) // PACKET_SAMPLES)
    padded = np.zeros(count * PACKET_SAMPLES, np.float32)
    padded[: len(pcm)] = pcm
    lost = random.random(count) < loss
    with OpusCall(kbit) as call:
        packets = [call.encode(block) for block in padded.reshape(count, PACKET_SAMPLES)]
        heard = [call.decode(None if gone else packet) for packet, gone in zip(packets, lost)]
    return np.concatenate(heard)[: len(pcm)]
