// Rewrites vectors/golden.json from test/cases.ts: `npm run vectors`. Only after a deliberate change of the wire.
import { writeFileSync } from 'node:fs';
import { createServer } from 'vite';

const conditions = ['@visavis/source', 'module', 'node', 'import', 'default'];
const server = await createServer({
  configFile: false, appType: 'custom', logLevel: 'error', server: { middlewareMode: true, ws: false },
  ssr: { resolve: { conditions, externalConditions: conditions } },
});
const { makeGolden } = await server.ssrLoadModule(new URL('./golden.ts', import.meta.url).pathname);
writeFileSync(new URL('../vectors/golden.json', import.meta.url), `${JSON.stringify(makeGolden(), null, 1)}\n`);
await server.close();
