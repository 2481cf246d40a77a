import type { types } from 'mediasoup';

/**
 * What every Router offers. Opus payload types are the Router's, so a tap's RTP always comes with the one below.
 * VP8 and constrained-baseline H.264 are what all browsers have (RFC 7742).
 */
export const MEDIA_CODECS: types.RouterRtpCodecCapability[] = [
  { kind: 'audio', mimeType: 'audio/opus', preferredPayloadType: 111, clockRate: 48_000, channels: 2 },
  { kind: 'video', mimeType: 'video/VP8', preferredPayloadType: 96, clockRate: 90_000 },
  {
    kind: 'video',
    mimeType: 'video/H264',
    preferredPayloadType: 102,
    clockRate: 90_000,
    parameters: { 'packetization-mode': 1, 'profile-level-id': '42e01f', 'level-asymmetry-allowed': 1 },
  },
];

/** What a tap can receive: the Router's Opus, with neither header extensions nor feedback (the sidecar sends no RTCP). */
export function tapRtpCapabilities(router: types.RtpCapabilities): types.RtpCapabilities {
  const codecs = (router.codecs ?? []).filter((codec) => codec.mimeType.toLowerCase() === 'audio/opus');
  return { codecs: codecs.map((codec) => ({ ...codec, rtcpFeedback: [] })), headerExtensions: [] };
}
