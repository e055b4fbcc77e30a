/** Which package may know which: docs/architecture.md. Everything not allowed here is an error. */
const KNOWS = {
  face: [],
  protocol: ['face'],
  motion: ['face'],
  'motion-server': ['face', 'motion', 'protocol'],
  'server-sdk': ['face', 'protocol'],
  client: ['face', 'protocol', 'motion'],
  agent: ['face', 'motion', 'protocol', 'server-sdk'],
  livekit: ['client', 'motion', 'protocol', 'server-sdk'],
  react: ['client'],
  cli: ['agent', 'client', 'face', 'livekit', 'motion', 'motion-server', 'protocol', 'server-sdk'],
};

const layering = Object.entries(KNOWS).map(([name, known]) => ({
  name: `${name}-knows-only-${known.join('-') || 'itself'}`,
  severity: 'error',
  from: { path: `^packages/${name}/src` },
  to: { path: '^(packages|apps)/', pathNot: `^packages/(${[name, ...known].join('|')})/` },
}));

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-deep-imports',
      comment: "Another package is imported by its name, never by a path into it.",
      severity: 'error',
      from: { path: '^(packages|apps)/([^/]+)/' },
      to: { path: '^(packages|apps)/', pathNot: ['^$1/$2/', '/index\\.ts$'] },
    },
    {
      name: 'client-takes-only-the-light-parts-of-motion',
      severity: 'error',
      from: { path: '^packages/client/src' },
      to: { path: '^packages/motion/src/', pathNot: '^packages/motion/src/(signal|resample)/' },
    },
    {
      name: 'onnxruntime-in-its-own-entry-only',
      comment: 'Who wants the signal model alone loads no native code.',
      severity: 'error',
      from: { pathNot: '^packages/(motion/src/network/onnx|agent/src/(tts|asr|vad|graph))/' },
      to: { path: 'onnxruntime' },
    },
    {
      name: 'the-onnx-entry-is-nobody-elses',
      severity: 'error',
      from: { path: '^packages/motion/src/', pathNot: '^packages/motion/src/network/onnx/' },
      to: { path: '^packages/motion/src/network/onnx/' },
    },
    {
      name: 'rooms-know-no-session',
      comment: 'Any speech is published; only the plugin makes it.',
      severity: 'error',
      from: { path: '^packages/livekit/src/(node|browser)/' },
      to: { path: '^packages/server-sdk/' },
    },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    ...layering,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|node_modules)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.check.json' },
    enhancedResolveOptions: { conditionNames: ['@visavis/source', 'import', 'types', 'default'], exportsFields: ['exports'] },
  },
};
