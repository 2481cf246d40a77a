/** A source silent for longer than this says nothing about now: with DTX packets may stay away for 400 ms. */
const STALE_AFTER_MS = 600;

/** Above this a tile shows that its participant speaks; from there the ring grows to full loudness. */
export const SPEAKING_LEVEL = 0.02;

/** How loud a received track is, 0 to 1, as the browser knows it already (RFC 6464 or decoded): no Web Audio needed. */
export function receiverLevel(receiver: RTCRtpReceiver | undefined, now = performance.now()): number {
  const newest = receiver?.getSynchronizationSources()[0];
  if (newest?.audioLevel === undefined) return 0;
  // Timestamps are on the performance clock in Chromium and Firefox, on the wall clock in older Safari.
  const age = Math.min(Math.abs(now - newest.timestamp), Math.abs(Date.now() - newest.timestamp));
  return age > STALE_AFTER_MS ? 0 : newest.audioLevel;
}

export interface LocalLevel {
  read(): number;
  close(): void;
}

/** How loud a captured track is, 0 to 1 (RMS of the last 43 ms at 48 kHz). */
export function localLevel(track: MediaStreamTrack): LocalLevel {
  const context = new AudioContext();
  const source = context.createMediaStreamSource(new MediaStream([track]));
  const analyser = context.createAnalyser();
  analyser.fftSize = 2048;
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  return {
    read() {
      if (context.state === 'suspended') void context.resume();
      analyser.getFloatTimeDomainData(samples);
      let energy = 0;
      for (const sample of samples) energy += sample * sample;
      return Math.min(1, Math.sqrt(energy / samples.length) * 2);
    },
    close() {
      source.disconnect();
      void context.close().catch(() => {});
    },
  };
}

/** Level to ring strength, 0 to 1, on a loudness scale: quiet speech is visible, loud speech doesn't blink. */
export function ringStrength(level: number): number {
  if (level < SPEAKING_LEVEL) return 0;
  const decibels = 20 * Math.log10(level / SPEAKING_LEVEL);
  return Math.min(1, 0.35 + decibels / 30);
}

/** What the ring shows next, a tenth of a second later: it rises at once and fades, so that words don't make it blink. */
export function nextRing(shown: number, strength: number): number {
  const faded = shown * 0.72;
  return Math.max(strength, faded < 0.12 ? 0 : faded);
}
