/** Uniform numbers in [0, 1) that only the seed decides: FNV-1a of its UTF-16 units feeds mulberry32. */
export function seededRandom(seed: string): () => number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < seed.length; index += 1) {
    hash = Math.imul(hash ^ seed.charCodeAt(index), 0x01000193);
  }
  let state = hash >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  // Similar seeds ("a1", "a2") differ little in their hash's low bits; the first numbers would show it.
  for (let warmUp = 0; warmUp < 4; warmUp += 1) next();
  return next;
}
