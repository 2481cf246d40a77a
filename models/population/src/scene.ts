import { Color, Vector2, Vector3, Vector4 } from 'three';
import type { AssetPack } from './asset-pack.ts';
import { BeardShell } from './beard-mesh.ts';
import type { HexColour } from './colour.ts';
import { IRIS_COLOURS } from './eye-colours.ts';
import type { FrameUniforms } from './frame-uniforms.ts';
import type { HairMesh } from './hair-mesh.ts';
import { HairWardrobe } from './hair-wardrobe.ts';
import { lerp, smoothstep } from './interpolation.ts';
import { type MeshPart, vertexNormals } from './mesh-part.ts';
import { PartLibrary } from './part-library.ts';
import { type PartLayer, PartMesh, type PartMeshOptions, type UniformValues } from './part-mesh.ts';
import type { Person } from './person.ts';
import { FaceRig, type HeadFrame, type HeadShapes } from './rig.ts';
import { CLOTH_SHADER } from './shaders/cloth.ts';
import { EYE_SHADER } from './shaders/eye.ts';
import { HAIR_SHADER } from './shaders/hair.ts';
import { LASH_SHADER } from './shaders/lashes.ts';
import { SKIN_SHADER } from './shaders/skin.ts';
import { TEETH_SHADER } from './shaders/teeth.ts';
import { SkinCover } from './skin-cover.ts';
import { skinPart } from './skin-part.ts';

/** A person on the GPU, ready to draw. Meshes are reused: it is valid until the next one is assembled. */
export interface AssembledPerson {
  readonly person: Person;
  readonly frame: HeadFrame;
  /** In drawing order. */
  readonly meshes: readonly PartMesh[];
}

/** Who has hair made for: the middle of the population. */
const CANONICAL = { sex: 0.5, age: 27, weight: 0.5, muscle: 0.5, eth: { c: 1, a: 1, f: 1 } };
const USUAL_BEARD_LENGTH = 0.1;
/** The lower lashes fade between these heights of the rest head. */
const LASH_FADE_Y = [7.255, 7.285] as const;
const LASH_COLOUR = '#0d0806';

/** Colour of the style in linear light. */
function linear(hex: HexColour): Vector3 {
  const { r, g, b } = new Color(hex);
  return new Vector3(r, g, b);
}

/** Turns people into meshes. */
export class FaceScene {
  readonly rig: FaceRig;
  readonly skin: MeshPart;
  readonly #pack: AssetPack;
  readonly #frame: FrameUniforms;
  readonly #library: PartLibrary;
  readonly #rest: Float32Array;
  readonly #cover: SkinCover;
  readonly #hair: HairWardrobe;
  readonly #noPaint: Float32Array;
  readonly #meshes = new Map<string, PartMesh>();
  readonly #beards = new Map<string, BeardShell>();
  readonly #occlusion = new Map<string, Float32Array>();

  constructor(pack: AssetPack, packUrl: string, frame: FrameUniforms) {
    this.#pack = pack;
    this.#frame = frame;
    this.#library = new PartLibrary(pack, packUrl);
    this.rig = new FaceRig(pack);
    this.skin = skinPart(pack);
    this.#rest = this.skin.refine(this.rig.base, 3);
    this.#cover = new SkinCover(pack, this.skin, this.#rest);
    this.#hair = new HairWardrobe(this.skin, this.rig.shapes(CANONICAL).neutral, pack.group('body'));
    this.#noPaint = new Float32Array(this.skin.vertexCount);
  }

