"""From videos that the project makes itself to a trained encoder: every step of in-the-wild training."""

import csv
import json
import math
import shutil
import subprocess
from argparse import Namespace
from dataclasses import replace

import numpy as np
import pytest
import torch

from audio import SAMPLE_RATE
from config.voice_tiny import settings as tiny
from face_crop import CROP_SIZE, TEMPLATE, aligned_crop, similarity
from train_codes import CodeTargets, load_model
from train_wild import crops_of_manifest, train_wild_stage
from voice_bank import SpeechBank
from wild.clip_reader import ClipReader, ClipRules, Skipped, TakenClip
from wild.clip_store import ClipStore
from wild.face_finder import FaceFinder
from wild.manifest import READERS, BadRow, Clip
from wild.recogniser_file import Recogniser, check_template, load_recogniser
from wild.small_recogniser import write_small_recogniser
from wild.start_map import fit_start_map
from wild.take_clips import take_clips
from wild.talking_heads import MOUTHS, make_heads, write_head, write_video
from wild.voices import sort_into_voices

PEOPLE, SENTENCES = 6, 2
SIZE = 256


@pytest.fixture(scope='module')
def heads():
    return [replace(head, sentences=head.sentences[:SENTENCES]) for head in make_heads(PEOPLE, SIZE)]


@pytest.fixture(scope='module')
def find_faces():
    return FaceFinder()


@pytest.fixture(scope='module')
def videos(heads, tmp_path_factory):
    """A folder with a video of each person, one of two people side by side, broken ones, and a manifest of all."""
    folder = tmp_path_factory.mktemp('videos')
    rows = []
    for person, head in enumerate(heads):
        for start, end in write_head(head, folder / f'head-{person}.mp4'):
            rows.append((f'head-{person}.mp4', f'{start:.2f}', f'{end:.2f}', '0.5', '0.5'))
    sentence = heads[4].sentences[0]
    frames = np.concatenate([np.repeat(heads[person].pictures[:1], 30, 0) for person in (1, 4)], 2)
    write_video(frames, sentence, folder / 'two.mp4')
    cut = np.concatenate([np.repeat(heads[person].pictures[:1], 15, 0) for person in (1, 4)])
    write_video(cut, sentence, folder / 'cut.mp4')
    write_video(np.full((30, SIZE, SIZE, 3), 90, np.uint8), sentence, folder / 'nobody.mp4')
    write_video(np.repeat(heads[0].pictures[:1], 30, 0), np.zeros(3 * SAMPLE_RATE, np.float32), folder / 'mute.mp4')
    command = ['ffmpeg', '-v', 'error', '-i', str(folder / 'head-0.mp4'), '-an', '-c:v', 'copy']
    subprocess.run([*command, str(folder / 'soundless.mp4')], check=True)
    (folder / 'broken.mp4').write_bytes((folder / 'head-0.mp4').read_bytes()[:2000])
    rows += [
        ('two.mp4', '0', '3', '0.75', '0.5'),
        ('cut.mp4', '0', '3', '0.5', '0.5'),
        ('two.mp4', '0', '3.0', '', ''),
        ('nobody.mp4', '0', '3', '0.5', '0.5'),
        ('mute.mp4', '0', '3', '0.5', '0.5'),
        ('soundless.mp4', '0', '3', '0.5', '0.5'),
        ('broken.mp4', '0', '3', '0.5', '0.5'),
        ('gone.mp4', '0', '3', '0.5', '0.5'),
        ('head-0.mp4', '500', '503', '0.5', '0.5'),
        ('head-0.mp4', '0', '0.8', '0.5', '0.5'),
        ('head-0.mp4', '0', '3', '0.05', '0.05'),
        ('head-0.mp4', '3', 'three', '0.5', '0.5'),
        ('head-0.mp4', '5', '4', '0.5', '0.5'),
    ]
    with open(folder / 'manifest.csv', 'w', newline='') as table:
        csv.writer(table).writerows([('video', 'start', 'end', 'x', 'y'), *rows])
    return folder


@pytest.fixture(scope='module')
def recogniser(videos, tmp_path_factory):
    path = tmp_path_factory.mktemp('recogniser') / 'recogniser.onnx'
    good = videos / 'good.csv'
    good.write_text('\n'.join((videos / 'manifest.csv').read_text().splitlines()[: SENTENCES * PEOPLE + 1]))
    write_small_recogniser(crops_of_manifest(good), path)
    return path


