import { reportLines } from './print-report.js';
import { isUsable, readAvatar, type Subject } from './read-avatar.js';

/** `visavis avatar check`: prints the report; the process ends with status 1 where the avatar cannot be used. */
export async function check(path: string, { json }: { readonly json?: true }): Promise<void> {
  const subject = await readAvatar(path);
  console.log(json ? JSON.stringify(asJson(subject), null, 2) : reportLines(subject).join('\n'));
  if (!isUsable(subject)) process.exitCode = 1;
}

function asJson(subject: Subject): object {
  const { path, manifest, report, problems } = subject;
  return { path, ...report, isUsable: isUsable(subject), problems: [...problems, ...report.problems], ...(manifest && { manifest }) };
}
