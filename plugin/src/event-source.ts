/** Typed events. A listener's exception is reported like any uncaught one and stops no other listener. */
export class EventSource<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<(event: never) => void>>();

  /** Calls `listener` at each `name` event. Returns unsubscribe. */
  on<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners);
    // A fresh function each time: the same listener may subscribe twice and unsubscribe once.
    const entry = (event: Events[Name]) => listener(event);
    listeners.add(entry);
    return () => listeners.delete(entry);
  }

  emit<Name extends keyof Events>(name: Name, event: Events[Name]): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) {
      try {
        (listener as (event: Events[Name]) => void)(event);
      } catch (error) {
        reportError(error);
      }
    }
  }

  clear(): void {
    this.#listeners.clear();
  }
}