@pytest.fixture(scope='module')
def arguments(videos, recogniser, tmp_path_factory):
    cache = tmp_path_factory.mktemp('wild')
    return Namespace(
        manifest=videos / 'manifest.csv', format='own', videos=videos, recogniser=recogniser, cache=cache,
        out=cache / 'voice-encoder.onnx', workers=1, held_out=0.05,
    )  # fmt: skip


@pytest.fixture(scope='module')
def taken(arguments):
    """The lines of the store after the first stage."""
    train_wild_stage('clips', arguments, tiny)
    return [json.loads(line) for line in (arguments.cache / 'clips' / 'clips.jsonl').read_text().splitlines()]


def test_faces_are_found_with_their_eyes_whatever_their_style(heads, find_faces):
    for head in heads:
        (face,) = find_faces(head.pictures[0])
        assert face.score > 0.6
        assert 0.15 * SIZE < face.between_eyes < 0.35 * SIZE
        assert 0.3 < face.nose_place < 0.7
        left, right, nose, mouth_left, mouth_right = face.points
        assert left[0] < nose[0] < right[0] and mouth_left[0] < mouth_right[0]
        assert max(left[1], right[1]) < nose[1] < min(mouth_left[1], mouth_right[1])


def test_no_face_is_found_where_there_is_none(find_faces):
    rng = np.random.default_rng(2)
    assert find_faces(rng.integers(0, 255, (200, 333, 3), np.uint8)) == []


def test_an_aligned_crop_is_the_same_however_the_picture_is_turned_and_scaled(heads, find_faces):
    picture = heads[0].pictures[0]
    points = find_faces(picture)[0].points
    straight = aligned_crop(picture, points)
    assert straight.shape == (CROP_SIZE, CROP_SIZE, 3)
    turned = aligned_crop(np.rot90(picture).copy(), np.stack([points[:, 1], SIZE - points[:, 0]], 1))
    assert np.abs(turned.astype(int) - straight).mean() < 3
    twice = aligned_crop(picture.repeat(3, 0).repeat(3, 1), 3 * points)
    assert np.abs(twice.astype(int) - straight).mean() < 4


def test_the_similarity_is_exact_where_one_exists():
    angle, scale = 0.4, 3.0
    turn = scale * np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    found = similarity(TEMPLATE, TEMPLATE @ turn.T + [5, -2])
    np.testing.assert_allclose(found, np.c_[turn, [5, -2]], atol=1e-9)


def test_every_row_is_taken_or_skipped_for_its_reason(taken):
    whole = [line for line in taken if 'reason' not in line]
    heads_seen = {f'head-{person}.mp4' for person in range(PEOPLE)}
    assert {line['source'] for line in whole} == {*heads_seen, 'two.mp4', 'cut.mp4'}
    assert len(whole) == SENTENCES * PEOPLE + 2
    reasons = {line['clip']: line['reason'] for line in taken if 'reason' in line}
    assert reasons == {
        'two.mp4 0-3': 'several faces',
        'nobody.mp4 0-3 at 0.5 0.5': 'no face',
        'mute.mp4 0-3 at 0.5 0.5': 'silent',
        'soundless.mp4 0-3 at 0.5 0.5': 'no sound',
        'broken.mp4 0-3 at 0.5 0.5': 'unreadable video',
        'head-0.mp4 500-503 at 0.5 0.5': 'outside the video',
        'head-0.mp4 0-0.8 at 0.5 0.5': 'too little speech',
        'head-0.mp4 0-3 at 0.05 0.05': 'no face where it should be',
        f'manifest.csv:{SENTENCES * PEOPLE + 13}': 'row not understood',
        f'manifest.csv:{SENTENCES * PEOPLE + 14}': 'row not understood',
    }


def test_the_face_at_the_place_named_is_taken_not_its_neighbour(videos, recogniser, find_faces):
    reader = ClipReader(find_faces, load_recogniser(recogniser).recognise)
    face_of = lambda name, place: reader.read(Clip(name, name, videos / name, 0.0, 3.0, place)).faces.mean(0)
    one, other = face_of('head-1.mp4', (0.5, 0.5)), face_of('head-4.mp4', (0.5, 0.5))
    left, right = face_of('two.mp4', (0.25, 0.5)), face_of('two.mp4', (0.75, 0.5))
    assert np.linalg.norm(left - one) < 0.5 * np.linalg.norm(left - other)
    assert np.linalg.norm(right - other) < 0.5 * np.linalg.norm(right - one)


