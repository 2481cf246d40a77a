import { element, setAttribute } from './element.ts';
import { type IconName, icon } from './icons.ts';
import { TEXT } from './messages.ts';

export interface ControlActions {
  readonly toggleMute: () => void;
  readonly toggleCamera: () => void;
  readonly leave: () => void;
}

export interface ControlState {
  readonly microphone: 'live' | 'muted' | 'none';
  readonly cameraOn: boolean;
}

/** The bar below the grid: mute, camera, avatar panel, leave. Alt+M and Alt+V work anywhere in the call. */
export class Controls {
  readonly root = element('div', { class: 'controls', role: 'group', 'aria-label': TEXT.controls });
  /** Opens the avatar panel, which is a popover. */
  readonly avatarButton: HTMLButtonElement;
  readonly #mute: HTMLButtonElement;
  readonly #camera: HTMLButtonElement;
  readonly #actions: ControlActions;
  readonly #onKey = (event: KeyboardEvent) => this.#press(event);

  constructor(panelId: string, actions: ControlActions) {
    this.#actions = actions;
    this.#mute = controlButton('mute', 'microphone', TEXT.mute);
    this.#mute.setAttribute('aria-keyshortcuts', 'Alt+M');
    this.#camera = controlButton('camera', 'camera', TEXT.startVideo);
    this.#camera.setAttribute('aria-keyshortcuts', 'Alt+V');
    this.avatarButton = controlButton('my-avatar', 'face', TEXT.myAvatar);
    this.avatarButton.setAttribute('popovertarget', panelId);
    const leave = controlButton('leave', 'leave', TEXT.leave);
    leave.classList.add('leave');
    this.#mute.addEventListener('click', actions.toggleMute);
    this.#camera.addEventListener('click', actions.toggleCamera);
    leave.addEventListener('click', actions.leave);
    this.root.append(this.#mute, this.#camera, this.avatarButton, leave);
    document.addEventListener('keydown', this.#onKey);
  }

  show({ microphone, cameraOn }: ControlState): void {
    const silent = microphone !== 'live';
    const label = microphone === 'none' ? TEXT.noMicrophoneShort : silent ? TEXT.unmute : TEXT.mute;
    relabel(this.#mute, silent ? 'microphone-off' : 'microphone', label);
    this.#mute.classList.toggle('off', silent);
    setAttribute(this.#mute, 'data-state', microphone);
    relabel(this.#camera, cameraOn ? 'camera' : 'camera-off', cameraOn ? TEXT.stopVideo : TEXT.startVideo);
    setAttribute(this.#camera, 'data-state', cameraOn ? 'on' : 'off');
  }

  close(): void {
    document.removeEventListener('keydown', this.#onKey);
  }

  #press(event: KeyboardEvent): void {
    // With a modifier: single letters would collide with speech input and screen readers (WCAG 2.1.4).
    if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.repeat) return;
    const action = { KeyM: this.#actions.toggleMute, KeyV: this.#actions.toggleCamera }[event.code];
    if (action === undefined) return;
    event.preventDefault();
    action();
  }
}

/** A button whose icon is above its label. */
export function controlButton(testId: string, iconName: IconName, label: string): HTMLButtonElement {
  const made = element('button', { type: 'button', class: 'control', 'data-testid': testId });
  relabel(made, iconName, label);
  return made;
}

function relabel(button: HTMLButtonElement, iconName: IconName, label: string): void {
  if (button.dataset.label === label) return; // don't disturb a pressed button for nothing
  button.dataset.label = label;
  button.replaceChildren(icon(iconName), element('span', {}, label));
}
