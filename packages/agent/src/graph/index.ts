/** Models' graphs, rewritten for speed on their way to the runtime (docs/decisions/2026-11-27-faster-graphs.md). */
export { convsAsProducts } from './convs-as-products.js';
export { multiplyBytes } from './multiply-bytes.js';
export { openRewritten } from './open.js';
export { importRuntime } from './runtime.js';
