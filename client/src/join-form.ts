import { listMicrophones, microphoneAllowed, openCamera, openMicrophone } from './devices.ts';
import { element, setAttribute } from './element.ts';
import { CallError } from './errors.ts';
import { icon, mark } from './icons.ts';
import { JoinPreview } from './join-preview.ts';
import { describeError, TEXT } from './messages.ts';
import type { Prefill } from './prefill.ts';

export interface JoinChoice {
  readonly name: string;
  readonly room: string;
  /** Consent to a face from the voice. */
  readonly face: boolean;
  readonly microphone: MediaStreamTrack | undefined;
  readonly camera: MediaStreamTrack | undefined;
}

/** The select's value for joining without a microphone. */
const LISTEN_ONLY = 'listen-only';

/** The page before the call: who, where, with which devices, and whether the voice may be listened to. */
export class JoinForm {
  readonly root = element('main', { class: 'join' });
  readonly #join: (choice: JoinChoice) => Promise<void>;
  readonly #form = element('form', { class: 'join-form', novalidate: true });
  readonly #name: HTMLInputElement;
  readonly #room: HTMLInputElement;
  readonly #microphones = element('select', { id: 'join-microphone', 'data-testid': 'join-microphone' });
  readonly #camera = toggle('join-camera');
  readonly #face = toggle('join-face');
  readonly #problem = element('div', { class: 'problem', role: 'alert', 'data-testid': 'join-problem', hidden: true });
  readonly #submit = element('button', { type: 'submit', class: 'button primary', 'data-testid': 'join-submit' });
  readonly #preview = new JoinPreview();
  /** The browser's question, which may be answered late. */
  #openingMicrophone: Promise<MediaStreamTrack> | undefined;
  #microphoneTrack: MediaStreamTrack | undefined;
  #cameraTrack: MediaStreamTrack | undefined;
  #busy = false;
  /** In the call: devices that the browser gives only now belong to nobody. */
  #joined = false;

  constructor(prefill: Prefill, join: (choice: JoinChoice) => Promise<void>) {
    this.#join = join;
    this.#name = textInput('join-name', prefill.name, 'name');
    this.#name.placeholder = TEXT.namePlaceholder;
    this.#room = textInput('join-room', prefill.room, 'off');
    this.#build();
    this.#preview.showName(prefill.name);
    this.#listen();
  }

