/**
 * A network namespace of this machine, behind a link that the kernel shakes (`tc netem`), both ways. Needs root, iproute2 and a
 * kernel with netem; what is missing is said, and nothing is left behind.
 */
import { execFileSync } from 'node:child_process';

export interface ShakenNamespace {
  /** Runs a command in it. */
  readonly prefix: readonly string[];
  /** Its own address, and what it calls its end of the link. */
  readonly address: string;
  readonly interfaceName: string;
  remove(): void;
}

/** `qdisc` is what is done to packets on either end, as `tc` takes it. */
export function makeShakenNamespace(qdisc: readonly string[]): ShakenNamespace | { readonly missing: string } {
  const id = String(process.pid);
  const [name, ours, theirs] = [`visavis-${id}`, `vvo${id}`, `vvt${id}`];
  const network = `10.203.${process.pid % 256}`;
  const inside = ['ip', 'netns', 'exec', name] as const;
  const remove = (): void => {
    // The namespace takes its end of the link along, and that the other.
    try {
      run('ip', 'netns', 'delete', name);
    } catch {
      // It never came to be.
    }
  };
  try {
    run('ip', 'netns', 'add', name);
    run('ip', 'link', 'add', ours, 'type', 'veth', 'peer', 'name', theirs, 'netns', name);
    run('ip', 'address', 'add', `${network}.1/30`, 'dev', ours);
    run('ip', 'link', 'set', ours, 'up');
    run(...inside, 'ip', 'address', 'add', `${network}.2/30`, 'dev', theirs);
    for (const one of ['lo', theirs]) run(...inside, 'ip', 'link', 'set', one, 'up');
    run('tc', 'qdisc', 'add', 'dev', ours, 'root', ...qdisc);
    run(...inside, 'tc', 'qdisc', 'add', 'dev', theirs, 'root', ...qdisc);
  } catch (error) {
    remove();
    const { stderr, message } = error as Error & { stderr?: string };
    return { missing: String(stderr ?? message).trim() };
  }
  return { prefix: inside, address: `${network}.2`, interfaceName: theirs, remove };
}

function run(...[command = '', ...args]: readonly string[]): void {
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
}
