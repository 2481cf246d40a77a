/**
 * `npm run bench NAME [-- --json]`: runs test/bench/NAME.ts and prints its tables; with `--json`, one JSON object on the
 * last line. Benchmarks are never timed tests: they report, they don't judge.
 */
import { existsSync, readdirSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';

/** What a benchmark gives back: rows for people, `figures` for programs. */
export interface BenchReport {
  readonly title: string;
  readonly rows: readonly Readonly<Record<string, string | number>>[];
  readonly figures: Readonly<Record<string, unknown>>;
}

/** A benchmark module's one export. */
export type Bench = (args: readonly string[]) => Promise<BenchReport>;

const here = new URL('.', import.meta.url);

function names(): string[] {
  return readdirSync(here)
    .filter((file) => file.endsWith('.bench.ts'))
    .map((file) => file.slice(0, -'.bench.ts'.length));
}

async function main(): Promise<number> {
  const [name, ...args] = process.argv.slice(2);
  const file = new URL(`${name}.bench.ts`, here);
  if (!name || !/^[a-z-]+$/.test(name) || !existsSync(file)) {
    console.error(`npm run bench NAME: no benchmark ${JSON.stringify(name)}; there are: ${names().join(', ')}`);
    return 2;
  }
  const { bench } = (await import(file.href)) as { bench: Bench };
  const report = await bench(args);
  const [processor] = cpus();
  console.log(`\n${report.title}`);
  console.log(
    `${cpus().length} x ${processor?.model ?? 'processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`,
  );
  console.table(report.rows);
  if (args.includes('--json')) console.log(JSON.stringify(report.figures));
  return 0;
}

process.exit(await main());
