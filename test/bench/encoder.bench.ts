/**
 * Throughput of the shipped voice encoder against the original Speech2Face encoder (Oh et al., CVPR 2019): 6 s windows of
 * PCM, both on ONNX Runtime's CPU provider, same threads, same batch sizes, in turns in this one process.
 *
 * The baseline's file (592 MB, random weights: speed doesn't depend on them) is made on demand in the cache.
 * `--threads N` (default: all the machine has), `--rounds N` (default 3), `--batches 1,2,4,8`.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { availableParallelism, homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { BenchReport } from './bench.ts';
import { percentile } from './percentile.ts';
import { writeOnnx } from './speech2face/onnx-file.ts';
import { drawNumbers, readTable, speech2FaceGraph } from './speech2face/speech2face-graph.ts';

const SHIPPED = fileURLToPath(new URL('../../models/weights/voice-encoder.onnx', import.meta.url));
const GRAPH_SOURCE = new URL('./speech2face/speech2face-graph.ts', import.meta.url);
interface Encoder {
  readonly session: InferenceSession;
  readonly turns: Turn[];
}

/** Milliseconds a window took: by the clock, and of processor time on all threads. The latter tells a busy machine. */
interface WindowTimes {
  readonly clockMs: number;
  readonly processorMs: number;
}

interface Turn extends WindowTimes {
  readonly batch: number;
  readonly turnMs: number;
}

export async function bench(args: readonly string[]): Promise<BenchReport> {
  const threads = numberOption(args, '--threads') ?? availableParallelism();
  const rounds = numberOption(args, '--rounds') ?? 3;
  const batches = (option(args, '--batches') ?? '1,2,4,8').split(',').map(Number);
  const { samples } = readTable();
  const draw = drawNumbers(3);
  const pcm = Float32Array.from({ length: samples * Math.max(...batches) }, () => 0.1 * draw());

  const baseline = await load(baselineFile(), threads);
  const shipped = await load(SHIPPED, threads);
  try {
    // Round 0 warms up.
    for (let round = 0; round <= rounds; round += 1) {
      for (const batch of batches) {
        const input = new Tensor('float32', pcm.subarray(0, batch * samples), [batch, samples]);
        const theirs = await takeTurn(baseline, input, 0);
        // As long a turn as the other's: whatever else the machine does then slows both alike.
        const ours = await takeTurn(shipped, input, round === 0 ? 0 : theirs.turnMs);
        if (round === 0) continue;
        baseline.turns.push(theirs);
        shipped.turns.push(ours);
      }
      if (round > 0) console.error(`  round ${round} of ${rounds}`);
    }
  } finally {
    await Promise.all([baseline.session.release(), shipped.session.release()]);
  }

  const [theirs, ours] = [best(baseline, batches), best(shipped, batches)];
  return {
    title: `6 s windows, ${threads} threads each, medians of ${rounds} turns, milliseconds a window`,
    rows: [
      ...batches.map((batch) => row(`batch ${batch}`, median(baseline, batch), median(shipped, batch))),
      row(`best batch each (${theirs.batch}, ${ours.batch})`, theirs, ours),
    ],
    figures: {
      ratioToSpeech2Face: round(theirs.clockMs / ours.clockMs, 1),
      msPerWindow: round(ours.clockMs, 3),
      windowsPerSecond: round(1000 / ours.clockMs, 1),
    },
  };
}

/** Makes the baseline's file unless the cache has it; gives its path. */
function baselineFile(): string {
  const cache = process.env.TIMBRE_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'timbre');
  const table = readTable();
  const version = createHash('sha256').update(JSON.stringify(table)).update(readFileSync(GRAPH_SOURCE)).digest('hex');
  const folder = join(cache, `speech2face-${version.slice(0, 12)}`);
  const path = join(folder, 'speech2face.onnx');
  if (!existsSync(path)) {
    console.error(`  writes the Speech2Face encoder with random weights, 592 MB, once: ${folder}`);
    mkdirSync(folder, { recursive: true });
    writeOnnx(speech2FaceGraph(table), path);
  }
  return path;
}

async function load(path: string, threads: number): Promise<Encoder> {
  const session = await InferenceSession.create(path, {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
  });
  return { session, turns: [] };
}

/** Runs one batch again and again for at least `leastMs`, once at least. */
async function takeTurn({ session }: Encoder, pcm: Tensor, leastMs: number): Promise<Turn> {
  const batch = pcm.dims[0]!;
  const startMs = performance.now();
  const before = process.cpuUsage();
  let runs = 0;
  do {
    await session.run({ pcm });
    runs += 1;
  } while (performance.now() - startMs < leastMs);
  const turnMs = performance.now() - startMs;
  const { user, system } = process.cpuUsage(before); // microseconds
  const windows = runs * batch;
  return { batch, turnMs, clockMs: turnMs / windows, processorMs: (user + system) / 1000 / windows };
}

function median({ turns }: Encoder, batch: number): WindowTimes {
  const own = turns.filter((turn) => turn.batch === batch);
  const of = (times: readonly number[]) => percentile(times, 0.5);
  return { clockMs: of(own.map((turn) => turn.clockMs)), processorMs: of(own.map((turn) => turn.processorMs)) };
}

function best(encoder: Encoder, batches: readonly number[]): WindowTimes & { readonly batch: number } {
  const all = batches.map((batch) => ({ batch, ...median(encoder, batch) }));
  return all.reduce((least, one) => (one.clockMs < least.clockMs ? one : least));
}

function row(what: string, theirs: WindowTimes, ours: WindowTimes): Record<string, string | number> {
  return {
    '': what,
    'Speech2Face ms': round(theirs.clockMs, 0),
    'voice encoder ms': round(ours.clockMs, 2),
    'windows/s': round(1000 / ours.clockMs, 0),
    'times faster': round(theirs.clockMs / ours.clockMs, 0),
    'processor ms': `${round(theirs.processorMs, 0)} / ${round(ours.processorMs, 2)}`,
    'times less': round(theirs.processorMs / ours.processorMs, 0),
  };
}

function option(args: readonly string[], name: string): string | undefined {
  const place = args.indexOf(name);
  return place < 0 ? undefined : args[place + 1];
}

function numberOption(args: readonly string[], name: string): number | undefined {
  const value = option(args, name);
  return value === undefined ? undefined : Number(value);
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