  async assemble(person: Person): Promise<AssembledPerson> {
    const shapes = this.rig.shapes(person);
    const positions = this.skin.refine(shapes.posed, 3);
    const normals = vertexNormals(positions, this.skin.quads);
    const hair = this.#hair.get(person.hair, person.recede);
    const meshes: PartMesh[] = [];
    if (hair) meshes.push(this.#hairMesh(person, hair, shapes));
    meshes.push(await this.#skinMesh(person, hair, positions, normals));
    if (person.beard) meshes.push(this.#beardMesh(person, positions, normals));
    if (person.cloth !== 'none') meshes.push(await this.#clothMesh(person, shapes.posed));
    meshes.push(...(await this.#eyesAndMouth(person, shapes.posed)));
    if (person.lash !== 'none') meshes.push(await this.#lashMesh(person, shapes.posed));
    return { person, frame: this.rig.frame(shapes.neutral), meshes };
  }

  #mesh(
    key: string,
    layer: PartLayer,
    part: MeshPart,
    shader: string,
    uniforms: UniformValues,
    options: PartMeshOptions = {},
  ): PartMesh {
    let mesh = this.#meshes.get(key);
    if (!mesh) {
      mesh = new PartMesh(layer, part, shader, uniforms, this.#frame, options);
      this.#meshes.set(key, mesh);
    }
    mesh.setUniforms(uniforms);
    return mesh;
  }

  async #skinMesh(
    person: Person,
    hair: HairMesh | null,
    positions: Float32Array,
    normals: Float32Array,
  ): Promise<PartMesh> {
    const skin = this.#pack.skin(person.skin);
    const skin2 = this.#pack.skin(person.skin2);
    const uniforms = {
      headTexture: await this.#library.texture(skin.head),
      atlasTexture: await this.#library.texture(skin.atlas),
      headTexture2: await this.#library.texture(skin2.head),
      atlasTexture2: await this.#library.texture(skin2.atlas),
      maskTexture: await this.#library.texture('tex/masks_head.png'),
      headCrop: new Vector4(...this.#pack.index.headCrop),
      textureTone: new Vector3(...skin.tone),
      textureTone2: new Vector3(...skin2.tone),
      textureMix: person.skinMix,
      tone: linear(person.tone),
      scalpColour: linear(person.hairColor),
      stubbleColour: linear(person.beardColor),
      browColour: linear(person.browColor),
      lipColour: linear(person.lipColor),
      brow: new Vector4(...person.brow),
      browOpacity: person.browK,
      detail: person.detK,
      stubble: person.stubble,
      scalpStrength: person.scalp,
      lipStrength: person.lipK,
      blush: person.blush,
      freckles: person.freckles,
      bump: 0.01,
      gloss: person.gloss,
      lines: person.lines,
      exposureLift: person.expo,
    };
    const options = { castsShadow: true, rest: this.#rest };
    const mesh = this.#mesh('skin', 'skin', this.skin, SKIN_SHADER, uniforms, options);
    let paint = hair && !hair.fabric ? hair.onSkin.paint : this.#noPaint;
    if (!hair && person.shaved) paint = this.#hair.get('buzz', person.recede)?.onSkin.paint ?? this.#noPaint;
    mesh.setShape(positions, normals);
    mesh.setAttribute('ao', this.#cover.occlusion(hair));
    mesh.setAttribute('scalp', paint);
    mesh.setAttribute('mask', this.#cover.masks(person.cloth));
    mesh.showTriangles(this.#cover.triangles(person.cloth, hair));
    return mesh;
  }

  /** Hair follows the shape of the head, not its expression. */
  #hairMesh(person: Person, hair: HairMesh, { neutral }: HeadShapes): PartMesh {
    const uniforms = {
      hairColour: linear(person.hairColor),
      shine: hair.fabric ? 0.22 : 1,
      strands: hair.fabric ? 0.12 : 1,
      curliness: hair.curliness,
      cordDensity: hair.cordDensity,
      plaited: hair.plaited ? 1 : 0,
    };
    const mesh = this.#mesh(`hair ${hair.key}`, 'hair', hair.part, HAIR_SHADER, uniforms, { castsShadow: true });
    mesh.setShape(hair.binding.fit(neutral));
    mesh.setAttribute('ao', hair.occlusion);
    mesh.setAttribute('mask', hair.tangents);
    return mesh;
  }

  #beardMesh(person: Person, positions: Float32Array, normals: Float32Array): PartMesh {
    let shell = this.#beards.get(person.beard);
    if (!shell) {
      shell = new BeardShell(this.skin, this.#rest, person.beard);
      this.#beards.set(person.beard, shell);
    }
    const uniforms = {
      hairColour: linear(person.beardColor),
      shine: 0.7,
      strands: 1,
      curliness: 0.35,
      cordDensity: 0,
      plaited: 0,
    };
    const options = { blended: true, depthWrite: true };
    const mesh = this.#mesh(`beard ${person.beard}`, 'beard', shell.part, HAIR_SHADER, uniforms, options);
    const shape = shell.fit(positions, normals, person.beardLen ?? USUAL_BEARD_LENGTH);
    mesh.setShape(shape.positions);
    mesh.setAttribute('ao', shape.occlusion);
    mesh.setAttribute('mask', shell.tangents);
    return mesh;
  }

  #fitted(name: string, head: Float32Array): Float32Array {
    return this.#library.proxy(name).refine(this.rig.fitProxy(name, head), 3);
  }

  /** The pack's baked occlusion on the refined part. */
  #occlusionOf(name: string, entry = name): Float32Array {
    let values = this.#occlusion.get(entry);
    if (!values) {
      values = this.#library.proxy(name).refine(this.#pack.occlusion(entry), 1);
      this.#occlusion.set(entry, values);
    }
    return values;
  }

  async #clothMesh(person: Person, head: Float32Array): Promise<PartMesh> {
    const name = person.cloth;
    const uniforms = {
      foldTexture: await this.#library.texture(this.#pack.proxy(name).tex),
      clothColour: linear(person.clothColor),
    };
    const options = { doubleSided: true, castsShadow: true };
    const mesh = this.#mesh(name, 'cloth', this.#library.proxy(name), CLOTH_SHADER, uniforms, options);
    mesh.setShape(this.#fitted(name, head));
    mesh.setAttribute('ao', this.#occlusionOf(name));
    return mesh;
  }

  async #eyesAndMouth(person: Person, head: Float32Array): Promise<PartMesh[]> {
    const irisUniforms = {
      irisColour: linear(person.irisColor ?? IRIS_COLOURS[person.eyeTex] ?? IRIS_COLOURS.brown),
      irisRadius: lerp(0.114, 0.124, person.stylize),
      irisCentre0: new Vector2(0.2865, 0.2865),
      irisCentre1: new Vector2(0.7055, 0.7055),
    };
    const triangles = this.#library.eyeballTriangles();
    const eyes = this.#mesh('eyes', 'eyes', this.#library.proxy('eyes'), EYE_SHADER, irisUniforms, { triangles });
    eyes.setShape(this.#fitted('eyes', head));
    eyes.setAttribute('ao', this.#occlusionOf('eyes', 'eyes|none'));

    const upperTeeth = this.#pack.group('helper-upper-teeth');
    const teethDepth = upperTeeth.reduce((front, vertex) => Math.max(front, head[vertex * 3 + 2]), -9);
    const mouth = async (name: 'teeth' | 'tongue', tint: Vector3, brightness: number) => {
      const mouthTexture = await this.#library.texture(`tex/${name}.webp`);
      const uniforms = { mouthTexture, tint, teethDepth, brightness };
      const mesh = this.#mesh(name, name, this.#library.proxy(name), TEETH_SHADER, uniforms);
      mesh.setShape(this.#fitted(name, head));
      mesh.setAttribute('ao', this.#occlusionOf(name));
      return mesh;
    };
    const teeth = await mouth('teeth', new Vector3(1.06, 1, 0.92), 1);
    return [eyes, teeth, await mouth('tongue', new Vector3(0.62, 0.42, 0.42), 0.8)];
  }

  async #lashMesh(person: Person, head: Float32Array): Promise<PartMesh> {
    const name = person.lash;
    const uniforms = {
      lashTexture: await this.#library.texture(`tex/${name}.webp`),
      tint: linear(LASH_COLOUR),
      gain: person.lashK * lerp(1, 0.85, person.stylize),
      mipBias: lerp(0, 1.3, person.stylize),
    };
    const options = { doubleSided: true, blended: true, depthBias: 0.0006 };
    const mesh = this.#mesh(name, 'lashes', this.#library.proxy(name), LASH_SHADER, uniforms, options);
    mesh.setShape(this.#fitted(name, head));
    mesh.setAttribute('ao', this.#lashFade(name));
    return mesh;
  }

  #lashFade(name: string): Float32Array {
    const key = `fade ${name}`;
    let fade = this.#occlusion.get(key);
    if (!fade) {
      const onRestHead = this.rig.fitProxy(name, this.rig.base);
      const perVertex = Float32Array.from({ length: onRestHead.length / 3 }, (_, i) =>
        lerp(0.22, 1, smoothstep(LASH_FADE_Y[0], LASH_FADE_Y[1], onRestHead[i * 3 + 1])),
      );
      fade = this.#library.proxy(name).refine(perVertex, 1);
      this.#occlusion.set(key, fade);
    }
    return fade;
  }
}
