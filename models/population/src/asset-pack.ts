import { PopulationError } from './errors.ts';

/** Reads one file of the pack by its path inside the pack; injected, so that pages fetch and tests read from disk. */
export type ReadAsset = (path: string) => Promise<Uint8Array>;

type ArrayDtype = 'f32' | 'u16' | 'i16' | 'u8' | 'u32';

interface ArrayEntry {
  readonly dtype: ArrayDtype;
  readonly shape: readonly number[];
  readonly offset: number;
}

interface TargetEntry {
  /** Number of vertices that move. */
  readonly n: number;
  readonly offset: number;
  /** Decimetres per unit of the 16-bit deltas. */
  readonly scale: number;
}

export interface ProxyEntry {
  readonly kind: 'clothes' | 'eyelash' | 'eye' | 'teeth' | 'tongue' | 'hair' | 'eyebrow';
  /** Per axis: two base vertices and the distance between them on the rest head. */
  readonly scale: Readonly<Partial<Record<'x' | 'y' | 'z', readonly [number, number, number]>>>;
  readonly tex: string;
  readonly verts: number;
}

export interface SkinEntry {
  readonly head: string;
  readonly atlas: string;
  /** Linear median colour of the face, by which the texture is divided. */
  readonly tone: readonly [number, number, number];
}

export interface PackIndex {
  /** Vertices of the base mesh. */
  readonly verts: number;
  /** Part of the skin atlas that the head textures cover: u0, v0, u1, v1. */
  readonly headCrop: readonly [number, number, number, number];
  readonly arrays: Readonly<Record<string, ArrayEntry>>;
  readonly proxies: Readonly<Record<string, ProxyEntry>>;
  readonly targets: Readonly<Record<string, TargetEntry>>;
  readonly skins: Readonly<Record<string, SkinEntry>>;
}

/** A sparse shape: the vertices that move and how far at weight 1. */
export interface MorphTarget {
  readonly ids: Uint16Array;
  /** x, y, z of each moved vertex in decimetres. */
  readonly deltas: Float32Array;
}

async function gunzip(bytes: Uint8Array): Promise<Uint8Array> {
  const unzipped = new Blob([bytes as BlobPart]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(unzipped).arrayBuffer());
}

/**
 * The face pack: base mesh, proxies, morph targets and baked occlusion (see the README for where they come from).
 * Positions are in decimetres, +x the person's left, +y up, +z towards the camera.
 */
export class AssetPack {
  readonly index: PackIndex;
  readonly #mesh: Uint8Array;
  readonly #occlusion: ReadonlyMap<string, Float32Array>;
  readonly #targetEntries: ReadonlyMap<string, { entry: TargetEntry; bytes: Uint8Array }>;
  readonly #targets = new Map<string, MorphTarget>();

  private constructor(
    index: PackIndex,
    mesh: Uint8Array,
    targetEntries: ReadonlyMap<string, { entry: TargetEntry; bytes: Uint8Array }>,
    occlusion: ReadonlyMap<string, Float32Array>,
  ) {
    this.index = index;
    this.#mesh = mesh;
    this.#targetEntries = targetEntries;
    this.#occlusion = occlusion;
  }

  /** @throws PopulationError `asset-missing` when `read` fails for a file. */
  static async load(read: ReadAsset): Promise<AssetPack> {
    const file = async (path: string) => {
      try {
        return await read(path);
      } catch (cause) {
        throw PopulationError.assetMissing(path, { cause });
      }
    };
    const json = async (path: string) => JSON.parse(new TextDecoder().decode(await file(path)));
    const packed = async (path: string) => gunzip(await file(path));

    const index: PackIndex = await json('index.json');
    const visemes: Record<string, TargetEntry> = await json('visemes.json');
    const occlusionRanges: Record<string, [number, number]> = await json('ao.json');
    const targetBytes = await packed('targets.bin.gz');
    const visemeBytes = await packed('visemes.bin.gz');
    const occlusionBytes = await packed('ao.bin.gz');

    const entries = new Map<string, { entry: TargetEntry; bytes: Uint8Array }>();
    for (const [name, entry] of Object.entries(visemes)) entries.set(name, { entry, bytes: visemeBytes });
    for (const [name, entry] of Object.entries(index.targets)) entries.set(name, { entry, bytes: targetBytes });
    const occlusion = new Map<string, Float32Array>();
    for (const [name, [offset, count]] of Object.entries(occlusionRanges)) {
      occlusion.set(
        name,
        Float32Array.from(occlusionBytes.subarray(offset, offset + count), (x) => x / 255),
      );
    }
    return new AssetPack(index, await packed('mesh.bin.gz'), entries, occlusion);
  }

  hasArray(name: string): boolean {
    return name in this.index.arrays;
  }

  floats(name: string): Float32Array {
    return new Float32Array(this.#bytesOf(name, 'f32'));
  }

  /** Vertex ids, or other 16-bit indices. */
  ids(name: string): Uint16Array {
    return new Uint16Array(this.#bytesOf(name, 'u16'));
  }

  /** Vertex ids of a named group of the base mesh, e.g. `helper-l-eye`. */
  group(name: string): Uint16Array {
    return this.ids(`group.${name}`);
  }

  proxy(name: string): ProxyEntry {
    const proxy = this.index.proxies[name];
    if (!proxy) throw PopulationError.assetMissing(name);
    return proxy;
  }

  skin(id: string): SkinEntry {
    const skin = this.index.skins[id];
    if (!skin) throw PopulationError.assetMissing(`skin ${id}`);
    return skin;
  }

  /** Baked ambient occlusion, one value 0..1 per coarse vertex of the part. */
  occlusion(name: string): Float32Array {
    const values = this.#occlusion.get(name);
    if (!values) throw PopulationError.assetMissing(`occlusion ${name}`);
    return values;
  }

  hasTarget(name: string): boolean {
    return this.#targetEntries.has(name);
  }

  target(name: string): MorphTarget {
    const known = this.#targets.get(name);
    if (known) return known;
    const found = this.#targetEntries.get(name);
    if (!found) throw PopulationError.assetMissing(`target ${name}`);
    const target = decodeTarget(found.entry, found.bytes);
    this.#targets.set(name, target);
    return target;
  }

  #bytesOf(name: string, dtype: 'f32' | 'u16'): ArrayBuffer {
    const entry = this.index.arrays[name];
    if (!entry) throw PopulationError.assetMissing(name);
    if (entry.dtype !== dtype) throw PopulationError.assetMalformed(name, `is ${entry.dtype}, expected ${dtype}`);
    const count = entry.shape.reduce((product, size) => product * size, 1);
    const bytes = count * (dtype === 'f32' ? 4 : 2);
    return this.#mesh.slice(entry.offset, entry.offset + bytes).buffer as ArrayBuffer;
  }
}

function decodeTarget({ n, offset, scale }: TargetEntry, bytes: Uint8Array): MorphTarget {
  const packed = bytes.slice(offset, offset + 8 * n).buffer;
  const steps = new Int16Array(packed, 2 * n, 3 * n);
  return { ids: new Uint16Array(packed, 0, n), deltas: Float32Array.from(steps, (step) => step * scale) };
}
