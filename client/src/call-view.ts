import { element } from './element.ts';
import { layOutGrid } from './grid-layout.ts';
import { TEXT } from './messages.ts';
import { type AvatarMount, ParticipantTile } from './participant-tile.ts';
import type { RemoteAudio } from './remote-audio.ts';
import type { Participant, Roster } from './roster.ts';

/** Ten times a second the ring follows the voice; faster than that nobody sees. */
const LEVEL_INTERVAL_MS = 100;

/** The grid of tiles: follows the roster, sizes itself, lights up who speaks. */
export class CallView {
  readonly root = element('div', { class: 'grid', role: 'group', 'aria-label': TEXT.participants });
  readonly #roster: Roster;
  readonly #avatars: AvatarMount;
  readonly #audio: RemoteAudio;
  readonly #tiles = new Map<string, ParticipantTile>();
  readonly #alone = element(
    'p',
    { class: 'alone', hidden: true },
    element('strong', {}, TEXT.waiting),
    element('br'),
    TEXT.waitingDetail,
  );
  readonly #disposers: (() => void)[] = [];

  constructor(roster: Roster, avatars: AvatarMount, audio: RemoteAudio) {
    this.#roster = roster;
    this.#avatars = avatars;
    this.#audio = audio;
    this.root.append(this.#alone);
  }

  /** Follows the roster from now on; to be called once the root is in the page. */
  start(): void {
    const roster = this.#roster;
    for (const participant of roster.all) this.#add(participant);
    const observer = new ResizeObserver(() => this.#layOut());
    observer.observe(this.root);
    const timer = setInterval(() => this.#showLevels(), LEVEL_INTERVAL_MS);
    this.#disposers.push(
      roster.on('joined', (participant) => this.#add(participant)),
      roster.on('changed', (participant) => this.#update(participant)),
      roster.on('left', (participant) => this.#remove(participant)),
      () => observer.disconnect(),
      () => clearInterval(timer),
    );
  }

  /** Final and idempotent. */
  close(): void {
    for (const dispose of this.#disposers.splice(0)) dispose();
    for (const tile of this.#tiles.values()) tile.close();
    this.#tiles.clear();
  }

  #add(participant: Participant): void {
    const tile = new ParticipantTile(participant, this.#avatars);
    this.#tiles.set(participant.id, tile);
    // One's own tile stays last, so that the others don't move when one joins.
    const own = this.#roster.all.find(({ self }) => self);
    const before = participant.self ? this.#alone : ((own && this.#tiles.get(own.id)?.root) ?? this.#alone);
    this.root.insertBefore(tile.root, before);
    this.#layOut();
    this.#update(participant);
  }

  #update(participant: Participant): void {
    this.#tiles.get(participant.id)?.update();
    if (!participant.self) this.#audio.play(participant.id, participant.audio);
  }

  #remove(participant: Participant): void {
    this.#tiles.get(participant.id)?.close();
    this.#tiles.delete(participant.id);
    this.#audio.stop(participant.id);
    this.#layOut();
  }

  #layOut(): void {
    const style = getComputedStyle(this.root);
    const width = this.root.clientWidth - Number.parseFloat(style.paddingLeft) - Number.parseFloat(style.paddingRight);
    const height =
      this.root.clientHeight - Number.parseFloat(style.paddingTop) - Number.parseFloat(style.paddingBottom);
    const gapPx = Number.parseFloat(style.columnGap) || 0;
    const layout = layOutGrid(this.#tiles.size, width, height, { gapPx });
    this.root.classList.toggle('scrolls', layout.scrolls);
    this.root.classList.toggle('small-tiles', layout.tileWidth < 150);
    this.root.style.setProperty('--tile-width', `${layout.tileWidth}px`);
    this.root.style.setProperty('--tile-height', `${layout.tileHeight}px`);
    this.#alone.hidden = this.#tiles.size !== 1;
  }

  #showLevels(): void {
    for (const { id, readLevel, microphone } of this.#roster.all) {
      this.#tiles.get(id)?.showLevel(microphone === 'live' ? (readLevel?.() ?? 0) : 0);
    }
  }
}
