/** Ridge regression by normal equations, for some hundred inputs. */

/** Sums over rows: of products of inputs (lower triangle, row by row), of inputs with each target, of each alone. */
export interface Gram {
  readonly count: number;
  readonly products: Float64Array;
  readonly crossed: readonly Float64Array[];
  readonly inputs: Float64Array;
  readonly targets: Float64Array;
}

export function addGram(rows: readonly Float32Array[], targets: readonly Float64Array[]): Gram {
  const width = rows[0]?.length ?? 0;
  const products = new Float64Array((width * (width + 1)) / 2);
  const crossed = targets.map(() => new Float64Array(width));
  const inputs = new Float64Array(width);
  rows.forEach((row, k) => {
    for (let i = 0, at = 0; i < width; i++) {
      const value = row[i]!;
      inputs[i]! += value;
      for (let j = 0; j <= i; j++, at++) products[at]! += value * row[j]!;
      targets.forEach((target, t) => { crossed[t]![i]! += value * target[k]!; });
    }
  });
  return { count: rows.length, products, crossed, inputs, targets: Float64Array.from(targets, (target) => target.reduce((sum, value) => sum + value, 0)) };
}

/**
 * Weights for each target, one an input and the constant last, that minimise the squared error plus `penalty` a row times
 * the squared weights of standardised inputs.
 */
export function solveRidge(grams: readonly Gram[], penalty: number): Float64Array[] {
  const { count, products, crossed, inputs, targets } = total(grams);
  const width = inputs.length;
  const mean = inputs.map((sum) => sum / count);
  const deviation = mean.map((m, i) => Math.sqrt(Math.max(1e-12, products[(i * (i + 3)) / 2]! / count - m * m)));
  const matrix = new Float64Array(products.length);
  for (let i = 0, at = 0; i < width; i++) {
    for (let j = 0; j <= i; j++, at++) {
      matrix[at] = (products[at]! / count - mean[i]! * mean[j]!) / (deviation[i]! * deviation[j]!) + (i === j ? penalty : 0);
    }
  }
  factor(matrix, width);
  return crossed.map((cross, t) => {
    const average = targets[t]! / count;
    const right = cross.map((sum, i) => (sum / count - mean[i]! * average) / deviation[i]!);
    const solved = solve(matrix, right).map((value, i) => value / deviation[i]!);
    return Float64Array.of(...solved, average - solved.reduce((sum, value, i) => sum + value * mean[i]!, 0));
  });
}

function total(grams: readonly Gram[]): Gram {
  const add = (pick: (gram: Gram) => Float64Array): Float64Array => {
    const sum = new Float64Array(pick(grams[0]!).length);
    for (const gram of grams) pick(gram).forEach((value, i) => { sum[i]! += value; });
    return sum;
  };
  return {
    count: grams.reduce((sum, { count }) => sum + count, 0), products: add(({ products }) => products),
    crossed: grams[0]!.crossed.map((_, t) => add(({ crossed }) => crossed[t]!)), inputs: add(({ inputs }) => inputs), targets: add(({ targets }) => targets),
  };
}

/** Cholesky's factor in place of a symmetric positive definite matrix, lower triangle row by row. */
function factor(matrix: Float64Array, width: number): void {
  for (let i = 0; i < width; i++) {
    const row = (i * (i + 1)) / 2;
    for (let j = 0; j <= i; j++) {
      const other = (j * (j + 1)) / 2;
      let sum = matrix[row + j]!;
      for (let k = 0; k < j; k++) sum -= matrix[row + k]! * matrix[other + k]!;
      matrix[row + j] = i === j ? Math.sqrt(sum) : sum / matrix[other + j]!;
    }
  }
}

function solve(lower: Float64Array, right: Float64Array): Float64Array {
  const x = right.slice();
  for (let i = 0; i < x.length; i++) {
    const row = (i * (i + 1)) / 2;
    for (let j = 0; j < i; j++) x[i]! -= lower[row + j]! * x[j]!;
    x[i]! /= lower[row + i]!;
  }
  for (let i = x.length - 1; i >= 0; i--) {
    for (let j = i + 1; j < x.length; j++) x[i]! -= lower[(j * (j + 1)) / 2 + i]! * x[j]!;
    x[i]! /= lower[(i * (i + 3)) / 2]!;
  }
  return x;
}