  /** Puts the form on the page and the cursor where the first word is missing. */
  async start(parent: HTMLElement): Promise<void> {
    parent.replaceChildren(this.root);
    (this.#name.value === '' ? this.#name : this.#submit).focus({ preventScroll: true });
    await this.#listMicrophones();
    if (await microphoneAllowed()) await this.#testMicrophone().catch(() => {}); // joining will say what is wrong
  }

  /** Says what went wrong, with the ways out that fit. */
  showProblem(error: unknown): void {
    const { title, detail } = describeError(error);
    const reason = error instanceof CallError ? error.reason : '';
    const ways: HTMLElement[] = [];
    if (reason.startsWith('microphone-') || reason === 'insecure-page') {
      ways.push(this.#wayOut(TEXT.joinWithoutMicrophone, () => this.#chooseMicrophone(LISTEN_ONLY)));
    }
    if (reason.startsWith('camera-')) ways.push(this.#wayOut(TEXT.joinWithoutCamera, () => this.#setCamera(false)));
    const text = element('p', {}, element('strong', {}, title), ` ${detail}`);
    this.#problem.replaceChildren(
      icon('warning'),
      element('div', {}, text, element('div', { class: 'ways' }, ...ways)),
    );
    this.#problem.hidden = false;
    this.#problem.scrollIntoView({ block: 'nearest' });
  }

  #build(): void {
    const test = element(
      'button',
      { type: 'button', class: 'button small', 'data-testid': 'join-test' },
      TEXT.testMicrophone,
    );
    test.addEventListener('click', () => void this.#testMicrophone().catch((error) => this.showProblem(error)));
    const consent = element('p', { id: 'join-consent', class: 'consent' }, TEXT.consent);
    setAttribute(this.#face, 'aria-describedby', 'join-consent');
    this.#submit.append(TEXT.join);
    this.#form.append(
      field('join-name', TEXT.name, this.#name),
      field('join-room', TEXT.room, this.#room, TEXT.roomHint),
      field('join-microphone', TEXT.microphone, element('div', { class: 'beside' }, this.#microphones, test)),
      switchRow('join-camera', TEXT.camera, this.#camera, element('p', { class: 'hint' }, TEXT.cameraHint)),
      switchRow('join-face', TEXT.face, this.#face, consent),
      this.#problem,
      this.#submit,
    );
    const heading = element('h1', {}, TEXT.joinHeading);
    const lead = element('p', { class: 'lead' }, TEXT.joinLead);
    const brand = element('div', { class: 'brand' }, mark(), TEXT.product);
    const words = element('div', { class: 'join-words' }, brand, heading, lead);
    this.root.append(element('div', { class: 'join-card' }, words, this.#preview.root, this.#form));
  }

  #listen(): void {
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#submitForm();
    });
    this.#name.addEventListener('input', () => this.#preview.showName(this.#name.value));
    this.#microphones.addEventListener('change', () => {
      const wasOpen = this.#microphoneTrack !== undefined;
      this.#closeMicrophone();
      if (wasOpen && this.#microphones.value !== LISTEN_ONLY) {
        void this.#testMicrophone().catch((error) => this.showProblem(error));
      }
    });
    this.#camera.addEventListener('change', () => void this.#setCamera(this.#camera.checked));
  }

  async #submitForm(): Promise<void> {
    if (this.#busy) return;
    const name = this.#name.value.trim();
    const room = this.#room.value.trim();
    markInvalid(this.#name, name === '' ? TEXT.nameNeeded : undefined);
    markInvalid(this.#room, room === '' ? TEXT.roomNeeded : undefined);
    if (name === '' || room === '') {
      (name === '' ? this.#name : this.#room).focus();
      return;
    }
    this.#setBusy(true);
    try {
      const microphone = await this.#openMicrophone();
      const camera = this.#cameraTrack;
      await this.#join({ name, room, face: this.#face.checked, microphone, camera });
      this.#joined = true;
      this.#preview.close();
      if (this.#cameraTrack !== camera) this.#cameraTrack?.stop();
    } catch (error) {
      // A call that failed has released the devices.
      if (this.#microphoneTrack?.readyState === 'ended') this.#closeMicrophone();
      if (this.#cameraTrack?.readyState === 'ended') await this.#setCamera(false);
      this.showProblem(error);
    } finally {
      this.#setBusy(false);
    }
  }

  #setBusy(busy: boolean): void {
    this.#busy = busy;
    this.#submit.textContent = busy ? TEXT.joining : TEXT.join;
    setAttribute(this.#submit, 'aria-busy', busy ? 'true' : undefined);
    if (busy) this.#problem.hidden = true;
  }

  async #testMicrophone(): Promise<void> {
    if ((await this.#openMicrophone()) === undefined) return;
    await this.#listMicrophones(); // names appear with the permission
  }

  /** The microphone that is chosen; undefined for listening only. */
  async #openMicrophone(): Promise<MediaStreamTrack | undefined> {
    if (this.#joined || this.#microphones.value === LISTEN_ONLY) return undefined;
    this.#problem.hidden = true;
    if (this.#microphoneTrack?.readyState === 'live') return this.#microphoneTrack;
    this.#openingMicrophone ??= openMicrophone(this.#microphones.value);
    const opening = this.#openingMicrophone;
    let track: MediaStreamTrack;
    try {
      track = await opening;
    } catch (error) {
      if (opening === this.#openingMicrophone) this.#openingMicrophone = undefined;
      throw error;
    }
    if (track === this.#microphoneTrack) return track; // asked for twice
    if (opening !== this.#openingMicrophone) {
      track.stop(); // another one was chosen meanwhile
      return this.#openMicrophone();
    }
    this.#openingMicrophone = undefined;
    this.#microphoneTrack = track;
    this.#preview.showMicrophone(track);
    return track;
  }

  #closeMicrophone(): void {
    this.#openingMicrophone = undefined;
    this.#microphoneTrack?.stop();
    this.#microphoneTrack = undefined;
    this.#preview.showMicrophone(undefined);
  }

  #chooseMicrophone(value: string): void {
    this.#closeMicrophone();
    this.#microphones.value = value;
  }

  async #listMicrophones(): Promise<void> {
    const chosen = this.#microphones.value;
    const microphones = await listMicrophones().catch(() => []);
    const named = microphones.filter(({ deviceId }) => deviceId !== '' && deviceId !== 'default');
    this.#microphones.replaceChildren(
      element('option', { value: '' }, TEXT.defaultMicrophone),
      ...named.map(({ deviceId, label }, index) =>
        element('option', { value: deviceId }, label || TEXT.unnamedMicrophone(index + 1)),
      ),
      element('option', { value: LISTEN_ONLY }, TEXT.noMicrophone),
    );
    this.#microphones.value = chosen;
    if (this.#microphones.selectedIndex < 0) this.#microphones.selectedIndex = 0;
  }

  async #setCamera(on: boolean): Promise<void> {
    const isLive = () => this.#cameraTrack?.readyState === 'live';
    this.#camera.checked = on;
    this.#problem.hidden = true;
    if (!on) {
      this.#cameraTrack?.stop();
      this.#cameraTrack = undefined;
    } else if (!isLive()) {
      try {
        const track = await openCamera();
        // Switched off, given up or joined without it before the browser gave it.
        if (this.#joined || !this.#camera.checked || isLive()) track.stop();
        else this.#cameraTrack = track;
      } catch (error) {
        this.#camera.checked = false;
        this.showProblem(error);
      }
    }
    this.#preview.showCamera(this.#cameraTrack);
  }

  #wayOut(label: string, prepare: () => void | Promise<void>): HTMLElement {
    const way = element('button', { type: 'button', class: 'button small' }, label);
    way.addEventListener('click', async () => {
      await prepare();
      await this.#submitForm();
    });
    return way;
  }
}

function textInput(id: string, value: string, autocomplete: string): HTMLInputElement {
  const attributes = { id, 'data-testid': id, type: 'text', maxlength: 64, autocomplete, required: true };
  const input = element('input', attributes);
  input.value = value;
  return input;
}

function toggle(id: string): HTMLInputElement {
  return element('input', { id, 'data-testid': id, type: 'checkbox', role: 'switch', class: 'switch' });
}

function field(id: string, label: string, control: HTMLElement, hint?: string): HTMLElement {
  const parts: HTMLElement[] = [element('label', { for: id }, label), control];
  if (hint !== undefined) {
    parts.push(element('p', { class: 'hint', id: `${id}-hint` }, hint));
    setAttribute(control, 'aria-describedby', `${id}-hint`);
  }
  return element('div', { class: 'field' }, ...parts);
}

function switchRow(id: string, label: string, control: HTMLElement, below: HTMLElement): HTMLElement {
  const row = element('div', { class: 'switch-row' }, element('label', { for: id }, label), control);
  return element('div', { class: 'field' }, row, below);
}

function markInvalid(input: HTMLInputElement, problem: string | undefined): void {
  setAttribute(input, 'aria-invalid', problem && 'true');
  const messageId = `${input.id}-problem`;
  document.getElementById(messageId)?.remove();
  if (problem === undefined) return;
  input.after(element('p', { id: messageId, class: 'field-problem', role: 'alert' }, problem));
}
