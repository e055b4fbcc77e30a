/** What is wrong with a network model; stable, for programs. */
export type NetworkModelErrorCode =
  /** A file of the weights is not there. */
  | 'weightsMissing'
  /** The weights are truncated, corrupt, or made for another version. */
  | 'weightsInvalid'
  /** onnxruntime-node is not installed or does not run on this machine. */
  | 'runtimeUnavailable'
  /** The network failed while it ran, or gave values that are no numbers. */
  | 'networkFailed'
  /** The model was disposed of. */
  | 'closed';

const MARKER = Symbol.for('visavis.networkModelError');

/** A network model that cannot be loaded or cannot go on. `code` is for programs, `message` says what to do. */
export class NetworkModelError extends Error {
  override readonly name = 'NetworkModelError';
  readonly [MARKER] = true;
  readonly code: NetworkModelErrorCode;

  constructor(code: NetworkModelErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  /** Also for one that another copy of this package made. */
  static isInstance(error: unknown): error is NetworkModelError {
    return typeof error === 'object' && error !== null && MARKER in error;
  }
}
