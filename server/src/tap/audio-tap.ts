import type { types } from 'mediasoup';
import { isLoopback } from '../config.ts';
import { ServerError } from '../errors.ts';
import { tapRtpCapabilities } from '../sfu/media-codecs.ts';
import type { TapLink } from './tap-link.ts';

export interface AudioTapOptions {
  readonly tapId: string;
  readonly router: types.Router;
  readonly producerId: string;
  /** Pinned sidecar. */
  readonly link: TapLink;
  /** IP that RTP to a sidecar on another host leaves from. A sidecar on this host is reached by its own loopback IP. */
  readonly listenIp: string;
}

/**
 *     new -> opening -> open -> closed
 *              \------------------^
 */
type AudioTapState = 'new' | 'opening' | 'open' | 'closed';

/** The copy of one audio Producer's RTP that is sent to a sidecar. Used once: opened, then closed for good. */
export class AudioTap {
  readonly tapId: string;
  readonly producerId: string;
  readonly link: TapLink;
  readonly #options: AudioTapOptions;
  #state: AudioTapState = 'new';
  #transport: types.PlainTransport | undefined;
  #told = false;
  #erased: Promise<boolean> | undefined;

  constructor(options: AudioTapOptions) {
    this.#options = options;
    this.tapId = options.tapId;
    this.producerId = options.producerId;
    this.link = options.link;
  }

  get state(): AudioTapState {
    return this.#state;
  }

  /**
   * Resolves once RTP flows. Not one packet leaves before the sidecar is armed, since the Consumer is created paused.
   * Throws ServerError `closed`, `no-sidecar` or `not-started`, or what mediasoup throws; close the tap then.
   */
  async open(): Promise<void> {
    if (this.#state !== 'new') throw ServerError.closed('the tap');
    this.#state = 'opening';
    const { router, producerId, link, listenIp, tapId } = this.#options;
    const welcome = link.welcome;
    if (welcome === undefined) throw ServerError.noSidecar();
    // comedia false: the sidecar only receives, so its address can't be learnt from its packets.
    const transport = await router.createPlainTransport({
      listenInfo: { protocol: 'udp', ip: isLoopback(welcome.rtpIp) ? welcome.rtpIp : listenIp },
      rtcpMux: true,
      comedia: false,
    });
    this.#transport = transport;
    this.#mustBeOpening();
    await transport.connect({ ip: welcome.rtpIp, port: welcome.rtpPort });
    this.#mustBeOpening();
    const consumer = await transport.consume({
      producerId,
      rtpCapabilities: tapRtpCapabilities(router.rtpCapabilities),
      paused: true,
    });
    this.#mustBeOpening();
    const ssrc = consumer.rtpParameters.encodings?.[0]?.ssrc;
    const payloadType = consumer.rtpParameters.codecs[0]?.payloadType;
    if (ssrc === undefined || payloadType === undefined) throw new Error('mediasoup gave a Consumer without an SSRC');
    this.#told = true;
    await link.startTap({ tapId, ssrc, payloadType });
    this.#mustBeOpening();
    await consumer.resume();
    this.#mustBeOpening();
    this.#state = 'open';
  }

  /**
   * Stops the RTP at once, then asks the sidecar to erase. Resolves to true once the sidecar has acknowledged, or if
   * it never knew of this tap. Idempotent, never throws.
   */
  close(): Promise<boolean> {
    this.#state = 'closed';
    this.#transport?.close();
    this.#erased ??= this.#told ? this.link.stopTap(this.tapId) : Promise.resolve(true);
    return this.#erased;
  }

  /** `close()` may have come during any await; it couldn't yet see a Transport that was still being made. */
  #mustBeOpening(): void {
    if (this.#state === 'opening') return;
    this.#transport?.close();
    throw ServerError.closed('the tap');
  }
}
