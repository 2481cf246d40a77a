/** What the tiles say to people. English by default; give your own for other languages. */
export interface AvatarStrings {
  /** Accessible name of a tile that shows a generated face. */
  readonly avatarOf: (name: string) => string;
  /** Accessible name of a tile that shows initials. */
  readonly placeholderOf: (name: string) => string;
  /** Accessible name while the face takes shape. `percent`: 0 to 100. */
  readonly formingOf: (name: string, percent: number) => string;
  /** Said once, politely, when a generated face appears. */
  readonly avatarAppeared: (name: string) => string;
  /** The badge on a generated face. Two or three letters. */
  readonly badge: string;
}

export const ENGLISH: AvatarStrings = {
  avatarOf: (name) => `Generated avatar of ${name}, not a photo`,
  placeholderOf: (name) => `${name}, no camera`,
  formingOf: (name, percent) => `${name}, no camera, avatar forming, ${percent} %`,
  avatarAppeared: (name) => `${name} is shown as a generated avatar, not a photo`,
  badge: 'AI',
};
