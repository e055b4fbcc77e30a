import { ARKIT_NAMES, type ArkitName } from '@visavis/face';
import { has, readFields, readList, readNumber, readObject, readOneOf, type Fields } from './fields.js';
import { MAX_COUPLINGS } from './limits.js';

/** `to` rises with `from` by `gain` (0..1): a smile that lifts the cheeks. The larger of the two values holds. */
export interface Coupling {
  readonly from: ArkitName;
  readonly to: ArkitName;
  readonly gain: number;
}

/** `to` gives way to `from`: it is multiplied by 1 - `share` × `from`, `share` in 0..1. */
export interface Damping {
  readonly from: ArkitName;
  readonly to: ArkitName;
  readonly share: number;
}

/** How one face differs from the ideal ARKit face. Everything is per weight; what is left out stays as it is. */
export interface FaceShaping {
  /** Factors on incoming weights, 0..4. */
  readonly gains: Readonly<Partial<Record<ArkitName, number>>>;
  /** Soft ceilings, 0.01..1: small weights pass unchanged, large ones approach the ceiling without a stop. */
  readonly ceilings: Readonly<Partial<Record<ArkitName, number>>>;
  readonly couplings: readonly Coupling[];
  /** Default: what pulls the same skin two ways on any face. */
  readonly dampings?: readonly Damping[];
}

export const PLAIN_SHAPING: FaceShaping = { gains: {}, ceilings: {}, couplings: [] };

export function readShaping(manifest: Fields): FaceShaping {
  if (!has(manifest, 'shaping')) return PLAIN_SHAPING;
  const fields = readObject(manifest, 'shaping');
  return {
    gains: readWeights(fields, 'gains', 0, 4),
    ceilings: readWeights(fields, 'ceilings', 0.01, 1),
    couplings: readList(fields, 'couplings', MAX_COUPLINGS, readCoupling),
    ...(has(fields, 'dampings') && { dampings: readList(fields, 'dampings', MAX_COUPLINGS, readDamping) }),
  };
}

function readWeights(parent: Fields, name: string, low: number, high: number): Partial<Record<ArkitName, number>> {
  if (!has(parent, name)) return {};
  const fields = readObject(parent, name);
  const known = ARKIT_NAMES.filter((weight) => has(fields, weight));
  return Object.fromEntries(known.map((weight) => [weight, readNumber(fields, weight, low, high)]));
}

function readCoupling(item: unknown, path: string): Coupling {
  const fields = readFields(item, path);
  return { ...readPair(fields), gain: readNumber(fields, 'gain', 0, 1) };
}

function readDamping(item: unknown, path: string): Damping {
  const fields = readFields(item, path);
  return { ...readPair(fields), share: readNumber(fields, 'share', 0, 1) };
}

function readPair(fields: Fields): { from: ArkitName; to: ArkitName } {
  return { from: readOneOf(fields, 'from', ARKIT_NAMES), to: readOneOf(fields, 'to', ARKIT_NAMES) };
}
