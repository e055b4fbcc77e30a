/**
 * Writes src/gen from proto: an interface, and a table of fields for src/wire, for every message. `npm run generate`.
 * protoc-gen-es writes the same messages to test/gen, for the tests to compare with.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createFileRegistry, fromBinary, ScalarType } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';

const at = (path) => new URL(path, import.meta.url);
const SCALARS = {
  [ScalarType.STRING]: ['string', 'string'], [ScalarType.BYTES]: ['bytes', 'Uint8Array'], [ScalarType.BOOL]: ['bool', 'boolean'],
  [ScalarType.UINT32]: ['uint32', 'number'], [ScalarType.INT32]: ['int32', 'number'], [ScalarType.FLOAT]: ['float', 'number'],
  [ScalarType.DOUBLE]: ['double', 'number'],
};

const image = execFileSync('npx', ['--no-install', 'buf', 'build', 'proto', '-o', '-'], { cwd: at('.'), maxBuffer: 1 << 24, stdio: ['ignore', 'pipe', 'inherit'] });
const set = fromBinary(FileDescriptorSetSchema, image);
const registry = createFileRegistry(set);

mkdirSync(at('src/gen/'), { recursive: true });
for (const proto of set.file) {
  const comments = commentsOf(proto);
  const file = registry.getFile(proto.name);
  const enums = file.enums.map((desc, i) => enumText(desc, comments, [5, i]));
  const messages = file.messages.map((desc, i) => interfaceText(desc, comments, [4, i]));
  const tables = dependenciesFirst(file.messages).map(tableText);
  const name = proto.name.replace(/\.proto$/, '');
  writeFileSync(at(`src/gen/${name}.ts`), [
    `// Generated from ${proto.name} by \`npm run generate\`: change that, not this.`,
    "import { message, type Schema } from '../wire/index.js';", '', ...enums, ...messages, ...tables,
  ].join('\n'));
}

/** Comments before each part, by its path in the descriptor. */
function commentsOf({ sourceCodeInfo }) {
  return new Map((sourceCodeInfo?.location ?? []).map(({ path, leadingComments }) => [path.join('.'), leadingComments.trim()]));
}

function comment(comments, path, indent = '') {
  const lines = (comments.get(path.join('.')) ?? '').split('\n').map((line) => line.trim()).filter(Boolean);
  if (lines.length === 0) return '';
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`;
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}\n`).join('')}${indent} */\n`;
}

function enumText(desc, comments, path) {
  const values = desc.values.map(({ localName, number }, i) => `${comment(comments, [...path, 2, i], '  ')}  ${localName} = ${number},\n`);
  return `${comment(comments, path)}export enum ${desc.name} {\n${values.join('')}}\n`;
}

function interfaceText(desc, comments, path) {
  const plain = desc.fields.filter(({ oneof }) => !oneof).map((field) =>
    `${comment(comments, [...path, 2, desc.proto.field.indexOf(field.proto)], '  ')}  readonly ${field.localName}: ${typeOf(field)};\n`);
  const oneofs = desc.oneofs.map((oneof) => {
    const cases = oneof.fields.map((field) => `    | { readonly case: '${field.localName}'; readonly value: ${typeOf(field)} }\n`);
    return `  readonly ${oneof.localName}:\n${cases.join('')}    | { readonly case: undefined; readonly value?: undefined };\n`;
  });
  return `${comment(comments, path)}export interface ${desc.name} {\n${plain.join('')}${oneofs.join('')}}\n`;
}

function typeOf(field) {
  if (field.fieldKind === 'map') return 'Readonly<Record<string, string>>';
  if (field.fieldKind === 'list') return `readonly ${single(field)}[]`;
  return field.fieldKind === 'message' && !field.oneof ? `${single(field)} | undefined` : single(field);
}

function single({ message, enum: enumeration, scalar }) {
  return message?.name ?? enumeration?.name ?? SCALARS[scalar]?.[1] ?? unsupported(scalar);
}

function tableText(desc) {
  const rows = desc.fields.map((field) => `  ['${field.localName}', ${field.number}, '${kindOf(field)}'${more(field)}],\n`);
  return `export const ${desc.name}Schema: Schema<${desc.name}> = /* @__PURE__ */ message([\n${rows.join('')}]);\n`;
}

function kindOf(field) {
  if (field.fieldKind === 'map') {
    if (field.mapKey !== ScalarType.STRING || field.scalar !== ScalarType.STRING) unsupported(`map ${field}`);
    return 'map';
  }
  if (field.message) return 'message';
  const kind = field.enum ? 'int32' : (SCALARS[field.scalar]?.[0] ?? unsupported(field.scalar));
  // Repeated numbers would be packed.
  return field.fieldKind === 'list' && kind !== 'string' && kind !== 'bytes' ? unsupported(`repeated ${kind}`) : kind;
}

function more({ fieldKind, oneof, message }) {
  const parts = [
    fieldKind === 'list' && 'repeated: true', oneof && `oneof: '${oneof.localName}'`, fieldKind !== 'map' && message && `of: ${message.name}Schema`,
  ].filter(Boolean);
  return parts.length > 0 ? `, { ${parts.join(', ')} }` : '';
}

/** Messages after those they hold, for tables refer to each other. */
function dependenciesFirst(messages) {
  const done = new Set();
  const visit = (desc, above) => {
    if (above.includes(desc)) unsupported(`recursive ${desc}`);
    for (const { message, fieldKind } of desc.fields) if (message && fieldKind !== 'map') visit(message, [...above, desc]);
    done.add(desc);
  };
  for (const desc of messages) visit(desc, []);
  return [...done];
}

function unsupported(what) {
  throw new Error(`${what} is not known to src/wire: add it there first`);
}
