/** Why the models refused. A closed list: callers switch on it. */
export type ModelErrorReason =
  /** The JSON given isn't the model contract, or one of an unknown version. */
  | 'bad-contract'
  /** The bytes of a weights file don't have the hash that the contract names. */
  | 'wrong-weights'
  /** The loaded session has other tensors than the contract says. */
  | 'wrong-tensors'
  /** The mesh file isn't a puppet mesh, or doesn't fit the contract. */
  | 'bad-mesh'
  /** The layer index can't be read, or lacks a layer that the style names. */
  | 'bad-layers'
  /** The probes file can't be read. */
  | 'bad-probes'
  /** PCM, code or texture of a size that can't be used. */
  | 'bad-input';

/** A model, its contract or its assets can't be used. */
export class ModelError extends Error {
  override readonly name = 'ModelError';
  readonly reason: ModelErrorReason;

  constructor(reason: ModelErrorReason, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.reason = reason;
  }

  static badContract(issue: string): ModelError {
    return new ModelError('bad-contract', `model contract: ${issue}`);
  }

  static wrongWeights(expected: string, actual: string): ModelError {
    return new ModelError('wrong-weights', `weights have SHA-256 ${actual}, the contract says ${expected}`);
  }

  static wrongTensors(issue: string): ModelError {
    return new ModelError('wrong-tensors', `inference session: ${issue}`);
  }

  static badMesh(issue: string): ModelError {
    return new ModelError('bad-mesh', `puppet mesh: ${issue}`);
  }

  static badLayers(issue: string): ModelError {
    return new ModelError('bad-layers', `style layers: ${issue}`);
  }

  static badProbes(issue: string): ModelError {
    return new ModelError('bad-probes', `probes: ${issue}`);
  }

  static badInput(issue: string): ModelError {
    return new ModelError('bad-input', issue);
  }
}
