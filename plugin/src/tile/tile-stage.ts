/** The one Pixi renderer and the one ticker of all tiles, wherever the host puts them (Pixi's multiView). */
import { type Container, getCanvasTexture, hasCachedCanvasTexture, Ticker, WebGLRenderer } from 'pixi.js';
import { PluginError } from '../errors.ts';
import { FramePace } from './frame-pace.ts';

export interface StageStep {
  /** Something changed: draw it. */
  readonly render: boolean;
  /** Something goes on: step again next frame. */
  readonly again: boolean;
}

/** What the stage draws. */
export interface StageSurface {
  readonly canvas: HTMLCanvasElement;
  /** In device pixels. */
  readonly root: Container;
  /** Nothing is done for a surface that nobody can see. */
  readonly visible: boolean;
  step(nowMs: number): StageStep;
}

export interface TileStageOptions {
  /** At most so many frames a second. */
  readonly framesPerSecond: number;
  /** No WebGL: PluginError `no-webgl`, once. */
  readonly onError: (error: PluginError) => void;
}

/** Not made yet; being made; there; refused by the browser; closed. */
type Rendering =
  | { readonly state: 'none' }
  | { readonly state: 'starting' }
  | { readonly state: 'ready'; readonly renderer: WebGLRenderer }
  | { readonly state: 'refused' }
  | { readonly state: 'closed' };

export class TileStage {
  readonly #surfaces = new Set<StageSurface>();
  readonly #ticker = new Ticker();
  readonly #onError: (error: PluginError) => void;
  readonly #pace: FramePace;
  #rendering: Rendering = { state: 'none' };
  #lastMs: number | undefined;

  constructor({ framesPerSecond, onError }: TileStageOptions) {
    this.#onError = onError;
    this.#pace = new FramePace(framesPerSecond);
    this.#ticker.maxFPS = framesPerSecond;
    this.#ticker.add(() => this.#tick());
    document.addEventListener('visibilitychange', this.#onVisibility);
  }

  /** Draws the surface from now on. Returns how to stop. */
  add(surface: StageSurface): () => void {
    this.#surfaces.add(surface);
    if (this.#rendering.state === 'none') void this.#start();
    this.wake();
    return () => {
      this.#surfaces.delete(surface);
      if (hasCachedCanvasTexture(surface.canvas)) getCanvasTexture(surface.canvas).destroy(true);
    };
  }

  /** Something changed in a surface. Without it the ticker stops as soon as no surface moves. */
  wake(): void {
    if (this.#rendering.state === 'ready' && !this.#ticker.started) this.#ticker.start();
  }

  close(): void {
    document.removeEventListener('visibilitychange', this.#onVisibility);
    this.#ticker.destroy();
    this.#surfaces.clear();
    if (this.#rendering.state === 'ready') this.#rendering.renderer.destroy();
    this.#rendering = { state: 'closed' };
  }

  readonly #onVisibility = () => {
    this.#lastMs = undefined;
    this.wake();
  };

  async #start(): Promise<void> {
    this.#rendering = { state: 'starting' };
    const renderer = new WebGLRenderer();
    try {
      await renderer.init({
        // One context for canvases of the host's; Pixi's own stays as small as can be.
        ...{ multiView: true, width: 1, height: 1, resolution: 1 },
        ...{ antialias: true, backgroundAlpha: 1, clearBeforeRender: true },
        // Pixi's events and accessibility would add listeners and a ticker of their own.
        skipExtensionImports: true,
      });
    } catch (error) {
      if (this.#closed) return;
      this.#rendering = { state: 'refused' };
      this.#onError(PluginError.noWebgl(error));
      return;
    }
    if (this.#closed) {
      renderer.destroy();
      return;
    }
    this.#rendering = { state: 'ready', renderer };
    this.wake();
  }

  get #closed(): boolean {
    return this.#rendering.state === 'closed';
  }

  #tick(): void {
    if (this.#rendering.state !== 'ready') return;
    const { renderer } = this.#rendering;
    const nowMs = performance.now();
    if (this.#lastMs !== undefined) this.#ticker.maxFPS = this.#pace.push(nowMs - this.#lastMs);
    this.#lastMs = nowMs;
    let again = false;
    for (const surface of this.#surfaces) {
      if (!surface.visible) continue;
      const step = surface.step(nowMs);
      if (step.render) draw(renderer, surface);
      again ||= step.again;
    }
    if (again) return;
    this.#ticker.stop();
    this.#lastMs = undefined;
    this.#pace.rest();
  }
}

function draw(renderer: WebGLRenderer, { canvas, root }: StageSurface): void {
  // Pixi sizes its hidden canvas by the surface at hand and so shrinks it in one direction while growing in the other
  // (ensureCanvasSize in 8.22): tiles of several shapes would resize it at every frame. It only ever grows here.
  const hidden = renderer.context.canvas as HTMLCanvasElement;
  if (hidden.width < canvas.width) hidden.width = canvas.width;
  if (hidden.height < canvas.height) hidden.height = canvas.height;
  renderer.render({ container: root, target: canvas, clear: true, clearColor: [0, 0, 0, 1] });
}
