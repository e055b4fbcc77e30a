import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

/** A bench's options. `--help` prints the comment that heads its file; what it does not know ends it with one line and status 2. */
export function readOptions(file, options) {
  try {
    const { values } = parseArgs({ options: { ...options, help: { type: 'boolean', short: 'h', default: false } } });
    if (!values.help) return values;
    console.log(headOf(file));
    process.exit(0);
  } catch (error) {
    if (!String(error.code).startsWith('ERR_PARSE_ARGS')) throw error;
    console.error(`${error.message.split('. ')[0]}; --help names the options`);
    process.exit(2);
  }
}

function headOf(file) {
  const [head] = readFileSync(new URL(file), 'utf8').split('*/');
  return head.replace(/^\/\*\*\n/, '').replace(/^ ?\* ?/gm, '').trimEnd();
}
