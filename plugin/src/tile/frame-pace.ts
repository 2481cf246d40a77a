/** How many frames a second the page can bear. Pure. */

/** Fewer look like a slide show; whoever can't bear these has other troubles. */
const LEAST_FPS = 10;
/** Frames between decisions. */
const LOOK_FRAMES = 12;
/** A frame this much later than asked for is late; a little is the display's rhythm. */
const LATE = 1.6;
const ON_TIME = 1.25;
const SLOWER = 0.7;
const FASTER = 1.15;

/**
 * Without graphics hardware a face costs tens of milliseconds of processor time a frame, which the call needs more
 * than the avatar does: when frames come late, fewer are asked for, and more again when they are on time.
 */
export class FramePace {
  readonly #most: number;
  #fps: number;
  #frames = 0;
  #elapsedMs = 0;

  /** `most`: frames a second at best. */
  constructor(most: number) {
    this.#most = Math.max(LEAST_FPS, most);
    this.#fps = this.#most;
  }

  /** Takes the time since the frame before; returns frames a second to ask for. */
  push(elapsedMs: number): number {
    this.#frames += 1;
    this.#elapsedMs += elapsedMs;
    if (this.#frames < LOOK_FRAMES) return this.#fps;
    const lateness = ((this.#elapsedMs / this.#frames) * this.#fps) / 1000;
    if (lateness > LATE) this.#fps = Math.max(LEAST_FPS, SLOWER * this.#fps);
    else if (lateness < ON_TIME) this.#fps = Math.min(this.#most, FASTER * this.#fps);
    this.rest();
    return this.#fps;
  }

  /** The time until the next frame says nothing: nothing was to be drawn. */
  rest(): void {
    this.#frames = 0;
    this.#elapsedMs = 0;
  }
}
