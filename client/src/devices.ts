import { CallError } from './errors.ts';

export interface Microphone {
  readonly deviceId: string;
  /** Empty until the page may use a microphone. */
  readonly label: string;
}

function mediaDevices(): MediaDevices {
  // `navigator.mediaDevices` is undefined on pages without https (Secure Contexts).
  const devices = (navigator as { mediaDevices?: MediaDevices }).mediaDevices;
  if (devices === undefined) throw new CallError('insecure-page', 'this page has no access to media devices');
  return devices;
}

/** The microphones that the browser lets the page see; without permission at most one, without a name. */
export async function listMicrophones(): Promise<readonly Microphone[]> {
  const devices = await mediaDevices().enumerateDevices();
  return devices.filter((device) => device.kind === 'audioinput').map(({ deviceId, label }) => ({ deviceId, label }));
}

/** True if the browser would open the microphone without asking. */
export async function microphoneAllowed(): Promise<boolean> {
  try {
    const permission = await navigator.permissions.query({ name: 'microphone' as PermissionName });
    return permission.state === 'granted';
  } catch {
    return false; // a browser that doesn't know the name: it will ask
  }
}

/** Opens a microphone (mono, cleaned). Throws CallError `microphone-denied`, `-missing`, `-busy` or `insecure-page`. */
export async function openMicrophone(deviceId?: string): Promise<MediaStreamTrack> {
  const audio: MediaTrackConstraints = {
    channelCount: 1,
    echoCancellation: true,
    noiseSuppression: true,
    autoGainControl: true,
    ...(deviceId ? { deviceId: { exact: deviceId } } : {}),
  };
  return openTrack('microphone', { audio });
}

/** Opens the camera, 640 x 360 at best. Throws CallError `camera-denied`, `-missing`, `-busy` or `insecure-page`. */
export async function openCamera(): Promise<MediaStreamTrack> {
  return openTrack('camera', {
    video: { width: { ideal: 640 }, height: { ideal: 360 }, frameRate: { ideal: 24, max: 30 }, facingMode: 'user' },
  });
}

async function openTrack(device: 'microphone' | 'camera', constraints: MediaStreamConstraints) {
  const devices = mediaDevices();
  let captured: MediaStream;
  try {
    captured = await devices.getUserMedia(constraints);
  } catch (cause) {
    throw CallError.device(device, cause);
  }
  const track = captured.getTracks()[0];
  if (track === undefined) throw CallError.device(device, new DOMException('no track', 'NotFoundError'));
  return track;
}
