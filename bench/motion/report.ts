/** The result as text: a block per measure, a line per system. */
import { FACE_MEASURES, type FaceMeasure } from './evaluate/face.js';
import type { CpuTime } from './evaluate/cost.js';
import type { Closures } from './evaluate/made.js';
import type { Estimate } from './measures/blocks.js';
import type { MotionBenchResult, SystemResult } from './result.js';
import type { VisemeAccuracy } from './visemes-file.js';

const TITLES: Readonly<Record<FaceMeasure, string>> = {
  openingWhole: 'opening r, whole clip', openingSpeech: 'opening r, speech only',
  roundingWhole: 'rounding r, whole clip', roundingSpeech: 'rounding r, speech only',
  closureAucOpening: 'closure AUC within speech, opening label', closureAucPress: 'closure AUC within speech, press label',
  velocityRatio: 'velocity of opening in speech, to capture', velocityRatioUnit: 'the same with equal spread', velocityRatioUnbroken: 'the same within unbroken speech',
};

type Line = readonly [system: string, value: string, gain: string];

export function formatReport({ clips, utterances, systems, visemes }: MotionBenchResult): string {
  const entries = Object.entries(systems);
  const sections: string[] = [];
  if (clips.length > 0) {
    for (const measure of FACE_MEASURES) sections.push(section(TITLES[measure], entries.map(([id, result]) => faceLine(id, result, measure))));
    sections.push(section('ahead of the face, ms, median of the clips (opening, rounding; negative is late)', entries.map(([id, { face }]) => [id, face ? `${middle(face.leadMs.opening)}, ${middle(face.leadMs.rounding)}` : '-', ''])));
  }
  if (clips.length > 0) sections.push(section('speed of opening in flite sentences to that of the recorded face in unbroken speech', entries.map(([id, { made }]) => [id, made.speedToCapture ? ci(made.speedToCapture) : '-', ''])));
  sections.push(section(`/m b p/ shown, lips of the default avatar under 1 mm apart (${utterances} flite sentences)`, entries.map(([id, { made }]) => closureLine(id, made.closures))));
  sections.push(section('the same at a threshold of its own, at no more than so many false a second', entries.map(([id, { made }]) => [id, made.closures.shownAtFreeThreshold.map(({ falsePerSecond, shown }) => `${falsePerSecond}: ${ci(shown)}`).join('   '), ''])));
  sections.push(section('/m b p/ shown with the voice\'s phone times given', entries.filter(([, { made }]) => made.closuresTold).map(([id, { made }]) => closureLine(id, made.closuresTold!))));
  sections.push(section('mouth motion against speech', entries.map(([id, { made }]) => [id, Object.entries(made.motionAgainstSpeech).map(([name, value]) => `${name} ${ci(value)}`).join('   '), ''])));
  sections.push(section('cost, CPU ms a second of audio (and to the reference load)', entries.map(([id, { cost }]) => [id, cpuTime(cost), cost.together ? `${cost.together.streams} at once: ${cpuTime(cost.together)} each` : ''])));
  if (visemes) sections.push(section('visemes right of 15, all / sounding frames; /m b p/ from the closure output at no more than .15 / .30 false a second', visemes.map(visemeLine)));
  if (entries.some(([, { robustness }]) => robustness)) sections.push(...robustnessSections(entries));
  sections.push(section('systems', entries.map(([id, { what }]) => [id, what, ''])));
  return sections.filter((text) => text !== '').join('\n');
}

function faceLine(id: string, { face }: SystemResult, measure: FaceMeasure): Line {
  const [value, gain] = [face?.measures[measure], face?.gainOverRidge[measure]];
  return [id, value ? ci(value) : '-', gain ? `over ridge ${signed(gain.value)} [${signed(gain.low)}, ${signed(gain.high)}]` : ''];
}

function closureLine(id: string, { shown, falsePerSecond }: Closures): Line {
  return [id, ci(shown), `false ${ci(falsePerSecond)} a second`];
}

function cpuTime({ cpuMs, toReference }: CpuTime): string {
  return `${cpuMs.toFixed(2)} (${toReference.toFixed(2)} x)`;
}

function visemeLine({ group, value, all, sounding, bilabials15, bilabials30, minutes }: VisemeAccuracy): Line {
  return [`${group} ${value}`, `${all.toFixed(3)} / ${sounding.toFixed(3)}   ${bilabials15.toFixed(2)} / ${bilabials30.toFixed(2)}`, `${minutes.toFixed(0)} min`];
}

function robustnessSections(entries: readonly (readonly [string, SystemResult])[]): string[] {
  const shown: readonly FaceMeasure[] = ['openingWhole', 'openingSpeech', 'roundingWhole', 'closureAucOpening', 'closureAucPress'];
  const conditions = entries[0]![1].robustness?.map(({ condition }) => condition) ?? [];
  return conditions.map((condition, i) => section(`${condition}: ${shown.map((measure) => TITLES[measure]).join('; ')}`, entries.map(([id, { robustness }]) => [
    id, shown.map((measure) => robustness?.[i]?.values[measure]?.toFixed(3) ?? '-').join('   '), '',
  ])));
}

function section(title: string, lines: readonly Line[]): string {
  if (lines.length === 0) return '';
  const width = Math.max(...lines.map(([id]) => id.length));
  return [`\n${title}`, ...lines.map(([id, value, gain]) => `  ${id.padEnd(width)}  ${value}${gain && `   ${gain}`}`)].join('\n');
}

function ci({ value, low, high }: Estimate): string {
  return `${value.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
}

/** The median, whole. */
function middle(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]?.toFixed(0) ?? '-';
}

function signed(value: number): string {
  return `${value < 0 ? '' : '+'}${value.toFixed(3)}`;
}
