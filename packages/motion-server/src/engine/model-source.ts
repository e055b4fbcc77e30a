import { createRequire } from 'node:module';
import { isAbsolute, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { VisavisError } from '@visavis/protocol/errors';
import type { ModelSource } from './load-model.js';

/**
 * A source that means the same wherever it is imported from, with the URL of its module: a path or a package's name is
 * looked up from `folder`. Throws `invalidConfiguration` where there is no such package, or the options are no plain values.
 */
export function resolveModelSource({ module, options }: ModelSource, folder: string): ModelSource {
  try {
    structuredClone(options);
  } catch (cause) {
    throw new VisavisError('invalidConfiguration', `the options of modelModule have to be plain values, for each thread gets a copy: ${(cause as Error).message}`, { cause });
  }
  return { module: urlOf(module, folder), options };
}

function urlOf(module: string, folder: string): string {
  if (/^\.{0,2}[\\/]/.test(module) || isAbsolute(module)) return pathToFileURL(resolve(folder, module)).href;
  if (URL.canParse(module)) return module;
  try {
    return pathToFileURL(createRequire(join(resolve(folder), 'config.json')).resolve(module)).href;
  } catch (cause) {
    const { code = 'not found' } = cause as NodeJS.ErrnoException;
    throw new VisavisError('invalidConfiguration', `modelModule: no package ${module} from ${resolve(folder)} (${code}): install it there, or name its file by a path`, { cause });
  }
}
