import type { LightChanges } from '../frame-uniforms.ts';
import type { Person } from '../person.ts';
import type { ViewOptions } from '../portrait-camera.ts';
import type { CaptureGeometry, CapturePass } from '../tone-free-capture.ts';
import type { ViewPictureOptions } from '../view-capture.ts';
import type { PersonView } from '../view-sampling.ts';

/** What the page draws and sends back as bytes: all pictures, then the geometry as little-endian 32-bit floats. */
export interface CaptureCall {
  readonly kind: 'capture';
  readonly person: Person;
  readonly passes: readonly CapturePass[];
  readonly geometry?: CaptureGeometry;
}

/** Portraits side by side in one PNG. */
export interface SheetCall {
  readonly kind: 'sheet';
  readonly people: readonly Person[];
  /** Side of one portrait in pixels. */
  readonly size: number;
  readonly columns: number;
  readonly supersampling: number;
  readonly view?: ViewOptions;
  readonly light?: LightChanges;
}

/** Small pictures of one person, as `captureViews` packs them. */
export interface ViewsCall {
  readonly kind: 'views';
  readonly views: readonly PersonView[];
  readonly picture: ViewPictureOptions;
}

export type PageCall = CaptureCall | SheetCall | ViewsCall;

/** What the page puts on its window. */
export interface PopulationPage {
  /** Resolves when the pack is loaded, with the name of the GPU. */
  readonly ready: Promise<string>;
  /** Carries a call out and posts its bytes to `postTo`. */
  call(call: PageCall, postTo: string): Promise<void>;
}