def test_places_in_pixels_are_understood(videos, recogniser, find_faces):
    reader = ClipReader(find_faces, load_recogniser(recogniser).recognise)
    clip = Clip('two.mp4', 'two', videos / 'two.mp4', 0.0, 3.0, (1.5 * SIZE, 0.5 * SIZE), in_pixels=True)
    assert isinstance(reader.read(clip), TakenClip)


def test_faces_that_are_too_small_or_turned_away_are_skipped(videos, recogniser, find_faces):
    clip = Clip('head-2.mp4', 'head-2', videos / 'head-2.mp4', 0.0, 3.0, None)
    recognise = load_recogniser(recogniser).recognise
    for rules, reason in (
        (ClipRules(least_between_eyes=200), 'face too small'),
        (ClipRules(frontal=(0.9, 1.0)), 'face turned away'),
    ):
        assert ClipReader(find_faces, recognise, rules).read(clip) == Skipped(reason)


def test_work_goes_on_where_it_stopped(arguments, taken, tmp_path):
    folder = tmp_path / 'clips'
    shutil.copytree(arguments.cache / 'clips', folder)
    # Stopped while a clip was being written: its voice and face are there, its line is incomplete.
    lines = (folder / 'clips.jsonl').read_bytes().splitlines(keepends=True)
    kept = next(i for i, line in enumerate(taken) if i >= 8 and 'reason' not in line)
    (folder / 'clips.jsonl').write_bytes(b''.join(lines[:kept]) + lines[kept][:20])
    train_wild_stage('clips', Namespace(**{**vars(arguments), 'cache': tmp_path}), tiny)
    again = [json.loads(line) for line in (folder / 'clips.jsonl').read_text().splitlines()]
    assert again[:kept] == taken[:kept]
    assert {line['clip'] for line in again} == {line['clip'] for line in taken} and len(again) == len(taken)
    recogniser = load_recogniser(arguments.recogniser)
    with ClipStore(folder, recogniser) as mended, ClipStore(arguments.cache / 'clips', recogniser) as whole:
        assert mended.reasons == whole.reasons
        order = {clip.key: i for i, clip in enumerate(mended.taken)}
        for i, clip in enumerate(whole.taken):
            other = mended.taken[order[clip.key]]
            pcm = mended.all_pcm()[other.start : other.start + other.samples]
            np.testing.assert_array_equal(pcm, whole.all_pcm()[clip.start : clip.start + clip.samples])
            np.testing.assert_allclose(mended.all_faces()[order[clip.key]], whole.all_faces()[i], atol=1e-4)


def test_a_video_that_was_missing_is_taken_once_it_is_there_and_a_surprise_costs_one_clip(recogniser, tmp_path):
    class Surprised:
        def read(self, clip: Clip) -> TakenClip:
            if clip.name == 'odd':
                raise ZeroDivisionError
            return TakenClip(np.zeros(5, np.int16), np.ones((2, 128), np.float32))

    said, there = [], tmp_path / 'there.mp4'
    there.touch()
    clip = lambda name, video: Clip(name, name, video, 0.0, 1.0, None)
    for video in (None, there):
        with ClipStore(tmp_path / 'clips', load_recogniser(recogniser)) as store:
            rows = [clip('late', video), clip('odd', there), clip('good', there), clip('good', there)]
            take_clips(rows, Surprised(), store, log=said.append)
            assert store.reasons['video missing'] == (1 if video is None else 0)
    assert store.reasons['failed: ZeroDivisionError'] == 1
    assert sorted(taken.source for taken in store.taken) == ['good', 'late']
    assert said[0] == 'odd 0-1: ZeroDivisionError()'
    assert said[-1].startswith('2 clips taken')


def test_codes_of_two_recognisers_are_not_mixed(arguments, taken):
    other = replace(load_recogniser(arguments.recogniser), fingerprint='other')
    with pytest.raises(SystemExit, match='another recogniser'):
        ClipStore(arguments.cache / 'clips', other)


