/** Everything that the page says to people, in one place. */
import { type AbstentionReason, type AvatarState, ProtocolError, type RefusalReason } from '@timbre/protocol';
import { CallError, type CallErrorReason } from './errors.ts';

export interface Message {
  readonly title: string;
  /** What happened and what to do about it, in one or two sentences. */
  readonly detail: string;
}

const OUR_FAULT: Message = {
  title: 'Something went wrong on our side',
  detail: 'The server could not do that. Please try again in a moment.',
};
const OLD_PAGE: Message = {
  title: 'This page is out of date',
  detail: 'The server speaks a newer version. Reload the page and join again.',
};

const REFUSALS: Readonly<Record<RefusalReason, Message>> = {
  'wrong-protocol': OLD_PAGE,
  malformed: OLD_PAGE,
  'too-large': OUR_FAULT,
  'too-many': {
    title: 'That was too fast',
    detail: 'Too many requests came from this page. Wait a few seconds and join again.',
  },
  'wrong-token': {
    title: 'Your pass has expired',
    detail: 'The server did not accept this page’s pass to the room. Join again to get a new one.',
  },
  'wrong-origin': {
    title: 'This address may not join',
    detail: 'The server does not accept calls from this web address. Ask whoever runs it.',
  },
  'unknown-room': { title: 'There is no such room', detail: 'Check the room’s name, or ask for a new link.' },
  'room-full': {
    title: 'This room is full',
    detail: 'Everybody who fits is in. Try again when someone has left, or use another room.',
  },
  'not-joined': OUR_FAULT,
  'already-joined': { title: 'You are in this call already', detail: 'Close the other window of this call first.' },
  'unknown-transport': OUR_FAULT,
  'unknown-producer': OUR_FAULT,
  'unknown-consumer': OUR_FAULT,
  'cannot-consume': {
    title: 'Someone can’t be received',
    detail: 'Your browser has no matching codec. The rest of the call goes on.',
  },
  'resume-expired': {
    title: 'You were away too long',
    detail: 'Your place in the call was given up. Join again to return.',
  },
  'server-error': OUR_FAULT,
};

const ALLOW_HINT = 'Allow it in the browser’s address bar, then try again.';

const CALL_ERRORS: Readonly<Record<CallErrorReason, Message>> = {
  'insecure-page': {
    title: 'No microphone on this address',
    detail: 'Browsers give a microphone to secure pages only. Open this page through https or on localhost.',
  },
  'microphone-denied': {
    title: 'Your microphone is blocked',
    detail: `The browser did not let this page use it. ${ALLOW_HINT}`,
  },
  'microphone-missing': { title: 'No microphone found', detail: 'Plug one in, or join to listen only.' },
  'microphone-busy': {
    title: 'Your microphone is in use',
    detail: 'Another program may be holding it. Close that program, or choose another microphone.',
  },
  'camera-denied': {
    title: 'Your camera is blocked',
    detail: `The browser did not let this page use it. ${ALLOW_HINT}`,
  },
  'camera-missing': { title: 'No camera found', detail: 'Plug one in, or join without.' },
  'camera-busy': {
    title: 'Your camera is in use',
    detail: 'Another program may be holding it. Close that program, or join without a camera.',
  },
  'server-unreachable': { title: 'The server can’t be reached', detail: 'Check your connection and try again.' },
  'no-token': {
    title: 'You can’t join from here',
    detail: 'This server gives out no passes for the room. Ask for an invitation.',
  },
  'no-answer': { title: 'The server does not answer', detail: 'It took too long. Please try again.' },
  disconnected: { title: 'The connection is lost', detail: 'This will be done as soon as it is back.' },
  'unsupported-browser': {
    title: 'This browser can’t join',
    detail: 'Use a current version of Chrome, Edge, Firefox or Safari.',
  },
};

/** What to tell people about an error, whatever it is. */
export function describeError(error: unknown): Message {
  if (error instanceof ProtocolError) return REFUSALS[error.reason];
  if (error instanceof CallError) return CALL_ERRORS[error.reason];
  return OUR_FAULT;
}

const ABSTENTIONS: Readonly<Record<AbstentionReason, string>> = {
  'no-speech': 'No speech was heard yet. Speak a few sentences and your face will form.',
  'too-noisy': 'It is too noisy to hear your voice well. A quieter place or a headset helps.',
  'two-voices': 'Two voices were heard on this microphone, so no face was drawn.',
  'no-inference': 'Faces can’t be drawn right now. The call goes on, and your face will form once they can.',
};

