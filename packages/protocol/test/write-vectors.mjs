// Rewrites the files of vectors/ from test/cases.ts and test/avatar-cases.ts: `npm run vectors`. Only after a deliberate change
// of the wire or of the avatar manifest.
import { writeFileSync } from 'node:fs';
import { createServer } from 'vite';

const conditions = ['@visavis/source', 'module', 'node', 'import', 'default'];
const server = await createServer({
  configFile: false, appType: 'custom', logLevel: 'error', server: { middlewareMode: true, ws: false },
  ssr: { resolve: { conditions, externalConditions: conditions } },
});
const write = async (file, module, make) => {
  const made = (await server.ssrLoadModule(new URL(module, import.meta.url).pathname))[make]();
  writeFileSync(new URL(`../vectors/${file}`, import.meta.url), `${JSON.stringify(made, null, 1)}\n`);
};
await write('golden.json', './golden.ts', 'makeGolden');
await write('avatar-manifests.json', './avatar-golden.ts', 'makeManifests');
await server.close();
