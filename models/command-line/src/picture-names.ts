import { extname } from 'node:path';

/**
 * A picture's name per file: the file's own, with as many of its folders before it as are needed to tell files apart
 * (`ann/1.wav`, `bob/1.wav` -> `ann-1.png`, `bob-1.png`; `1.wav`, `1.mp3` -> `1-wav.png`, `1-mp3.png`).
 */
export function pictureNames(files: readonly string[]): string[] {
  const distinct = [...new Set(files)];
  const parts = new Map(distinct.map((file) => [file, splitPath(file)]));
  const longest = Math.max(1, ...[...parts.values()].map(({ length }) => length));
  const named = (file: string, depth: number, extension: boolean) => {
    const stem = parts.get(file)!.slice(-depth).join('-');
    const ending = extname(stem);
    const bare = ending ? stem.slice(0, -ending.length) : stem;
    return extension && ending ? `${bare}-${ending.slice(1)}` : bare;
  };
  for (let depth = 1; depth <= longest; depth += 1) {
    for (const extension of [false, true]) {
      const names = new Set(distinct.map((file) => named(file, depth, extension).toLowerCase()));
      if (names.size === distinct.length) return files.map((file) => `${named(file, depth, extension)}.png`);
    }
  }
  // Paths that differ only by `.` or case: number them.
  return files.map((file) => `${distinct.indexOf(file) + 1}-${named(file, 1, true)}.png`);
}

function splitPath(file: string): string[] {
  return file.split(/[\\/]+/).filter((part) => part !== '' && part !== '.' && part !== '..');
}
