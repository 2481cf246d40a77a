import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The models folder of this checkout. */
export const DEFAULT_MODELS_FOLDER = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
