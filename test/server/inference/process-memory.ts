/** Looks for bytes in the memory of another process (Linux, same account). */
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

const PAGE_BYTES = 4_096;
/** Address space that was reserved and never touched is skipped; runs of touched pages are read in parts of this size. */
const PART_BYTES = 16 * 1024 * 1024;
const PAGEMAP_ENTRY_BYTES = 8;
/** The two top bits of a pagemap entry: in memory, or swapped out. */
const TOUCHED = 0xc0;

interface Run {
  readonly start: number;
  readonly end: number;
}

/** How many of `patterns` are found at least once in what the process has written to. */
export function countInMemory(pid: number, patterns: readonly Buffer[]): number {
  const missing = new Set(patterns);
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  const part = Buffer.alloc(PART_BYTES);
  try {
    for (const { start, end } of touchedRuns(pid)) {
      for (let at = start; at < end; at += PART_BYTES - PAGE_BYTES) {
        const read = readSync(memory, part, 0, Math.min(PART_BYTES, end - at), at);
        for (const pattern of missing) {
          if (part.subarray(0, read).includes(pattern)) missing.delete(pattern);
        }
      }
    }
  } finally {
    closeSync(memory);
  }
  return patterns.length - missing.size;
}

function touchedRuns(pid: number): Run[] {
  const pagemap = openSync(`/proc/${pid}/pagemap`, 'r');
  try {
    return writableRegions(pid).flatMap((region) => touchedPages(pagemap, region));
  } finally {
    closeSync(pagemap);
  }
}

/** Ordinary memory only: device memory and the like can't be read. */
function writableRegions(pid: number): Run[] {
  return readFileSync(`/proc/${pid}/maps`, 'utf8')
    .split('\n')
    .filter((line) => !/\[v/.test(line))
    .map((line) => /^([0-9a-f]+)-([0-9a-f]+) rw.p/.exec(line))
    .filter((match) => match !== null)
    .map((match) => ({ start: Number.parseInt(match[1]!, 16), end: Number.parseInt(match[2]!, 16) }));
}

function touchedPages(pagemap: number, { start, end }: Run): Run[] {
  const runs: { start: number; end: number }[] = [];
  const entries = Buffer.alloc(64 * 1024 * PAGEMAP_ENTRY_BYTES);
  for (let at = start; at < end; ) {
    const wanted = Math.min(entries.length, ((end - at) / PAGE_BYTES) * PAGEMAP_ENTRY_BYTES);
    const read = readSync(pagemap, entries, 0, wanted, (at / PAGE_BYTES) * PAGEMAP_ENTRY_BYTES);
    if (read === 0) break;
    for (let entry = PAGEMAP_ENTRY_BYTES - 1; entry < read; entry += PAGEMAP_ENTRY_BYTES, at += PAGE_BYTES) {
      if ((entries[entry]! & TOUCHED) === 0) continue;
      const last = runs.at(-1);
      if (last?.end === at) last.end += PAGE_BYTES;
      else runs.push({ start: at, end: at + PAGE_BYTES });
    }
  }
  return runs;
}
