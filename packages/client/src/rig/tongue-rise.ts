/** The weight of `tongueOut` at which the tip touches the upper teeth, as in l and n; from there it goes forward and down. */
const TIP_UP = 0.15;

/** How high the tip is lifted, 0..1, where the tongue is `out` (0..1): over the lower teeth it goes in a curve, which one target cannot draw. */
export function tongueRise(out: number): number {
  return out < TIP_UP ? out / TIP_UP : (1 - out) / (1 - TIP_UP);
}
