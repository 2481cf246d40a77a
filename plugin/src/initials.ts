/** The letters that stand for a participant without a picture. A door of its own: no drawing code comes along. */

/** One or two letters; of names without spaces (or in scripts without them) the first. '?' for an empty name. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/u).filter(Boolean);
  const first = firstLetter(words[0] ?? '');
  const last = words.length > 1 ? firstLetter(words.at(-1)!) : '';
  return (first + last).toLocaleUpperCase() || '?';
}

function firstLetter(word: string): string {
  // A grapheme, not a code unit: flags, accents and Indic clusters stay whole.
  const [grapheme] = new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(word);
  return grapheme?.segment ?? '';
}
