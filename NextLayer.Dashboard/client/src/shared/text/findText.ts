import { parseSync } from "vite";

/** A text that people read, as it stands in a source file. */
export interface Found {
  line: number;
  start: number;
  end: number;
  source: string;
}

/** Attributes and members whose value is shown, or read out. */
const SHOWN = /^(aria-(label|description|roledescription|valuetext|placeholder)|title|placeholder|alt|label|labels|description|hint|hints|note|notes|what|empty|action|word|words|meaning|heading|sentence|message|text|reason|prompt|summary|caption|tooltip)$/;
/** Those that only the machine reads. */
const HIDDEN = /^(className|class|to|href|src|type|role|id|key|method|path|d|viewBox|fill|stroke|style|transform|points|rel|target|accept|autoComplete|autoCapitalize|align|side|tone|kind|icon|needs|queryKey|mutationKey|edgeClass|.*Class(Name)?|background[A-Z]?\w*|border(Color)?|gridTemplateColumns|width|minWidth)$/;
/** Functions that show, or only style or address, what they are given. */
const SHOWING = /^(toast|setWrong)$/;
const HIDING = /^(cx|buttonClass|toQuery|querySelector(All)?|addEventListener|removeEventListener|getRouteApi|choice|one|many|whole|matchMedia|startsWith|endsWith|includes|test|get|has|set|split|replace(All)?|createElementNS|getItem|setItem)$/;

type Node = { type: string; start: number; end: number; [member: string]: unknown };
type Step = { node: Node; as: string };

/** All texts of a source file that people read, where they are written in place. */
export function findText(code: string): Found[] {
  const found: Found[] = [];
  const visit = (node: Node, as: string, above: readonly Step[]) => {
    if (node.type === "TemplateLiteral" && isProgram(wordsOf(node))) return;
    if (isText(node) && isShown(node, [...above, { node, as }])) {
      const source = code.slice(node.start, node.end);
      const begin = node.start + source.length - source.trimStart().length;
      found.push({ line: code.slice(0, begin).split("\n").length, start: node.start, end: node.end, source });
      // The parts within are told with it.
      return;
    }
    if (node.type.startsWith("TS") && !/^TS(As|Satisfies|NonNull)/.test(node.type)) return;
    for (const [name, value] of Object.entries(node)) for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) visit(child, name, [...above, { node, as }]);
  };
  const { program, errors } = parseSync("source.tsx", code);
  if (errors.length > 0) throw new Error(errors[0]!.message);
  visit(program as unknown as Node, "", []);
  return found;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && "start" in value;
}

function isText(node: Node): boolean {
  return node.type === "JSXText" || node.type === "TemplateLiteral" || (node.type === "Literal" && typeof node.value === "string");
}

/** What is written, with a zero character for each part that is computed. */
function wordsOf(node: Node): string {
  return node.type === "TemplateLiteral" ? (node.quasis as { value: { cooked: string } }[]).map((each) => each.value.cooked).join("\0") : String(node.value);
}

function isShown(node: Node, way: readonly Step[]): boolean {
  const words = wordsOf(node);
  // Single letters are keys to press, or variables.
  if (!/\p{L}{2}/u.test(words)) return false;
  if (node.type === "JSXText") return !isInCode(way) && !isCode(words.trim());
  for (let at = way.length - 1; at > 0; at--) {
    const { as } = way[at]!;
    const { node: parent } = way[at - 1]!;
    switch (parent.type) {
      case "ConditionalExpression":
        if (as === "test") return isProse(words);
        continue;
      case "BinaryExpression":
        if (parent.operator !== "+") return false;
        continue;
      case "LogicalExpression":
      case "ParenthesizedExpression":
      case "TSAsExpression":
      case "TSSatisfiesExpression":
      case "JSXExpressionContainer":
        continue;
      case "TemplateLiteral":
        // A part of something that was not shown as a whole.
        return isProse(words);
      case "JSXAttribute":
        return byName((parent.name as { name: string }).name, words);
      case "JSXElement":
      case "JSXFragment":
        return !isInCode(way) && !isCode(words.trim());
      case "Property":
        if (as === "key") return false;
        return byName(nameOf(parent.key as Node), words);
      case "CallExpression":
      case "NewExpression": {
        const callee = nameOf(parent.callee as Node);
        return (SHOWING.test(callee) && node === (parent.arguments as Node[])[0]) || (!HIDING.test(callee) && isProse(words));
      }
      case "ImportDeclaration":
      case "ImportExpression":
      case "ExportNamedDeclaration":
      case "ExportAllDeclaration":
      case "SwitchCase":
      case "MemberExpression":
        return false;
      default:
        return isProse(words);
    }
  }
  return false;
}

/** Stands in an element for what a machine understands, or a key of the keyboard. */
function isInCode(way: readonly Step[]): boolean {
  const element = way.findLast(({ node }) => node.type === "JSXElement")?.node as { openingElement: { name: { name: string } } } | undefined;
  return element !== undefined && /^(code|kbd)$/.test(element.openingElement.name.name);
}

function byName(name: string, words: string): boolean {
  return SHOWN.test(name) ? !isCode(words) : !HIDDEN.test(name) && isProse(words);
}

function nameOf(node: Node): string {
  return node.type === "MemberExpression" ? nameOf(node.property as Node) : String(node.name ?? node.value ?? "");
}

/** Names of things, as `run_finished`, `STORE` or `config.url`, and addresses. */
function isCode(words: string): boolean {
  return (/^[a-z0-9_.\-/:…]+$/.test(words) && /[_/:-]|\../.test(words)) || !/\p{Ll}/u.test(words) || isProgram(words);
}

/** Values of styles, calls of programs, JSON. */
function isProgram(words: string): boolean {
  return /^curl |\b(var|color-mix|minmax|max)\(|\d(rem|px)\b|^\{\s[^]*\}$/.test(words);
}

/** Keys to press, as `mod Shift Z`. */
function isKeys(words: string): boolean {
  return /^((mod|Ctrl|Control|Alt|Meta|Shift|Esc|Escape|Enter|Tab|Del|Delete|Backspace|Home|End|Page(Up|Down)|Arrow[A-Z][a-z]+|\S)(\s+|$))+$/.test(words);
}

/** Reads like a word that begins a line, or like several words. */
function isProse(words: string): boolean {
  if (isCode(words) || isKeys(words) || /^[A-Z][a-z]+([A-Z][a-z]+)+$/.test(words)) return false;
  if (/^\p{Lu}\p{Ll}/u.test(words)) return true;
  const tokens = words.split(/\s+/).filter((token) => /\p{L}/u.test(token));
  if (tokens.length === 0 || words.split(/\s+/).filter(Boolean).length < 2) return false;
  const styling = tokens.filter((token) => /^[-!&[]|[a-z0-9\]]-[a-z0-9[(]|^[a-z-]+:|^(flex|grid|block|inline|hidden|relative|absolute|fixed|sticky|truncate|rounded|border|transition|uppercase|italic|underline|tnum|group|peer|contents|shrink|grow)$/.test(token));
  return styling.length * 2 < tokens.length;
}
