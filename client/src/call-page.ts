import { type AvatarPlugin, createAvatarPlugin } from '@timbre/plugin';
import type { MediasoupClientAdapter } from '@timbre/plugin/adapters/mediasoup-client';
import { RESUME_WINDOW_MS } from '@timbre/protocol';
import { AvatarPanel } from './avatar-panel.ts';
import type { Call, CallState } from './call.ts';
import { CallView } from './call-view.ts';
import { Controls, controlButton } from './controls.ts';
import { openCamera, openMicrophone } from './devices.ts';
import { element } from './element.ts';
import { mark } from './icons.ts';
import { describeError, TEXT } from './messages.ts';
import type { Notices } from './notices.ts';
import { invitation } from './prefill.ts';
import { RemoteAudio } from './remote-audio.ts';

const PANEL_ID = 'avatar-panel';

export interface CallPageOptions {
  readonly room: string;
  readonly call: Call;
  readonly adapter: MediasoupClientAdapter;
  readonly notices: Notices;
}

/** The page during the call: joins grid, controls, avatar panel and notices to one Call. */
export class CallPage {
  readonly root = element('main', { class: 'call', tabindex: -1 });
  readonly #call: Call;
  readonly #room: string;
  readonly #notices: Notices;
  readonly #plugin: AvatarPlugin;
  readonly #audio: RemoteAudio;
  readonly #view: CallView;
  readonly #controls: Controls;
  readonly #panel: AvatarPanel;
  readonly #count = element('span', { class: 'count', 'data-testid': 'participant-count' });
  readonly #disposers: (() => void)[] = [];
  /** What a click began and a dialogue of the browser may keep waiting: a second click must not begin it twice. */
  readonly #underWay = new Set<'camera' | 'microphone'>();
  #stillLost: ReturnType<typeof setTimeout> | undefined;