def test_people_are_told_apart_by_the_feature_and_drawn_from_the_code(tmp_path):
    recogniser = Recogniser(lambda crops: crops, 3, 2, 'two outputs')
    faces = np.arange(10, dtype=np.float32).reshape(2, 5)
    with ClipStore(tmp_path, recogniser) as store:
        store.add(Clip('a', 'a', None, 0.0, 1.0, None), TakenClip(np.zeros(5, np.int16), faces))
        np.testing.assert_array_equal(store.all_codes(), [[2.5, 3.5, 4.5]])
        np.testing.assert_array_equal(store.all_features(), [[[3, 4], [8, 9]]])


def test_clips_of_one_recording_are_one_voice_only_where_the_faces_are_alike():
    rng = np.random.default_rng(0)
    people = rng.standard_normal((40, 128))
    steady = lambda person: people[person] + 0.3 * rng.standard_normal((2, 128))
    features = [steady(0), steady(0), steady(1), *(steady(person) for person in range(2, 40))]
    features.append(np.stack([people[5], people[6]]))  # one face, then another
    sources = ['talk', 'talk', 'talk', *(f'other-{person}' for person in range(2, 40)), 'cut']
    names = sort_into_voices(np.stack(features), sources)
    assert names[:3] == ['talk#0', 'talk#0', 'talk#1']
    assert names[-1] is None
    assert None not in names[:-1] and len(set(names[:-1])) == 40


def test_voices_learn_the_faces_they_were_seen_with(arguments, taken):
    settings = replace(tiny, threads=1, pairs=8, speaker_steps=80, code_steps=90, confidence_steps=20, margin=0.0,
                       copies=('c0', 'c2'), calibration_rounds=6)  # fmt: skip
    for stage in ('pairs', 'features', 'speaker', 'start'):
        train_wild_stage(stage, arguments, settings)
    rows = list(csv.DictReader(open(arguments.cache / 'train.csv', newline='')))
    assert {(row['presentation'], row['age'], row['f0']) for row in rows} == {('', '', '')}
    assert not any(row['speaker'].startswith('cut') for row in rows)  # the face changes in there
    bank, targets = SpeechBank(arguments.cache), CodeTargets(arguments.cache / 'checkpoints' / 'pairs.npz')
    voices = [(speaker, 'real') for speaker in range(len(bank.speakers))]
    code, known = targets.of(voices)
    assert bool(known.all()) and len(targets.codes) == len(voices) >= PEOPLE - 1
    losses = train_wild_stage('codes', arguments, settings)
    assert losses[-1] < 0.8 * losses[0]
    model = load_model(settings, arguments.cache / 'checkpoints' / 'redrawn.pt').eval()
    with torch.no_grad():
        heard = []
        for clips in bank.clips_of:
            power = torch.exp(torch.from_numpy(bank.copies['c0'].clip(clips[0]).astype(np.float32)).T[None])
            heard.append(model.face_code(model.from_power(power))[0])
    distance = torch.cdist(torch.stack(heard), code)
    assert (distance.argmin(1) == torch.arange(len(voices))).float().mean() > 0.6
    for stage in ('confidence', 'export'):
        train_wild_stage(stage, arguments, settings)
    assert arguments.out.stat().st_size > 50_000


def test_more_clips_make_the_training_start_afresh(arguments, taken, tmp_path):
    cache = tmp_path / 'cache'
    shutil.copytree(arguments.cache / 'clips', cache / 'clips')
    again = Namespace(**{**vars(arguments), 'cache': cache})
    train_wild_stage('pairs', again, tiny)
    (cache / 'features').mkdir()
    train_wild_stage('pairs', again, tiny)
    assert (cache / 'features').exists()
    lines = (cache / 'clips' / 'clips.jsonl').read_text().splitlines(keepends=True)
    (cache / 'clips' / 'clips.jsonl').write_text(''.join(lines[:-8]))
    train_wild_stage('pairs', Namespace(**{**vars(again), 'held_out': 0.4}), tiny)
    assert not (cache / 'features').exists()


