/** Prints what went wrong in one line, with its code where it has one, and ends with status 1. */
export function reportFailure(error: unknown): void {
  const { code, message } = error as { code?: unknown; message?: unknown };
  const text = typeof message === 'string' ? message : String(error);
  process.stderr.write(`visavis: ${text}${typeof code === 'string' && !text.includes(code) ? ` (${code})` : ''}\n`);
  process.exitCode = 1;
}
