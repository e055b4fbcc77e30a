/**
 * A Vite plugin that counts which branches of the fuzzed code run: one counter for each function, branch, loop, case, catch
 * and right-hand operand, in `globalThis.fuzzHits`. Only the code under test is touched, and only in the fuzzer's bundle.
 */
import { relative } from 'node:path';
import ts from 'typescript';

/** Counters there is room for; the tree under test has about a tenth of it. */
export const MAX_COUNTERS = 65_536;
const PRELUDE = `const __hits = (globalThis.fuzzHits ??= new Uint8ClampedArray(${MAX_COUNTERS}));\n`;
const CODE_UNDER_TEST = /\/packages\/[^/]+\/src\//;
const LOGICAL = new Set([ts.SyntaxKind.AmpersandAmpersandToken, ts.SyntaxKind.BarBarToken, ts.SyntaxKind.QuestionQuestionToken]);

/** `places` is filled with where each counter stands, as `file:line`. */
export function instrument(root, places) {
  return {
    name: 'count-branches',
    enforce: 'pre',
    transform(code, id) {
      if (!CODE_UNDER_TEST.test(id)) return undefined;
      const file = relative(root, id);
      const { outputText, sourceMapText } = ts.transpileModule(code, {
        fileName: id,
        compilerOptions: {
          target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true, sourceMap: true, allowJs: true,
        },
        transformers: { before: [counting(file, places)] },
      });
      if (places.length > MAX_COUNTERS) throw new Error(`more than ${MAX_COUNTERS} counters: raise MAX_COUNTERS`);
      // One line before the code: the map is shifted by an empty line.
      const map = JSON.parse(sourceMapText);
      return { code: PRELUDE + outputText, map: { ...map, mappings: `;${map.mappings}` }, moduleType: 'js' };
    },
  };
}

function counting(file, places) {
  return (context) => (source) => {
    const { factory } = context;
    const count = (node) => {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
      places.push(`${file}:${line + 1}`);
      const counter = factory.createElementAccessExpression(factory.createIdentifier('__hits'), places.length - 1);
      return factory.createPostfixIncrement(counter);
    };
    const counted = (node) => factory.createParenthesizedExpression(factory.createComma(count(node), ts.visitNode(node, visit)));
    const statement = (node) => factory.createExpressionStatement(count(node));
    const block = (node) => {
      const counter = statement(node);
      const inner = ts.visitNode(node, visit);
      return factory.createBlock([counter, ...(ts.isBlock(inner) ? inner.statements : [inner])], true);
    };
    const visit = (node) => {
      if (ts.isIfStatement(node)) {
        const otherwise = node.elseStatement ? block(node.elseStatement) : factory.createBlock([statement(node)]);
        return factory.updateIfStatement(node, ts.visitNode(node.expression, visit), block(node.thenStatement), otherwise);
      }
      if (ts.isConditionalExpression(node)) {
        const { condition, questionToken, whenTrue, colonToken, whenFalse } = node;
        return factory.updateConditionalExpression(node, ts.visitNode(condition, visit), questionToken, counted(whenTrue), colonToken, counted(whenFalse));
      }
      if (ts.isBinaryExpression(node) && LOGICAL.has(node.operatorToken.kind)) {
        return factory.updateBinaryExpression(node, ts.visitNode(node.left, visit), node.operatorToken, counted(node.right));
      }
      if (ts.isArrowFunction(node) && !ts.isBlock(node.body)) {
        const { modifiers, typeParameters, parameters, type, equalsGreaterThanToken, body } = node;
        const visited = ts.visitNodes(parameters, visit);
        return factory.updateArrowFunction(node, modifiers, typeParameters, visited, type, equalsGreaterThanToken, counted(body));
      }
      if (ts.isCaseClause(node) || ts.isDefaultClause(node)) {
        const counter = statement(node);
        const inner = ts.visitEachChild(node, visit, context);
        const statements = [counter, ...inner.statements];
        return ts.isCaseClause(inner) ? factory.updateCaseClause(inner, inner.expression, statements) : factory.updateDefaultClause(inner, statements);
      }
      if (ts.isBlock(node) && isCounted(node.parent)) return block2(node);
      return ts.visitEachChild(node, visit, context);
    };
    const block2 = (node) => {
      const counter = statement(node);
      const inner = ts.visitEachChild(node, visit, context);
      return factory.updateBlock(inner, [counter, ...inner.statements]);
    };
    return ts.visitNode(source, visit);
  };
}

/** Whose block gets a counter of its own; those of `if` are handled with their statement. */
function isCounted(parent) {
  return ts.isFunctionLike(parent) || ts.isIterationStatement(parent, false) || ts.isCatchClause(parent);
}
