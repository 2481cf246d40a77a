type Listener = (...args: readonly unknown[]) => void;

/** Listeners by event name. `on` returns how to stop; a listener that throws doesn't stop the others. */
export class Emitter<Events extends Record<string, readonly unknown[]>> {
  readonly #listeners = new Map<keyof Events, Set<Listener>>();
  readonly #onThrown: (thrown: unknown) => void;

  /** `onThrown` gets what a listener throws; the default reports it as an uncaught exception, on its own tick. */
  constructor(onThrown: (thrown: unknown) => void = reportLater) {
    this.#onThrown = onThrown;
  }

  on<Name extends keyof Events>(name: Name, listener: (...args: Events[Name]) => void): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners);
    // Each set holds listeners of its own event only; `on` and `emit` are where the types are kept.
    const held = listener as unknown as Listener;
    listeners.add(held);
    return () => void listeners.delete(held);
  }

  emit<Name extends keyof Events>(name: Name, ...args: Events[Name]): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) {
      try {
        listener(...args);
      } catch (thrown) {
        this.#onThrown(thrown);
      }
    }
  }

  clear(): void {
    this.#listeners.clear();
  }
}

function reportLater(thrown: unknown): void {
  queueMicrotask(() => {
    throw thrown;
  });
}
