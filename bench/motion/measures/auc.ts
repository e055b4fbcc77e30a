/** Area under the ROC curve: how often a labelled frame scores above an unlabelled one, ties half. */
import { type Block, type Statistic } from './blocks.js';
import type { Curve } from '../track.js';

export function auc(score: Curve, label: readonly boolean[], mask: readonly boolean[], blocks: readonly Block[]): Statistic {
  const count = blocks.length;
  const pick = ({ from, to }: Block, wanted: boolean): Float64Array => score.slice(from, to).filter((_, i) => mask[from + i] && label[from + i] === wanted);
  const positives = blocks.map((block) => pick(block, true));
  const negatives = blocks.map((block) => pick(block, false).sort());
  // Wins of one block's positives over another's negatives: the area under any draw is a weighted sum of these.
  const wins = positives.map((ours) => Float64Array.from(negatives, (theirs) => ours.reduce((sum, value) => sum + rank(theirs, value), 0)));
  return (weights) => {
    let [won, pairs] = [0, 0];
    for (let i = 0; i < count; i++) {
      if (weights[i] === 0 || positives[i]!.length === 0) continue;
      for (let j = 0; j < count; j++) {
        const both = weights[i]! * weights[j]!;
        won += both * wins[i]![j]!;
        pairs += both * positives[i]!.length * negatives[j]!.length;
      }
    }
    return won / pairs;
  };
}

/** How many of the sorted values lie below, ties half. */
function rank(sorted: Float64Array, value: number): number {
  return (firstAt(sorted, (other) => other >= value) + firstAt(sorted, (other) => other > value)) / 2;
}

function firstAt(sorted: Float64Array, holds: (value: number) => boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(sorted[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}
