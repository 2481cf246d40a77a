/** The style's hair and beards in the cartoon's vocabulary. */

/** Those of the library's that need no colour of their own and hide no eyes. */
export type CartoonHair =
  | 'long'
  | 'shortCombover'
  | 'curlyHighTop'
  | 'bobCut'
  | 'curly'
  | 'pigtails'
  | 'curlyBun'
  | 'buzzcut'
  | 'bobBangs'
  | 'bald'
  | 'balding'
  | 'bunUndercut'
  | 'fade'
  | 'beanie'
  | 'straightBun'
  | 'extraLong'
  | 'shortComboverChops';
/** `beardMustache` is left out: it covers the mouth, and a mouth that doesn't move is worse than a smaller beard. */
export type CartoonBeard = 'goatee' | 'pyramid' | 'shadow' | 'soulPatch' | 'walrus';

const HAIR: Readonly<Record<string, CartoonHair>> = {
  afro: 'curly',
  bangs: 'bobBangs',
  bob: 'bobCut',
  bun: 'straightBun',
  buzz: 'buzzcut',
  coils: 'curlyHighTop',
  crop: 'fade',
  curly: 'curlyHighTop',
  horseshoe: 'balding',
  locs: 'long',
  long: 'extraLong',
  longcurly: 'long',
  longside: 'long',
  lowbun: 'straightBun',
  pixie: 'shortCombover',
  ponytail: 'straightBun',
  puffs: 'pigtails',
  quiff: 'fade',
  shag: 'bobCut',
  sidepart: 'shortCombover',
  slick: 'shortComboverChops',
};
/** For hair that came after this list: parts of names that tell enough. The first that fits counts. */
const HAIR_BY_PART: readonly (readonly [part: RegExp, hair: CartoonHair])[] = [
  [/scarf|turban|hijab|beanie|cap/, 'beanie'],
  [/bald|shaved/, 'bald'],
  [/bun|pony|tail|updo/, 'straightBun'],
  [/puff|pigtail/, 'pigtails'],
  [/long|braid|loc|twist/, 'long'],
  [/afro/, 'curly'],
  [/curl|coil|kink/, 'curlyHighTop'],
  [/bob|bang|fringe|shag/, 'bobCut'],
  [/buzz/, 'buzzcut'],
];
const BEARDS: Readonly<Record<string, CartoonBeard>> = {
  stubble: 'shadow',
  moustache: 'pyramid',
  goatee: 'goatee',
  short: 'shadow',
  full: 'goatee',
  long: 'goatee',
};

/** `hair` as in PuppetStyle; '' is none. */
export function cartoonHair(hair: string): CartoonHair {
  if (hair === '') return 'bald';
  return HAIR[hair] ?? HAIR_BY_PART.find(([part]) => part.test(hair))?.[1] ?? 'shortCombover';
}

/** `beard` as in PuppetStyle; '' is none. */
export function cartoonBeard(beard: string): CartoonBeard | undefined {
  return beard === '' ? undefined : (BEARDS[beard] ?? 'shadow');
}
