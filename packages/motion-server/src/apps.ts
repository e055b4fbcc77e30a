import { createHash } from 'node:crypto';
import type { AppConfig } from './config.js';

/** The apps of a server, found by id or by API key. Keys are held and compared as hashes, so no comparison leaks one. */
export class AppRegistry {
  readonly #byId = new Map<string, AppConfig>();
  readonly #byKey = new Map<string, AppConfig>();

  constructor(apps: readonly AppConfig[]) {
    for (const app of apps) {
      this.#byId.set(app.appId, app);
      for (const key of app.apiKeys) this.#byKey.set(hash(key), app);
    }
  }

  byId(appId: string): AppConfig | undefined {
    return this.#byId.get(appId);
  }

  byApiKey(apiKey: string): AppConfig | undefined {
    return this.#byKey.get(hash(apiKey));
  }
}

function hash(apiKey: string): string {
  return createHash('sha256').update(apiKey).digest('base64');
}
