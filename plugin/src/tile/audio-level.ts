/** Looks at a remote track while it is being played: level and spectrum of just now. */
import type { AudioReading } from './mouth-motion.ts';

/** 21 ms at 48 kHz: short enough for the lips, long enough for a first formant. */
const FFT_SIZE = 1024;
const GESTURES = ['pointerdown', 'keydown', 'touchend'] as const;

/** The one AudioContext of all tiles. It is made with the first track and never plays anything. */
export class ListeningContext {
  #context: AudioContext | undefined;

  get context(): AudioContext {
    if (!this.#context) {
      this.#context = new AudioContext({ latencyHint: 'interactive' });
      // Autoplay rules: a context made before the first gesture sleeps until one.
      if (this.#context.state === 'suspended') {
        for (const gesture of GESTURES)
          document.addEventListener(gesture, this.#resume, { capture: true, passive: true });
      }
    }
    return this.#context;
  }

  close(): void {
    this.#forgetGestures();
    void this.#context?.close();
    this.#context = undefined;
  }

  readonly #resume = () => {
    this.#context?.resume().then(
      () => this.#forgetGestures(),
      () => {},
    );
  };

  #forgetGestures(): void {
    for (const gesture of GESTURES) document.removeEventListener(gesture, this.#resume, { capture: true });
  }
}

interface Listening {
  readonly track: MediaStreamTrack;
  readonly source: MediaStreamAudioSourceNode;
  readonly analyser: AnalyserNode;
  readonly player: HTMLAudioElement;
}

export class AudioLevel {
  readonly #context: ListeningContext;
  readonly #samples = new Float32Array(FFT_SIZE);
  readonly #spectrum = new Float32Array(FFT_SIZE / 2);
  #listening: Listening | undefined;

  constructor(context: ListeningContext) {
    this.#context = context;
  }

  get track(): MediaStreamTrack | undefined {
    return this.#listening?.track;
  }

  /** Changes the track that is looked at; undefined: none. */
  listen(track: MediaStreamTrack | undefined): void {
    if (track === this.track) return;
    this.#stop();
    if (!track) return;
    const { context } = this.#context;
    const stream = new MediaStream([track]);
    // Chromium gives Web Audio the sound of a remote track only while a media element plays it too
    // (crbug.com/933677); the host's own element may come later, or play a clone.
    const player = new Audio();
    player.muted = true;
    player.srcObject = stream;
    player.play().catch(() => {});
    const source = context.createMediaStreamSource(stream);
    const analyser = new AnalyserNode(context, { fftSize: FFT_SIZE, smoothingTimeConstant: 0 });
    source.connect(analyser);
    this.#listening = { track, source, analyser, player };
  }

  /** The last 21 ms. Undefined without a track, or while the browser waits for a gesture. The same object each time. */
  read(): AudioReading | undefined {
    const analyser = this.#listening?.analyser;
    if (analyser?.context.state !== 'running') return undefined;
    analyser.getFloatTimeDomainData(this.#samples);
    analyser.getFloatFrequencyData(this.#spectrum);
    let power = 0;
    for (const sample of this.#samples) power += sample * sample;
    return {
      levelDb: 10 * Math.log10(power / FFT_SIZE + 1e-12),
      spectrumDb: this.#spectrum,
      binHz: analyser.context.sampleRate / FFT_SIZE,
    };
  }

  close(): void {
    this.#stop();
  }

  #stop(): void {
    if (!this.#listening) return;
    const { source, analyser, player } = this.#listening;
    this.#listening = undefined;
    source.disconnect();
    analyser.disconnect();
    player.pause();
    player.srcObject = null;
  }
}
