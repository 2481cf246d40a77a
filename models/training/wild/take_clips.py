"""Goes through a manifest, several clips at a time, and stores what each gives."""

import shutil
from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from wild.clip_reader import ClipReader, Skipped, TakenClip
from wild.clip_store import ClipStore
from wild.manifest import BadRow, Clip

REPORT_EVERY = 100  # clips
PROGRAMS = ('ffmpeg', 'ffprobe')


def tally(store: ClipStore) -> str:
    skipped = ', '.join(f'{count} {reason}' for reason, count in store.reasons.most_common())
    hours = store.samples / 16_000 / 3600
    return f'{len(store.taken)} clips taken, {hours:.2f} h of speech; skipped: {skipped or "none"}'


def take_clips(
    rows: Iterable[Clip | BadRow], reader: ClipReader, store: ClipStore, workers: int = 2, log=print
) -> None:
    """Rows that the store knows are passed over. A clip that can't be used costs a line, never the run.

    Missing videos are counted but not remembered: they may have been fetched by the next time.
    """
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing:
        raise SystemExit(f'not installed: {", ".join(missing)}')
    running: dict[Future[TakenClip | Skipped], Clip] = {}
    begun = set(store.known)

    def collect() -> None:
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in [future for future in running if future in done]:
            clip = running.pop(future)
            error = future.exception()
            if error is not None:  # of a kind that nobody foresaw: say so, and go on
                log(f'{clip.key}: {error!r}')
                store.skip(clip.key, f'failed: {type(error).__name__}')
            else:
                store.add(clip, future.result())
            if len(store.known) % REPORT_EVERY == 0:
                log(tally(store))

    with ThreadPoolExecutor(workers) as pool:
        try:
            for row in rows:
                key = row.where if isinstance(row, BadRow) else row.key
                if key in begun:
                    continue
                begun.add(key)
                if isinstance(row, BadRow):
                    store.skip(key, row.reason.split(':')[0])
                    log(f'{row.where}: {row.reason}')
                    continue
                if row.video is None:
                    store.reasons['video missing'] += 1
                    continue
                running[pool.submit(reader.read, row)] = row
                if len(running) >= 2 * workers:
                    collect()
            while running:
                collect()
        finally:
            pool.shutdown(cancel_futures=True)
    log(tally(store))