/** One's own avatar in words, for the panel. With the camera on or muted, nobody listens: the tap is closed. */
export function describeAvatar(avatar: AvatarState, { cameraOn = false, muted = false } = {}): string {
  if (avatar.state === 'listening' || avatar.state === 'forming') {
    if (cameraOn) return 'Nobody listens while your camera is on. Turn it off and your face will form.';
    if (muted) return 'Nobody listens while you are muted. Unmute and speak, and your face will form.';
  }
  switch (avatar.state) {
    case 'none':
      return 'Nobody listens to your voice. The others see your initials.';
    case 'listening':
      return 'Listening to your voice. Just speak; a few seconds are enough.';
    case 'forming':
      return 'Your face is forming. Keep speaking for a moment.';
    case 'settled':
      return 'Your face is ready, and listening has stopped.';
    case 'abstained':
      return ABSTENTIONS[avatar.reason];
    case 'withdrawn':
      return 'Withdrawn. Your face and everything heard for it were erased.';
  }
}

export const TEXT = {
  product: 'Timbre',
  joinHeading: 'Join a call',
  joinLead: 'No camera needed: the others can see a face drawn from your voice.',
  name: 'Your name',
  namePlaceholder: 'How the others know you',
  room: 'Room',
  roomHint: 'Everyone with the same room name meets.',
  microphone: 'Microphone',
  defaultMicrophone: 'Default microphone',
  noMicrophone: 'Listen only, no microphone',
  unnamedMicrophone: (index: number) => `Microphone ${index}`,
  testMicrophone: 'Test',
  microphoneLevel: 'Microphone level',
  camera: 'Camera',
  cameraHint: 'Off: you appear as initials or as your generated face.',
  face: 'Give me a face from my voice',
  consent:
    'While your camera is off, Timbre listens to the sound of your voice for about 6 to 15 seconds of speech and ' +
    'imagines a face for the others to see; no sound and no face is ever stored, and you can withdraw at any time ' +
    'with one click.',
  join: 'Join call',
  joining: 'Joining…',
  joinWithoutMicrophone: 'Join to listen only',
  joinWithoutCamera: 'Join without camera',
  nameNeeded: 'Please tell the others your name.',
  roomNeeded: 'Please name a room.',
  mute: 'Mute',
  unmute: 'Unmute',
  noMicrophoneShort: 'No mic',
  startVideo: 'Start video',
  stopVideo: 'Stop video',
  myAvatar: 'My avatar',
  copyLink: 'Copy link',
  linkCopied: 'Link copied. Send it to whoever should join.',
  linkNotCopied: (link: string) => `Copying is blocked here. The link is ${link}`,
  leave: 'Leave',
  controls: 'Call controls',
  participants: 'Participants',
  participantCount: (count: number) => (count === 1 ? 'Only you' : `${count} people`),
  you: (name: string) => `${name} (you)`,
  muted: 'muted',
  listenOnly: 'listening only',
  reconnectingTile: 'Reconnecting…',
  waiting: 'You are the first one here',
  waitingDetail: 'Copy the link and send it to the others.',
  reconnecting: 'Connection lost. Reconnecting…',
  reconnectingDetail: 'The others keep your place. You don’t have to do anything.',
  stillReconnecting: 'Still no connection.',
  stillReconnectingDetail: 'Check yours. You will be back in the call as soon as the server answers, or leave it.',
  reconnected: 'You are back.',
  left: 'You left the call',
  leftDetail: 'Nothing of your voice or face was kept.',
  rejoin: 'Join again',
  microphoneLost: 'Your microphone was unplugged',
  microphoneLostDetail: 'The others can’t hear you until you choose another one.',
  useAnotherMicrophone: 'Use another microphone',
  microphoneBack: 'Your microphone works again.',
  soundBlocked: 'Sound is blocked',
  soundBlockedDetail: 'The browser waits for a click before it plays the others’ voices.',
  playSound: 'Play sound',
  dismiss: 'Dismiss',
  avatarFace: 'Face from my voice',
  avatarFaceDetail: 'Imagined from how you sound',
  avatarInitials: 'Initials',
  avatarInitialsDetail: 'Keeps the face, shows initials',
  avatarOff: 'Off',
  avatarOffDetail: 'Withdraws and erases everything',
  newStyle: 'New style',
  newStyleDetail: 'Other hair, tone, eyes and clothes',
  avatarNote: 'Your voice never decides skin tone, hair or clothes. The others always see that the face is generated.',
  avatarErased: 'Withdrawn. Your face and everything heard for it were erased.',
  avatarWithdrawn: 'Withdrawn. Listening has stopped and your face is gone.',
  joinedNotice: (name: string) => `${name} joined`,
  leftNotice: (name: string) => `${name} left`,
} as const;
