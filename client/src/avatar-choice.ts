import type { AvatarState } from '@timbre/protocol';

export type AvatarChoice = 'face' | 'initials' | 'off';

/** What the participant has chosen, as far as the server knows. */
export function choiceOf(avatar: AvatarState): AvatarChoice {
  if (!('style' in avatar)) return 'off';
  return avatar.style.look === 'initials' ? 'initials' : 'face';
}
