/**
 * The one UDP socket: datagrams in, RTP packets out to the tap that armed their SSRC. Whatever else comes is counted and
 * dropped. An SSRC is pinned to the address that first sent it, so that nobody else can speak into a tap.
 */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { InferenceError } from './errors.ts';
import { parseRtpPacket, type RtpPacket } from './rtp-packet.ts';

export interface RtpReceiverOptions {
  /** IP to listen on. */
  readonly host: string;
  /** UDP port; 0 picks a free one. */
  readonly port: number;
  /** Default: node:dgram with a kernel buffer of 4 MiB (10 s of 250 taps). */
  readonly createSocket?: (host: string) => Socket;
  /** Monotonic milliseconds. Default `performance.now`. */
  readonly now?: () => number;
}

/** `packet` and its payload are only valid during the call: the bytes are zeroed afterwards. */
export type RtpListener = (packet: RtpPacket, nowMs: number) => void;

export interface RtpReceiverCounters {
  readonly packetsReceived: number;
  readonly packetsMalformed: number;
  readonly packetsUnknownSsrc: number;
  readonly packetsWrongSource: number;
  readonly packetsWrongPayloadType: number;
  /** A listener threw: our own mistake, which must not stop the others. */
  readonly packetsFailed: number;
}

interface ArmedSsrc {
  readonly payloadType: number;
  readonly listener: RtpListener;
  source: string | undefined;
}

const KERNEL_BUFFER_BYTES = 4 * 1024 * 1024;

export class RtpReceiver {
  readonly #host: string;
  readonly #port: number;
  readonly #createSocket: (host: string) => Socket;
  readonly #now: () => number;
  readonly #armed = new Map<number, ArmedSsrc>();
  readonly #counters = {
    packetsReceived: 0,
    packetsMalformed: 0,
    packetsUnknownSsrc: 0,
    packetsWrongSource: 0,
    packetsWrongPayloadType: 0,
    packetsFailed: 0,
  };
  #socket: Socket | undefined;

  constructor({ host, port, createSocket = createUdpSocket, now = () => performance.now() }: RtpReceiverOptions) {
    this.#host = host;
    this.#port = port;
    this.#createSocket = createSocket;
    this.#now = now;
  }

  get counters(): RtpReceiverCounters {
    return { ...this.#counters };
  }

  /** Binds the socket. Resolves to the port. Rejects with the socket's own error (EADDRINUSE and the like). */
  async start(): Promise<number> {
    const socket = this.#createSocket(this.#host);
    this.#socket = socket;
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(this.#port, this.#host, () => {
        socket.off('error', reject);
        resolve();
      });
    });
    // ICMP errors of earlier sends surface here on some systems; a receiver sends nothing and has nothing to mend.
    socket.on('error', () => {});
    socket.on('message', (bytes, remote) => this.#receive(bytes, remote));
    return socket.address().port;
  }

  /** Listens to an SSRC; returns how to stop. Throws InferenceError `ssrc-taken`. */
  arm(ssrc: number, payloadType: number, listener: RtpListener): () => void {
    if (this.#armed.has(ssrc)) throw InferenceError.ssrcTaken(ssrc);
    const armed: ArmedSsrc = { payloadType, listener, source: undefined };
    this.#armed.set(ssrc, armed);
    return () => {
      if (this.#armed.get(ssrc) === armed) this.#armed.delete(ssrc);
    };
  }

  /** Closes the socket; armed SSRCs stay armed for the next start. */
  async stop(): Promise<void> {
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket) await new Promise<void>((resolve) => socket.close(() => resolve()));
  }

  /** Final. */
  async close(): Promise<void> {
    this.#armed.clear();
    await this.stop();
  }

  #receive(bytes: Uint8Array, remote: RemoteInfo): void {
    this.#counters.packetsReceived += 1;
    const packet = parseRtpPacket(bytes);
    if (typeof packet !== 'string') this.#deliver(packet, `${remote.address}:${remote.port}`);
    else if (packet !== 'rtcp') this.#counters.packetsMalformed += 1;
    bytes.fill(0);
  }

  #deliver(packet: RtpPacket, source: string): void {
    const armed = this.#armed.get(packet.ssrc);
    if (!armed) {
      this.#counters.packetsUnknownSsrc += 1;
      return;
    }
    if (armed.source !== undefined && armed.source !== source) {
      this.#counters.packetsWrongSource += 1;
      return;
    }
    if (packet.payloadType !== armed.payloadType) {
      this.#counters.packetsWrongPayloadType += 1;
      return;
    }
    armed.source = source;
    try {
      armed.listener(packet, this.#now());
    } catch {
      this.#counters.packetsFailed += 1;
    }
  }
}

function createUdpSocket(host: string): Socket {
  return createSocket({ type: isIPv6(host) ? 'udp6' : 'udp4', recvBufferSize: KERNEL_BUFFER_BYTES });
}
