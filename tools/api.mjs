/**
 * The public API of every package as text, from its built declarations: `npm run api` writes etc/*.api.md, with `--check`
 * it fails where one is not current. A change of a public index is then seen in review.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));
const check = process.argv.includes('--check');
const printer = ts.createPrinter({ removeComments: true });

/** Each package's entries: subpath and declarations. Packages without any, commands, are left out. */
const packages = readdirSync(`${root}packages`).map((name) => {
  const { exports = {} } = JSON.parse(readFileSync(`${root}packages/${name}/package.json`, 'utf8'));
  const entries = Object.entries(exports).filter(([, { types }]) => types).map(([subpath, { types }]) => ({ subpath, file: `${root}packages/${name}/${types.slice(2)}` }));
  return { name, entries };
}).filter(({ entries }) => entries.length > 0);

const missing = packages.flatMap(({ entries }) => entries).filter(({ file }) => !existsSync(file));
if (missing.length > 0) throw new Error(`${missing[0].file} is not there: run \`npm run build\` first`);

const program = ts.createProgram(packages.flatMap(({ entries }) => entries.map(({ file }) => file)), {
  module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, target: ts.ScriptTarget.ES2022, skipLibCheck: true, types: [], noLib: true,
});
const checker = program.getTypeChecker();

function report({ name, entries }) {
  const parts = entries.map(({ subpath, file }) => {
    const module = checker.getSymbolAtLocation(program.getSourceFile(file));
    const symbols = checker.getExportsOfModule(module).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    return `## ${subpath === '.' ? `@visavis/${name}` : `@visavis/${name}${subpath.slice(1)}`}\n\n\`\`\`ts\n${symbols.map(textOf).join('\n')}\n\`\`\`\n`;
  });
  return `# Public API of @visavis/${name}\n\nWritten by \`npm run api\`; do not edit.\n\n${parts.join('\n')}`;
}

/** The declarations of one export; what another package declares is only named. */
function textOf(exported) {
  const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
  const declarations = symbol.declarations ?? [];
  if (declarations.length === 0) throw new Error(`${exported.name} has no declaration`);
  return declarations.map((declaration) => {
    const source = declaration.getSourceFile();
    const statement = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
    const text = `${print(statement, source)}${inherited(declaration)}`;
    return exported.name === symbol.name ? text : `${text}\n// exported as ${exported.name}`;
  }).join('\n');
}

function print(node, source) {
  return printer.printNode(ts.EmitHint.Unspecified, node, source).replace(/^ +#private;\n/gm, '').replace(/^(export )?(declare )?/, '');
}

/** The class of this package that a class has its members of, where it is not exported itself by that name. */
function inherited(declaration) {
  const clause = ts.isClassDeclaration(declaration) && declaration.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword);
  if (!clause) return '';
  const named = checker.getSymbolAtLocation(clause.types[0].expression);
  const symbol = named && named.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(named) : named;
  const base = symbol?.declarations?.find(ts.isClassDeclaration);
  if (!base || !base.getSourceFile().fileName.includes('/packages/')) return '';
  const name = clause.types[0].expression.getText();
  return `\n// ${name} is ${print(base, base.getSourceFile())}${inherited(base)}`;
}

mkdirSync(`${root}etc`, { recursive: true });
const written = new Map(packages.map((each) => [`${each.name}.api.md`, report(each)]));
const before = readdirSync(`${root}etc`).filter((name) => name.endsWith('.api.md'));
const stale = [...new Set([...written.keys(), ...before])].filter((name) => {
  const path = `${root}etc/${name}`;
  return (existsSync(path) ? readFileSync(path, 'utf8') : undefined) !== written.get(name);
});
if (check && stale.length > 0) {
  process.stderr.write(`not current: ${stale.map((name) => `etc/${name}`).join(', ')}. Run \`npm run api\` and look at what changed\n`);
  process.exitCode = 1;
}
for (const name of check ? [] : stale) {
  if (written.has(name)) writeFileSync(`${root}etc/${name}`, written.get(name));
  else rmSync(`${root}etc/${name}`);
}
