import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RtpReceiver } from '../../../server/src/inference/rtp-receiver.ts';
import { PAYLOAD_TYPE, rtpBytes, SSRC } from './rtp-bytes.ts';

const PAYLOAD = Uint8Array.of(1, 2, 3);

describe('the RTP receiver', () => {
  let receiver: RtpReceiver;
  let port: number;
  const senders: Socket[] = [];

  async function sender(): Promise<Socket> {
    const socket = createSocket('udp4');
    senders.push(socket);
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return socket;
  }
  const send = (socket: Socket, bytes: Uint8Array) =>
    new Promise((resolve) => socket.send(bytes, port, '127.0.0.1', resolve));
  const received = (count: number) => vi.waitFor(() => expect(receiver.counters.packetsReceived).toBe(count));

  beforeEach(async () => {
    receiver = new RtpReceiver({ host: '127.0.0.1', port: 0 });
    port = await receiver.start();
  });
  afterEach(async () => {
    await receiver.close();
    for (const socket of senders.splice(0)) socket.close();
  });

  it('gives each tap the packets of its SSRC, until disarmed', async () => {
    const socket = await sender();
    const heard: string[] = [];
    const disarm = receiver.arm(SSRC, PAYLOAD_TYPE, (packet) => heard.push(`a${[...packet.payload]}`));
    receiver.arm(7, PAYLOAD_TYPE, (packet) => heard.push(`b${[...packet.payload]}`));
    await send(socket, rtpBytes({ payload: PAYLOAD }));
    await send(socket, rtpBytes({ payload: Uint8Array.of(9), ssrc: 7 }));
    await received(2);
    disarm();
    await send(socket, rtpBytes({ payload: PAYLOAD }));
    await received(3);
    expect(heard).toEqual(['a1,2,3', 'b9']);
    expect(receiver.counters.packetsUnknownSsrc).toBe(1);
  });

  it('counts and drops malformed datagrams, unknown SSRCs and wrong payload types; ignores RTCP', async () => {
    const socket = await sender();
    const listener = vi.fn();
    receiver.arm(SSRC, PAYLOAD_TYPE, listener);
    await send(socket, Uint8Array.of(1, 2, 3));
    await send(socket, rtpBytes({ payload: PAYLOAD, ssrc: 99 }));
    await send(socket, rtpBytes({ payload: PAYLOAD, payloadType: 101 }));
    const report = rtpBytes({ payload: PAYLOAD });
    report[1] = 200;
    await send(socket, report);
    await received(4);
    expect(listener).not.toHaveBeenCalled();
    expect(receiver.counters).toMatchObject({
      packetsMalformed: 1,
      packetsUnknownSsrc: 1,
      packetsWrongPayloadType: 1,
      packetsWrongSource: 0,
    });
  });

  it('pins an SSRC to the address that first sent it', async () => {
    const [first, second] = [await sender(), await sender()];
    const listener = vi.fn();
    receiver.arm(SSRC, PAYLOAD_TYPE, listener);
    await send(first, rtpBytes({ payload: PAYLOAD }));
    await received(1);
    await send(second, rtpBytes({ payload: PAYLOAD }));
    await received(2);
    expect(listener).toHaveBeenCalledTimes(1);
    expect(receiver.counters.packetsWrongSource).toBe(1);
  });

  it('survives a listener that throws, and zeroes the bytes afterwards', async () => {
    const socket = await sender();
    const payloads: Uint8Array[] = [];
    receiver.arm(SSRC, PAYLOAD_TYPE, ({ payload }) => {
      payloads.push(payload);
      throw new Error('a mistake');
    });
    await send(socket, rtpBytes({ payload: PAYLOAD }));
    await received(1);
    expect(receiver.counters.packetsFailed).toBe(1);
    expect([...payloads[0]!]).toEqual([0, 0, 0]);
  });

  it('refuses a second tap on one SSRC', () => {
    receiver.arm(SSRC, PAYLOAD_TYPE, () => {});
    expect(() => receiver.arm(SSRC, PAYLOAD_TYPE, () => {})).toThrow(expect.objectContaining({ reason: 'ssrc-taken' }));
  });

  it('starts again after a stop', async () => {
    await receiver.stop();
    port = await receiver.start();
    const listener = vi.fn();
    receiver.arm(SSRC, PAYLOAD_TYPE, listener);
    await send(await sender(), rtpBytes({ payload: PAYLOAD }));
    await vi.waitFor(() => expect(listener).toHaveBeenCalledTimes(1));
  });
});
