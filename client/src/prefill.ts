export interface Prefill {
  readonly room: string;
  readonly name: string;
}

const LIMIT = 64; // the protocol's, for both

/** What an invitation's address fills in: `?room=...&name=...`, trimmed and cut to the protocol's length. */
export function readPrefill(address: string): Prefill {
  const parameters = new URL(address).searchParams;
  const read = (key: string) => (parameters.get(key) ?? '').trim().slice(0, LIMIT);
  return { room: read('room'), name: read('name') };
}

/** The address to give to others: the room, nobody's name. */
export function invitation(address: string, room: string): string {
  const url = new URL(address);
  url.search = new URLSearchParams({ room }).toString();
  url.hash = '';
  return url.href;
}

const FIRST = [
  'amber',
  'birch',
  'cedar',
  'coral',
  'dune',
  'fern',
  'harbour',
  'linen',
  'maple',
  'opal',
  'quartz',
  'willow',
];
const SECOND = [
  'brook',
  'field',
  'garden',
  'hill',
  'lantern',
  'meadow',
  'orchard',
  'ridge',
  'river',
  'shore',
  'studio',
  'valley',
];

/** A room name that can be said over the telephone. `random`: 0 to below 1; default Math.random. */
export function suggestRoom(random: () => number = Math.random): string {
  const pick = (words: readonly string[]) => words[Math.floor(random() * words.length)];
  return `${pick(FIRST)}-${pick(SECOND)}-${Math.floor(10 + random() * 90)}`;
}
