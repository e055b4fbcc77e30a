import { FPS_RANGE } from '../motion/index.js';

/** What a peer may ask for beyond the public protocol. */
export const CAPABILITIES = ['audio', 'interrupted-end'] as const;
export type Capability = (typeof CAPABILITIES)[number];

/** Key of `ClientConfigureSession.extra_params`: capabilities asked for, comma-separated; also of `granted`. */
export const CAPABILITIES_PARAM = 'visavis.capabilities';
/** Key of `extra_params` and `granted`: frames per second. */
export const FPS_PARAM = 'visavis.fps';

const DEFAULT_FPS = 30;

/** The known capabilities in a comma-separated list; others are ignored. */
export function parseCapabilities(list: string | undefined): Set<Capability> {
  const asked = new Set((list ?? '').split(',').map((item) => item.trim()));
  return new Set(CAPABILITIES.filter((name) => asked.has(name)));
}

export function formatCapabilities(capabilities: Iterable<Capability>): string {
  return [...capabilities].join(',');
}

/** The fps asked for, or 30 where it is absent or not a whole number in 25..60. */
export function parseFps(value: string | undefined): number {
  const fps = /^\d{1,3}$/.test(value ?? '') ? Number(value) : NaN;
  return fps >= FPS_RANGE.min && fps <= FPS_RANGE.max ? fps : DEFAULT_FPS;
}