def test_the_start_map_finds_a_linear_world():
    rng = np.random.default_rng(3)
    world, embedding = rng.standard_normal((5, 9)), rng.standard_normal((200, 9))
    start = fit_start_map(embedding, embedding @ world.T + 2, ridge=1e-6)
    weight, bias = start.as_linear()
    assert weight.shape == (5, 12) and not weight[:, 9:].any()
    np.testing.assert_allclose(weight[:, :9], world, atol=1e-3)
    np.testing.assert_allclose(bias, 2, atol=1e-2)


def test_avspeech_rows_are_read(tmp_path):
    (tmp_path / '-abc_123.mkv').touch()
    manifest = tmp_path / 'avspeech_test.csv'
    rows = ('-abc_123,90.000000,93.660000,0.432813,0.181944', 'nothere,1,4,0.5,0.5', 'abc,1,2', 'abc,nan,2,.5,.5')
    manifest.write_text('\n'.join(rows))
    first, second, third, fourth = READERS['avspeech'](manifest, tmp_path)
    assert first == Clip('-abc_123', '-abc_123', tmp_path / '-abc_123.mkv', 90.0, 93.66, (0.432813, 0.181944))
    assert second.video is None
    assert isinstance(third, BadRow) and isinstance(fourth, BadRow)


TRACK = """Identity  : 	id00017
Reference : 	_mjZ87sK6cA
Offset    : 	2
FV Conf   : 	16.140	(1)
ASD Conf  :	5.142

FRAME 	X 	Y 	W 	H
{first} 	{x} 	{y} 	{w} 	{h}
008949 	0.130 	0.140 	0.422 	0.749
"""


def test_voxceleb_tracks_are_read_in_shares_and_in_pixels(tmp_path):
    videos, tracks = tmp_path / 'videos', tmp_path / 'txt' / 'id00017' / '_mjZ87sK6cA'
    videos.mkdir()
    tracks.mkdir(parents=True)
    (videos / '_mjZ87sK6cA.mp4').touch()
    (tracks / '00001.txt').write_text(TRACK.format(first='008800', x=0.125, y=0.125, w=0.5, h=0.75))
    (tracks / '00002.txt').write_text(TRACK.format(first='008800', x=200, y=100, w=80, h=60))
    (tracks / '00003.txt').write_text('Reference : x\n')
    shares, pixels, bad = READERS['voxceleb'](tmp_path / 'txt', videos)
    assert shares == Clip('_mjZ87sK6cA', '_mjZ87sK6cA', videos / '_mjZ87sK6cA.mp4', 352.0, 358.0, (0.375, 0.5))
    assert pixels.in_pixels and pixels.face == (240, 130)
    assert isinstance(bad, BadRow)
    assert 'id00017' not in shares.key + shares.source


def test_voxceleb_clips_are_read_without_identities(tmp_path):
    folder = tmp_path / 'mp4' / 'id00012' / '21Uxsk56VDQ'
    folder.mkdir(parents=True)
    (folder / '00001.mp4').touch()
    (clip,) = READERS['voxceleb-clips'](tmp_path / 'mp4', tmp_path)
    assert (clip.source, clip.start, clip.face) == ('21Uxsk56VDQ', 0.0, (0.5, 0.5)) and math.isnan(clip.end)


def test_a_manifest_without_its_columns_is_refused(tmp_path):
    manifest = tmp_path / 'manifest.csv'
    manifest.write_text('file,from,to\n')
    with pytest.raises(SystemExit, match='no column end, start, video'):
        list(READERS['own'](manifest, tmp_path))


def test_a_recogniser_of_another_shape_is_refused(tmp_path):
    path = tmp_path / 'other.onnx'
    layer = torch.nn.Conv2d(3, 8, 3)
    torch.onnx.export(layer, (torch.zeros(1, 3, 64, 64),), str(path), opset_version=17, dynamo=False)
    with pytest.raises(SystemExit, match='wanted'):
        load_recogniser(path)


def test_a_recogniser_of_other_crops_is_refused(recogniser):
    written = lambda template: ' '.join(f'{x:g},{y:g}' for x, y in template)
    check_template(recogniser, written(TEMPLATE))
    with pytest.raises(SystemExit, match='cut otherwise'):
        check_template(recogniser, written(TEMPLATE + 0.01))


def test_made_heads_move_their_mouths(heads):
    for head in heads:
        shut, *open_ = head.pictures.astype(int)
        assert len(head.pictures) == len(MOUTHS)
        assert all(np.abs(picture - shut).max() > 60 for picture in open_)
