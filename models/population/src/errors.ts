export type PopulationErrorReason =
  | 'asset-missing'
  | 'asset-malformed'
  | 'bad-argument'
  | 'browser-failed'
  | 'page-failed';

/** What can go wrong while people are assembled or rendered; `reason` tells the kinds apart. */
export class PopulationError extends Error {
  readonly reason: PopulationErrorReason;

  constructor(reason: PopulationErrorReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PopulationError';
    this.reason = reason;
  }

  static assetMissing(name: string, options?: ErrorOptions): PopulationError {
    return new PopulationError('asset-missing', `the asset pack has no "${name}"`, options);
  }

  static assetMalformed(name: string, why: string): PopulationError {
    return new PopulationError('asset-malformed', `asset "${name}": ${why}`);
  }

  static badArgument(message: string): PopulationError {
    return new PopulationError('bad-argument', message);
  }

  static browserFailed(message: string, options?: ErrorOptions): PopulationError {
    return new PopulationError('browser-failed', message, options);
  }

  static pageFailed(message: string): PopulationError {
    return new PopulationError('page-failed', message);
  }
}
