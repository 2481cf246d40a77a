"""How far a training stage has come, and what follows from it."""

import math
import queue
import threading
import time


class Schedule:
    """Progress 0..1 of a stage: by its number of steps where one is given, otherwise by wall clock.

    By the clock a slower machine sees fewer crops but ends in time; by steps a run can be repeated.
    """

    def __init__(self, minutes: float, steps: int = 0, step: int = 0, spent_seconds: float = 0.0):
        self.seconds = minutes * 60
        self.steps = steps
        self.step = step
        self.spent_seconds = spent_seconds
        self.last = time.monotonic()

    @property
    def progress(self) -> float:
        return self.step / self.steps if self.steps else self.spent_seconds / self.seconds

    @property
    def spent_minutes(self) -> float:
        return self.spent_seconds / 60

    def advance(self) -> None:
        """Count one step and the time since the last."""
        now = time.monotonic()
        self.spent_seconds += now - self.last
        self.last = now
        self.step += 1

    def learning_rate(self, peak: float, warming: int = 100) -> float:
        """Cosine from `peak` to 1 % of it, after `warming` rising steps (at most a tenth of a run of known steps)."""
        if self.steps:
            warming = min(warming, max(1, self.steps // 10))
        fall = 0.5 * (1 + math.cos(math.pi * min(1.0, self.progress)))
        return peak * min(1.0, (self.step + 1) / warming) * (0.99 * fall + 0.01)


class BatchesAhead:
    """Makes batches on a thread of its own; holds at most `ahead` of them, the maker waits. close() ends the thread."""

    def __init__(self, make, ahead: int = 3):
        self.made = queue.Queue(ahead)
        self.closed = threading.Event()
        self.thread = threading.Thread(target=self.keep_making, args=(make,), daemon=True)
        self.thread.start()

    def keep_making(self, make) -> None:
        while not self.closed.is_set():
            try:
                batch = make()
            except Exception as error:  # noqa: BLE001 - handed to whoever waits for the batch
                batch = error
            while not self.closed.is_set():
                try:
                    self.made.put(batch, timeout=0.2)
                    break
                except queue.Full:
                    continue

    def next(self):
        batch = self.made.get()
        if isinstance(batch, Exception):
            raise batch
        return batch

    def close(self) -> None:
        self.closed.set()
        self.thread.join()

    def __enter__(self):
        return self

    def __exit__(self, *_error) -> None:
        self.close()


class RunningMean:
    """Mean of the values since the last time it was taken."""

    def __init__(self):
        self.values = []

    def add(self, value: float) -> None:
        self.values.append(value)

    def take(self) -> float:
        mean = sum(self.values) / len(self.values)
        self.values.clear()
        return mean