  constructor(options: CallPageOptions) {
    const { call, adapter, notices } = options;
    this.#call = call;
    this.#room = options.room;
    this.#notices = notices;
    this.#plugin = createAvatarPlugin({ adapter, modelsUrl: '/models/' });
    const sounds = element('div', { hidden: true });
    this.#audio = new RemoteAudio(sounds);
    this.#view = new CallView(call.roster, this.#plugin, this.#audio);
    this.#panel = new AvatarPanel(PANEL_ID, {
      consent: (granted) => void this.#setConsent(granted),
      restyle: (style) => void this.#attempt(call.setStyle(style)),
    });
    this.#controls = new Controls(PANEL_ID, {
      toggleMute: () => void this.#toggleMute(),
      toggleCamera: () => void this.#toggleCamera(),
      leave: () => call.leave(),
    });
    const header = this.#header();
    this.root.append(
      header,
      notices.banners,
      this.#view.root,
      notices.toasts,
      this.#controls.root,
      this.#panel.root,
      sounds,
    );
    this.#listen();
  }

  /** To be called once the root is in the page. */
  start(): void {
    this.#plugin.start();
    // Nobody is listened to in the first moments: time to fetch what the first face needs.
    this.#plugin.preload();
    this.#view.start();
    this.#showSelf();
    this.#showCount();
    this.root.focus({ preventScroll: true }); // the form's button, which had it, is gone
  }

  /** Final and idempotent. */
  close(): void {
    for (const dispose of this.#disposers.splice(0)) dispose();
    clearTimeout(this.#stillLost);
    this.#controls.close();
    this.#view.close();
    this.#audio.close();
    this.#plugin.close();
    this.#notices.clear();
    this.root.remove();
  }

  #header(): HTMLElement {
    const copy = controlButton('copy-link', 'link', TEXT.copyLink);
    copy.classList.replace('control', 'button');
    copy.addEventListener('click', () => void this.#copyLink());
    const place = element('div', { class: 'place' }, element('h1', {}, this.#room), this.#count);
    return element('header', { class: 'call-header' }, mark(), place, copy);
  }

  #listen(): void {
    const { roster, media } = this.#call;
    const joinedAt = performance.now();
    this.#disposers.push(
      roster.on('joined', ({ name, self }) => {
        this.#showCount();
        // Whoever was here before isn't news.
        if (!self && performance.now() - joinedAt > 2_000) this.#notices.toast(TEXT.joinedNotice(name));
      }),
      roster.on('left', ({ name, self }) => {
        this.#showCount();
        if (!self && this.#call.state.state === 'joined') this.#notices.toast(TEXT.leftNotice(name));
      }),
      roster.on('changed', ({ self }) => self && this.#showSelf()),
      this.#call.on('state', (state) => this.#showState(state)),
      this.#call.on('trouble', (error) => console.warn('the call goes on after:', error)),
      media.on('microphone-lost', () => this.#microphoneLost()),
      this.#plugin.on('error', (error) => console.warn('no avatar for now:', error)),
      this.#audio.on('blocked', () => this.#soundBlocked()),
    );
  }

  #showCount(): void {
    this.#count.textContent = TEXT.participantCount(this.#call.roster.all.length);
  }

  #showSelf(): void {
    const own = this.#call.roster.get(this.#call.selfId);
    const cameraOn = this.#call.media.camera !== undefined;
    this.#controls.show({ microphone: own?.microphone ?? 'none', cameraOn });
    this.#panel.show(this.#call.avatar, { cameraOn, muted: own?.microphone === 'muted' });
  }

  #showState({ state }: CallState): void {
    this.#panel.setConnected(state === 'joined');
    this.root.classList.toggle('reconnecting', state === 'reconnecting');
    clearTimeout(this.#stillLost);
    if (state === 'reconnecting') {
      this.#notices.showBanner('connection', TEXT.reconnecting, TEXT.reconnectingDetail);
      // From then on nobody keeps the place any more.
      this.#stillLost = setTimeout(
        () => this.#notices.showBanner('connection', TEXT.stillReconnecting, TEXT.stillReconnectingDetail),
        RESUME_WINDOW_MS,
      );
    }
    if (state === 'joined' && this.#notices.clearBanner('connection')) this.#notices.toast(TEXT.reconnected);
  }

  async #toggleMute(): Promise<void> {
    const { media } = this.#call;
    if (media.microphone === undefined) await this.#chooseMicrophone();
    else await this.#attempt(media.setMuted(!media.muted));
  }

  async #toggleCamera(): Promise<void> {
    const { media } = this.#call;
    await this.#once('camera', async () => media.setCamera(media.camera ? undefined : await openCamera()));
  }

  async #chooseMicrophone(): Promise<void> {
    const done = await this.#once('microphone', async () => this.#call.media.replaceMicrophone(await openMicrophone()));
    if (done && this.#notices.clearBanner('microphone')) this.#notices.toast(TEXT.microphoneBack);
  }

  #microphoneLost(): void {
    this.#notices.showBanner('microphone', TEXT.microphoneLost, TEXT.microphoneLostDetail, {
      icon: 'microphone-off',
      action: { label: TEXT.useAnotherMicrophone, run: () => void this.#chooseMicrophone() },
    });
  }

  #soundBlocked(): void {
    const run = () => {
      this.#notices.clearBanner('sound');
      this.#audio.unblock();
    };
    this.#notices.showBanner('sound', TEXT.soundBlocked, TEXT.soundBlockedDetail, {
      action: { label: TEXT.playSound, run },
    });
  }

  async #setConsent(granted: boolean): Promise<void> {
    try {
      const erased = await this.#call.setConsent(granted);
      if (!granted) this.#notices.toast(erased ? TEXT.avatarErased : TEXT.avatarWithdrawn);
    } catch (error) {
      this.#explain(error);
    }
  }

  async #copyLink(): Promise<void> {
    const link = invitation(location.href, this.#room);
    try {
      await navigator.clipboard.writeText(link);
      this.#notices.toast(TEXT.linkCopied);
    } catch {
      this.#notices.showDismissible('link', '', TEXT.linkNotCopied(link));
    }
  }

  async #once(device: 'camera' | 'microphone', work: () => Promise<void>): Promise<boolean> {
    if (this.#underWay.has(device)) return false;
    this.#underWay.add(device);
    try {
      return await this.#attempt(work());
    } finally {
      this.#underWay.delete(device);
    }
  }

  /** Waits for something that a click began; a failure is explained and the call goes on. */
  async #attempt(work: Promise<unknown>): Promise<boolean> {
    try {
      await work;
      return true;
    } catch (error) {
      this.#explain(error);
      return false;
    }
  }

  #explain(error: unknown): void {
    const { title, detail } = describeError(error);
    this.#notices.showDismissible('problem', title, detail);
  }
}
