/** What the decision to listen depends on, and nothing else. */
export interface TapView {
  /** The speaker opted in and didn't withdraw. */
  readonly consented: boolean;
  /** The speaker's signalling connection stands. Without it, consent couldn't be withdrawn. */
  readonly connected: boolean;
  /** The speaker's audio Producer, if there is one. */
  readonly audio: { readonly producerId: string; readonly paused: boolean } | undefined;
  /** An unpaused video Producer exists. */
  readonly cameraOn: boolean;
  /** The face is settled and there is nothing more to learn. */
  readonly known: boolean;
  /** A sidecar is alive and has room. */
  readonly sidecarAvailable: boolean;
}

export type TapDecision =
  | { readonly tap: 'open'; readonly producerId: string }
  | { readonly tap: 'closed'; readonly because: TapClosedReason };

export type TapClosedReason =
  | 'not-consented'
  | 'not-connected'
  | 'no-audio'
  | 'muted'
  | 'camera-on'
  | 'known'
  | 'no-sidecar';

/** To listen or not. Consent is asked first: without it nothing else matters. */
export function decideTap(view: TapView): TapDecision {
  if (!view.consented) return { tap: 'closed', because: 'not-consented' };
  if (!view.connected) return { tap: 'closed', because: 'not-connected' };
  if (view.audio === undefined) return { tap: 'closed', because: 'no-audio' };
  if (view.audio.paused) return { tap: 'closed', because: 'muted' };
  if (view.cameraOn) return { tap: 'closed', because: 'camera-on' };
  if (view.known) return { tap: 'closed', because: 'known' };
  if (!view.sidecarAvailable) return { tap: 'closed', because: 'no-sidecar' };
  return { tap: 'open', producerId: view.audio.producerId };
}
