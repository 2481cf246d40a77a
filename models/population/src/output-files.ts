import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PopulationError } from './errors.ts';

/** Writes a file whole or not at all, so that a run that is cut off leaves nothing half done. */
export async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const partial = `${path}.part`;
  await writeFile(partial, content);
  await rename(partial, path);
}

/** The vertices that the puppet's mesh uses, written by `models/training/mesh.py`. */
export interface PuppetVertices {
  /** Base vertices on the skin, projected from the refined surface. */
  readonly verts: readonly number[];
  /** Base vertices of eyes, teeth and tongue, projected from the coarse mesh. */
  readonly raw: readonly number[];
}

/** @throws PopulationError `bad-argument` when the file is absent or does not hold vertex ids. */
export async function readPuppetVertices(path: string): Promise<PuppetVertices> {
  let content: unknown;
  try {
    content = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw PopulationError.badArgument(`no vertex list at ${path}: ${error}`);
  }
  const { verts, raw } = content as Partial<PuppetVertices>;
  const isIds = (ids: unknown) => Array.isArray(ids) && ids.every((id) => Number.isInteger(id) && id >= 0);
  if (!isIds(verts) || !isIds(raw))
    throw PopulationError.badArgument(`${path} must hold "verts" and "raw", vertex ids`);
  return { verts: verts ?? [], raw: raw ?? [] };
}
