/** Which ONNX Runtime execution provider runs the models: the first of a list that loads and really runs them. */
import { type Log, messageOf } from '../log.ts';
import { InferenceError } from './errors.ts';

export interface ChosenProvider<Loaded> {
  /** E.g. `cpu`. */
  readonly name: string;
  readonly loaded: Loaded;
}

/**
 * Tries the providers in order. `load` must create the sessions *and run them once*: some providers load and then fail,
 * and onnxruntime-node throws for a missing provider rather than falling back. Every failure is one log line. Throws
 * InferenceError `no-execution-provider`.
 */
export async function chooseExecutionProvider<Loaded>(
  providers: readonly string[],
  load: (provider: string) => Promise<Loaded>,
  log: Log,
): Promise<ChosenProvider<Loaded>> {
  let cause: unknown;
  for (const name of providers) {
    try {
      const loaded = await load(name);
      log.info('execution provider chosen', { provider: name });
      return { name, loaded };
    } catch (thrown) {
      cause = thrown;
      log.info('execution provider not usable', { provider: name, reason: reasonOf(thrown) });
    }
  }
  throw InferenceError.noExecutionProvider(providers, { cause });
}

/** ONNX Runtime puts its own source line and the failed condition before the reason. */
function reasonOf(thrown: unknown): string {
  return messageOf(thrown).replace(/^.* was false\. /, '');
}
