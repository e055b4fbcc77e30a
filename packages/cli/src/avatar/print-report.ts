import type { AvatarReport, Problem } from '@visavis/client/inspect';
import { isUsable, type Subject } from './read-avatar.js';
import { plural, size } from './size.js';

const MARKS: Readonly<Record<Problem['level'], string>> = { error: 'ERROR', warning: 'warning', note: 'note' };
const ORDER: readonly Problem['level'][] = ['error', 'warning', 'note'];
const MOST_TEXTURES = 12;

/** A report as lines for a terminal. */
export function reportLines(subject: Subject): string[] {
  const { report, manifest, name } = subject;
  const what = manifest ? `avatar package, ${report.title}, version ${manifest.version}, ${manifest.license}` : report.title;
  return [
    `${name}: ${what}, ${size(report.bytes)}`,
    ...(report.generator ? [line('made by', report.generator)] : []),
    ...(report.license ? [line('licence', report.license)] : []),
    ...(report.meshes > 0 ? faceLines(report) : []),
    ...(report.meshes > 0 ? bodyLines(report) : []),
    ...problemLines([...subject.problems, ...report.problems]),
    line('verdict', isUsable(subject) ? `${report.verdict.sentence} (${Math.round(report.verdict.score * 100)} of 100)` : 'It cannot be used as it is.'),
  ];
}

function faceLines({ shapes, visemes, bones, unknownTargets }: AvatarReport): string[] {
  const { present, aliased, missing } = shapes;
  const found = present.length + aliased.length;
  return [
    line('shapes', `${found} of 52${aliased.length > 0 ? `, ${aliased.length} of them by other names` : ''}`),
    ...(aliased.length > 0 ? [line('', `by other names: ${list(aliased.map(({ name, target }) => `${name} (${target})`))}`)] : []),
    ...(missing.length > 0 && found > 0 ? [line('', `missing: ${list(missing)}`)] : []),
    ...(visemes.present.length > 0 ? [line('visemes', `${visemes.present.length} of 15: ${visemes.present.join(' ')}`)] : []),
    line('bones', bones.length > 0 ? bones.join(', ') : 'none that are known'),
    ...(unknownTargets.count > 0 ? [line('not used', `${unknownTargets.count} ${unknownTargets.count === 1 ? 'target' : 'targets'}: ${list(unknownTargets.names, unknownTargets.count)}`)] : []),
  ];
}

function bodyLines({ meshes, drawCalls, vertices, triangles, gaussians, textures, gpuBytes }: AvatarReport): string[] {
  const drawn = gaussians > 0 ? `${count(gaussians)} Gaussians on ` : '';
  return [
    line('geometry', `${drawn}${count(triangles)} triangle${triangles === 1 ? '' : 's'}, ${count(vertices)} vertices, ${plural(meshes, 'mesh', 'es')} in ${plural(drawCalls, 'draw call')}`),
    ...textures.slice(0, MOST_TEXTURES).map(({ name, type, width, height, bytes }, i) =>
      line(i === 0 ? 'textures' : '', `${name}: ${type.replace('image/', '')} ${width} x ${height}, ${size(bytes)}`)),
    ...(textures.length > MOST_TEXTURES ? [line('', `and ${textures.length - MOST_TEXTURES} more`)] : []),
    line('graphics', `about ${size(gpuBytes)} of graphics memory`),
  ];
}

function problemLines(problems: readonly Problem[]): string[] {
  return ORDER.flatMap((level) => problems.filter((problem) => problem.level === level).map(({ message }) => line(MARKS[level], message)));
}

const line = (title: string, text: string): string => `  ${title.padEnd(10)}${text}`;
const count = (value: number): string => value.toLocaleString('en');

function list(names: readonly string[], all = names.length): string {
  const shown = names.slice(0, 8);
  return `${shown.join(', ')}${all > shown.length ? ` and ${all - shown.length} more` : ''}`;
}
