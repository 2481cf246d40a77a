"""The weights in the repository still give the golden vectors."""

import json

import numpy as np
import onnxruntime
import pytest

from audio import SAMPLE_RATE
from contract import golden_folder, read_contract, weights_folder
from synthetic_voice import synthetic_voice

GOLDEN = golden_folder() / 'voice'


def test_clip_is_the_formula_and_the_weights_answer_as_they_did():
    golden = json.loads((GOLDEN / 'golden.json').read_text())
    clip = np.fromfile(GOLDEN / golden['clip'], '<f4')
    assert np.allclose(clip, synthetic_voice(len(clip) / SAMPLE_RATE), atol=1e-5)
    voice = read_contract()['voiceEncoder']
    session = onnxruntime.InferenceSession(str(weights_folder() / voice['file']))
    for case in golden['cases']:
        code, confidence = session.run(None, {voice['input']: clip[None, : case['samples']]})
        assert code[0] == pytest.approx(case['code'], abs=golden['tolerance'])
        assert confidence[0] == pytest.approx(case['confidence'], abs=golden['tolerance'])
