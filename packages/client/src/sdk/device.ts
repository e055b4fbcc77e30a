/** Rough speed of the machine, 0..100 each: 100 is more than enough, below 30 choose `low` quality. */
export interface DeviceScore {
  readonly cpuScore: number;
  readonly gpuScore: number;
}

/** Rounds of the work below that count as 100, in the 8 ms it runs. */
const FULL_ROUNDS = 4_000;
const WORK_MS = 8;
/** Renderers that draw in software. */
const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i;

/** True where avatars can be seen and heard: WebGL 2, AudioWorklet and WebAssembly. */
export function isDeviceSupported(): boolean {
  return typeof AudioWorkletNode !== 'undefined' && typeof WebAssembly !== 'undefined' && rendererName() !== undefined;
}

/** Takes about 8 ms of the main thread. */
export function deviceScore(now: () => number = () => performance.now()): DeviceScore {
  return { cpuScore: cpuScore(now), gpuScore: gpuScore(rendererName()) };
}

function cpuScore(now: () => number): number {
  const values = new Float32Array(1024).fill(0.5);
  const endMs = now() + WORK_MS;
  let rounds = 0;
  for (; now() < endMs; rounds++) {
    for (let i = 0; i < values.length; i++) values[i] = values[i]! * 0.999 + 0.001;
  }
  return Math.min(100, Math.round((rounds / FULL_ROUNDS) * 100));
}

function gpuScore(renderer: string | undefined): number {
  if (renderer === undefined) return 0;
  return SOFTWARE.test(renderer) ? 15 : 80;
}

/** What draws WebGL 2 here; undefined where nothing does. The context made to ask is given back. */
function rendererName(): string | undefined {
  if (typeof document === 'undefined') return undefined;
  const gl = document.createElement('canvas').getContext('webgl2');
  if (!gl) return undefined;
  const info = gl.getExtension('WEBGL_debug_renderer_info');
  const name: unknown = gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER);
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return String(name);
}
