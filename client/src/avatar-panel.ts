import { styleFromSeed } from '@timbre/plugin';
import type { AvatarState, Style } from '@timbre/protocol';
import { type AvatarChoice, choiceOf } from './avatar-choice.ts';
import { element, setAttribute } from './element.ts';
import { type IconName, icon } from './icons.ts';
import { describeAvatar, TEXT } from './messages.ts';

export interface AvatarActions {
  /** Opts in, or withdraws. */
  readonly consent: (granted: boolean) => void;
  readonly restyle: (style: Style) => void;
}

/** "My avatar": off / initials / face / new style, and in words what is happening. A popover of the page. */
export class AvatarPanel {
  readonly root: HTMLElement;
  readonly #actions: AvatarActions;
  readonly #status = element('p', { class: 'avatar-status', role: 'status' });
  readonly #progress = element('progress', { max: 1, value: 0, hidden: true, 'aria-hidden': 'true' });
  readonly #choices: Readonly<Record<AvatarChoice, HTMLButtonElement>>;
  readonly #newStyle: HTMLButtonElement;
  #avatar: AvatarState = { state: 'none' };
  #enabled = true;

  constructor(id: string, actions: AvatarActions) {
    this.#actions = actions;
    this.#choices = {
      face: choiceButton('avatar-face', 'face', TEXT.avatarFace, TEXT.avatarFaceDetail),
      initials: choiceButton('avatar-initials', 'initials', TEXT.avatarInitials, TEXT.avatarInitialsDetail),
      off: choiceButton('avatar-off', 'off', TEXT.avatarOff, TEXT.avatarOffDetail),
    };
    this.#newStyle = choiceButton('avatar-new-style', 'style', TEXT.newStyle, TEXT.newStyleDetail);
    for (const choice of ['face', 'initials', 'off'] as const) {
      this.#choices[choice].addEventListener('click', () => this.#choose(choice));
    }
    this.#newStyle.addEventListener('click', () => this.#restyle());
    const heading = element('h2', { id: `${id}-heading` }, TEXT.myAvatar);
    const choices = element('div', { class: 'choices', role: 'group', 'aria-labelledby': `${id}-heading` });
    choices.append(...Object.values(this.#choices));
    this.root = element(
      'section',
      { id, class: 'panel', popover: 'auto', 'aria-labelledby': `${id}-heading`, 'data-testid': 'avatar-panel' },
      heading,
      this.#status,
      this.#progress,
      choices,
      this.#newStyle,
      element('p', { class: 'hint' }, TEXT.avatarNote),
    );
    this.show(this.#avatar);
  }

  /** `cameraOn`, `muted`: the tap is closed meanwhile, and the words say so. */
  show(avatar: AvatarState, { cameraOn = false, muted = false } = {}): void {
    this.#avatar = avatar;
    const status = describeAvatar(avatar, { cameraOn, muted });
    if (this.#status.textContent !== status) this.#status.textContent = status;
    const forming = avatar.state === 'listening' || avatar.state === 'forming';
    this.#progress.hidden = !forming;
    if (forming) this.#progress.value = avatar.progress;
    const chosen = choiceOf(avatar);
    for (const [choice, button] of Object.entries(this.#choices)) {
      button.setAttribute('aria-pressed', String(choice === chosen));
    }
    this.#showEnabled();
  }

  /** While the connection is lost only withdrawing is possible: it is kept and told once the connection is back. */
  setConnected(connected: boolean): void {
    this.#enabled = connected;
    this.#showEnabled();
  }

  #showEnabled(): void {
    const chosen = choiceOf(this.#avatar);
    this.#choices.face.disabled = !this.#enabled;
    // Initials hide a face that stays known; without one there is nothing to hide.
    this.#choices.initials.disabled = !this.#enabled || chosen === 'off';
    this.#newStyle.disabled = !this.#enabled || chosen !== 'face';
    setAttribute(this.root, 'data-choice', chosen);
  }

  #choose(choice: AvatarChoice): void {
    const avatar = this.#avatar;
    if (choice === choiceOf(avatar)) return;
    if (choice === 'off') this.#actions.consent(false);
    else if ('style' in avatar) {
      this.#actions.restyle({ ...avatar.style, look: choice === 'initials' ? 'initials' : 'illustrated' });
    } else if (choice === 'face') this.#actions.consent(true);
  }

  #restyle(): void {
    // A fresh seed, never the voice.
    this.#actions.restyle(styleFromSeed(crypto.getRandomValues(new Uint32Array(4)).join('-')));
  }
}

function choiceButton(testId: string, iconName: IconName, label: string, detail: string): HTMLButtonElement {
  const words = element('span', {}, element('strong', {}, label), element('small', {}, detail));
  return element('button', { type: 'button', class: 'choice', 'data-testid': testId }, icon(iconName), words);
}
