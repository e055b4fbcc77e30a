import { describe, expect, it } from 'vitest';
import { consoleLog } from './log.js';

describe('consoleLog', () => {
  it.each([
    ['off', []],
    ['error', ['error']],
    ['warning', ['error', 'warn']],
    ['all', ['error', 'warn', 'info']],
  ] as const)('%s lets through %j', (level, expected) => {
    const heard: string[] = [];
    const log = consoleLog(level, { error: () => heard.push('error'), warn: () => heard.push('warn'), info: () => heard.push('info') });
    log('error', 'a');
    log('warning', 'b');
    log('info', 'c');
    expect(heard).toEqual(expected);
  });
});
