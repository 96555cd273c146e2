// The source transform behind signal names: the only user of ts-morph, and loaded only for sources not seen before.
// CommonJS, because module loaders need it at once and before anything can load TypeScript.
const { default: MagicString } = require('magic-string');
const { ts } = require('ts-morph');

// Wraps initialisers so that hardware values learn what they are called in the source:
//
//     /** Next one. */ const pc = reg(u(12));                const pc = name(begin("pc"), reg(u(12)), "Next one.");
//     { /** Starts a run. */ start: input(bool) }     →      { start: doc("Starts a run.", input(bool)) }
//     /** Adds. */ function adder() {                        function adder() {
//       return module('adder', …                               return doc("Adds.", module('adder', …
//
// each on its own line, so that line numbers stay. `name`, `begin` and `doc` are the global `__hermes` functions of the
// language; without them, and for values that are no hardware, nothing changes. Only syntax counts, not types.

/**
 * @param {string} source TypeScript.
 * @param {string} path Its file, for the source map.
 * @returns {{ code: string, map: import('magic-string').SourceMap }} The new source, and a map for the columns.
 */
exports.transform = function transform(source, path) {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
  const text = new MagicString(source);
  /**
   * @param {import('ts-morph').ts.Expression} declared
   * @param {string} doc
   */
  const document = (declared, doc) => {
    if (!doc) return;
    text.appendRight(declared.getStart(file), `(globalThis.__hermesDoc??((_,v)=>v))(${JSON.stringify(doc)},`);
    text.prependLeft(declared.end, ')');
  };
  /** @param {import('ts-morph').ts.Node} node */
  const visit = (node) => {
    if (
      ts.isVariableDeclaration(node) &&
      node.initializer &&
      ts.isIdentifier(node.name) &&
      mayBeHardware(node.initializer) &&
      !waits(node.initializer)
    ) {
      const name = JSON.stringify(node.name.text);
      const doc = docOf(node.parent.parent, source);
      text.appendRight(
        node.initializer.getStart(file),
        `(globalThis.__hermesName??((_,v)=>v))(globalThis.__hermesBegin?.(${name})??${name},`,
      );
      text.prependLeft(node.initializer.end, doc ? `,${JSON.stringify(doc)})` : ')');
    } else if (ts.isPropertyAssignment(node) && ts.isCallExpression(node.initializer)) {
      document(node.initializer, docOf(node, source));
    } else if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'module') {
      document(node, docOf(statementOf(node), source));
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return { code: text.toString(), map: text.generateMap({ source: path, hires: 'boundary', includeContent: false }) };
};

const K = ts.SyntaxKind;

/** Initialisers that cannot be hardware, and those that must stay where they are. */
const plain = new Set([
  K.ArrowFunction,
  K.FunctionExpression,
  K.ClassExpression,
  K.StringLiteral,
  K.NumericLiteral,
  K.BigIntLiteral,
  K.RegularExpressionLiteral,
  K.NoSubstitutionTemplateLiteral,
  K.TemplateExpression,
  K.TrueKeyword,
  K.FalseKeyword,
  K.NullKeyword,
  K.PrefixUnaryExpression,
  K.TypeOfExpression,
]);

/** @param {import('ts-morph').ts.Expression} initialiser */
function mayBeHardware(initialiser) {
  let inner = initialiser;
  while (
    ts.isParenthesizedExpression(inner) ||
    ts.isAsExpression(inner) ||
    ts.isSatisfiesExpression(inner) ||
    ts.isNonNullExpression(inner)
  )
    inner = inner.expression;
  return !plain.has(inner.kind);
}

/**
 * True when evaluation is interrupted: what runs meanwhile would take part in the naming.
 * @param {import('ts-morph').ts.Node} node
 */
function waits(node) {
  if (ts.isFunctionLike(node)) return false;
  return (
    ts.isAwaitExpression(node) ||
    ts.isYieldExpression(node) ||
    ts.forEachChild(node, (child) => waits(child) || undefined) === true
  );
}

/**
 * The statement of the file that a node is part of: its comment is that of the module which the statement makes.
 * @param {import('ts-morph').ts.Node} node
 */
function statementOf(node) {
  while (!ts.isSourceFile(node.parent)) node = node.parent;
  return node;
}

/**
 * Text of the JSDoc before a declaration, on a line of its own or on the declaration's, without its tags.
 * @param {import('ts-morph').ts.Node} node
 * @param {string} source
 */
function docOf(node, source) {
  const above = ts.getLeadingCommentRanges(source, node.pos);
  const beside = ts.getTrailingCommentRanges(source, node.pos);
  const range = above?.at(-1) ?? beside?.at(-1);
  if (!range || (!above && source.slice(range.end, node.getStart()).includes('\n'))) return '';
  const comment = /^\/\*\*(?!\/)([^]*)\*\/$/.exec(source.slice(range.pos, range.end))?.[1] ?? '';
  const lines = comment.split('\n').map((line) => line.replace(/^\s*\*? ?/, '').trimEnd());
  const tag = lines.findIndex((line) => line.startsWith('@'));
  return lines
    .slice(0, tag < 0 ? lines.length : tag)
    .join('\n')
    .trim();
}
