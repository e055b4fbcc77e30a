/** One parser under fuzzing, with what must hold for every input. */
export interface Target {
  readonly name: string;
  /** Longer inputs are not made. */
  readonly maxBytes: number;
  /** Source files whose branches are reported for it, as parts of their paths from the root. */
  readonly files: readonly string[];
  /** Inputs to begin with: valid ones of every kind. */
  seeds(): readonly Uint8Array[];
  /** Pieces worth inserting: magic words, odd numbers. */
  readonly dictionary?: readonly Uint8Array[];
  /** The input, or its part from `protobufAt`, is a protobuf message: it is also changed field by field. */
  readonly protobufAt?: number;
  /** Takes any bytes. Whatever it throws is a finding; errors that the parser may give are caught in here. */
  run(input: Uint8Array): void | Promise<void>;
}

/** Runs a parser. The error codes it may answer with give `undefined`; anything else is thrown on. */
export function expecting<T>(codes: readonly string[], parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (isCoded(error) && codes.includes(error.code)) return undefined;
    throw error;
  }
}

export function isCoded(error: unknown): error is Error & { code: string } {
  return error instanceof Error && (error.name === 'VisavisError' || error.name === 'MotionInputError') && 'code' in error;
}

/** What a target says when an input breaks a rule. */
export function check(holds: boolean, rule: string): asserts holds {
  if (!holds) throw new Error(`rule broken: ${rule}`);
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

export const text = (value: string): Uint8Array => new Uint8Array(Buffer.from(value, 'latin1'));
