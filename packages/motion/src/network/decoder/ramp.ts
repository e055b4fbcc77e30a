/** 0 at `from` and before, 1 at `to` and beyond, straight between. */
export function ramp(value: number, from: number, to: number): number {
  return unit((value - from) / (to - from));
}

/** A number kept within 0..1; none is 0. */
export function unit(value: number): number {
  return value > 0 ? Math.min(1, value) : 0;
}
