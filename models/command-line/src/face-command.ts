/** `timbre face`: a picture and a JSON line per voice file. */
import './without-telemetry.ts';
import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { SingleBar } from 'cli-progress';
import { Piscina } from 'piscina';
import { CommandError } from './errors.ts';
import type { FaceLook, FaceResult, FaceTask, FaceWorkerData } from './face.worker.ts';
import { readFileList } from './file-list.ts';
import { LinesOutput } from './lines-output.ts';
import { DEFAULT_MODELS_FOLDER } from './models-folder.ts';
import { pictureNames } from './picture-names.ts';

export interface FaceCommandOptions {
  /** A file with one path a line, `-` for standard input. Default: none. */
  readonly from?: string | undefined;
  /** Folder of the pictures, made if missing; false: none are drawn. Default: `faces`. */
  readonly out?: string | false | undefined;
  /** File of the JSON lines, `-` for standard output. Default: `-`. */
  readonly jsonl?: string | undefined;
  /** Pixels of a picture's side. Default: 512. */
  readonly size?: number | undefined;
  /** Default: `illustrated`. */
  readonly look?: FaceLook | undefined;
  /** Seed of all styles. Default: each file's own name. */
  readonly seed?: string | undefined;
  /** Folder of the models. Default: the one of this checkout. */
  readonly models?: string | undefined;
  /** Files worked on at a time. Default: one per core. */
  readonly jobs?: number | undefined;
}

/** The two ends that the command writes to. */
export interface CommandOutputs {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

const LEAST_SIZE = 64;
const MOST_SIZE = 2048;

/** How many of the files gave no line. Lines come in the order of the files. Throws CommandError. */
export async function faceCommand(
  given: readonly string[],
  options: FaceCommandOptions,
  { stdout, stderr }: CommandOutputs = process,
): Promise<number> {
  const files = [...given, ...(options.from === undefined ? [] : await readFileList(options.from))];
  if (files.length === 0) throw CommandError.badArguments('no files: name some, or give a list with --from');
  const { size = 512, jobs = availableParallelism() } = options;
  if (!Number.isInteger(size) || size < LEAST_SIZE || size > MOST_SIZE) {
    throw CommandError.badArguments(`--size must be ${LEAST_SIZE} to ${MOST_SIZE} pixels`);
  }
  if (!Number.isInteger(jobs) || jobs < 1) throw CommandError.badArguments('--jobs must be at least 1');

  const tasks = await faceTasks(files, { ...options, size });
  const { jsonl = '-' } = options;
  const lines = jsonl === '-' ? LinesOutput.toStream(stdout) : await LinesOutput.toFile(jsonl);
  const bar = stderr.isTTY ? progressBar(stderr, files.length) : undefined;
  // What is written to the terminal takes the bar's line; the bar draws itself again below.
  const clearBar = () => {
    if (bar) stderr.write('\r\u001b[K');
  };
  const givenUp = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const modelsFolder = options.models ?? DEFAULT_MODELS_FOLDER;
  const workers = startWorkers({ modelsFolder, givenUp }, Math.min(jobs, files.length));
  let failures = 0;
  const results = tasks.map(async (task): Promise<FaceResult> => {
    const result = await workers.run(task).catch(unforeseen);
    bar?.increment();
    return result as FaceResult;
  });
  try {
    for (const [place, pending] of results.entries()) {
      const result = await pending;
      if (result.outcome === 'bad-models') throw CommandError.noModels(result.message);
      if (result.outcome === 'line') {
        if (jsonl === '-') clearBar();
        lines.write(result.line);
      } else if (result.outcome === 'bad-file') {
        failures += 1;
        clearBar();
        stderr.write(`timbre: ${files[place]}: ${result.message}\n`);
      }
    }
  } finally {
    bar?.stop();
    // ONNX Runtime aborts the process if a thread is ended while it loads or infers, and Piscina's `close` doesn't wait
    // for every thread. So every file is answered first, the remaining ones at once.
    Atomics.store(new Int32Array(givenUp), 0, 1);
    await Promise.all(results);
    await workers.destroy();
    await lines.close();
  }
  return failures;
}

/** A worker that failed in a way nobody foresaw, or died, costs its own file only. */
function unforeseen(error: Error): FaceResult {
  return { outcome: 'bad-file', message: `failed unexpectedly (${error.message})` };
}

async function faceTasks(
  files: readonly string[],
  { out = 'faces', seed, size, look = 'illustrated' }: FaceCommandOptions & { size: number },
): Promise<FaceTask[]> {
  if (out !== false) {
    await mkdir(out, { recursive: true }).catch((error: unknown) => {
      throw CommandError.unwritable(`into ${out}`, error);
    });
  }
  const names = pictureNames(files);
  return files.map((file, place) => ({
    file,
    picture: out === false ? null : join(out, names[place]!),
    seed: seed ?? basename(file),
    size,
    look,
  }));
}

/** A thread per file at work, each with sessions of its own: all steps of a file run on one core, without copies. */
function startWorkers(data: FaceWorkerData, count: number): Piscina {
  // The same ending as this file: .ts from a checkout, .js from a build.
  const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new Piscina({
    filename: new URL(`./face.worker.${ending}`, import.meta.url).href,
    name: 'face',
    minThreads: count,
    maxThreads: count,
    workerData: data,
  });
}

function progressBar(stream: NodeJS.WritableStream, total: number): SingleBar {
  const bar = new SingleBar({
    format: '{bar} {value}/{total} files, {eta_formatted} left',
    stream,
    forceRedraw: true,
    // Otherwise the bar catches SIGINT for itself, and the first Ctrl-C ends nothing but the bar.
    gracefulExit: false,
  });
  bar.start(total, 0);
  return bar;
}
