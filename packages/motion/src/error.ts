/** What is wrong with an input of this package; stable, for programs. */
export type MotionErrorCode = 'unsupportedSampleRate' | 'unsupportedFrameRate' | 'invalidStart' | 'invalidExpression' | 'invalidSamples' | 'invalidWav' | 'backlogFull' | 'closed';

/** An input this package cannot take. `code` is for programs, `message` says what to do. */
export class MotionInputError extends RangeError {
  override readonly name = 'MotionInputError';
  readonly code: MotionErrorCode;

  constructor(code: MotionErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
