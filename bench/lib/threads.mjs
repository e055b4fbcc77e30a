/** CPU time by thread, of processes of this Linux machine. */
import { readdirSync, readFileSync } from 'node:fs';

const AUDIO = /audio/i;

/** Seconds on a core since the start, of all threads of `pids`: the page's main thread, those that render sound, the others. */
export function threadSeconds(pids) {
  const seconds = { main: 0, audio: 0, other: 0 };
  try {
    for (const pid of pids) {
      for (const thread of readdirSync(`/proc/${pid}/task`)) {
        const name = readFileSync(`/proc/${pid}/task/${thread}/comm`, 'utf8').trim();
        const kind = String(pid) === thread ? 'main' : AUDIO.test(name) ? 'audio' : 'other';
        seconds[kind] += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]) / 1e9;
      }
    }
    return seconds;
  } catch {
    return undefined;
  }
}
