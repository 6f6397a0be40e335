import { clampChroma, converter, formatHex, parse } from 'culori';
import postcss from 'postcss';

/** A colour as a style sheet writes it, where it is no part of a name or of a picture. */
const colour = /#(?:[0-9a-f]{8}|[0-9a-f]{6}|[0-9a-f]{3,4})\b|\b(?:white|black)\b/gi;
const inOklch = converter('oklch');

/** The focus is the same yellow with black in both schemes, and the head the same blue with white. */
const isTheSame = (rule: postcss.Rule) =>
  /\.(nhsuk|app)-header/.test(rule.selector) ||
  rule.some((part) => part.type === 'decl' && /#ffeb3b/i.test(part.value));

/**
 * A style sheet that also serves who asks for dark pages: each colour becomes one of the same hue and of the other
 * lightness, so that what can be told apart in one scheme can be in the other. A browser that does not know of it, and
 * paper, have the colours as they are.
 */
export function withDark(styles: string): string {
  const root = postcss.parse(styles);
  root.walkDecls((declaration) => {
    const { parent, value } = declaration;
    if (parent?.type !== 'rule' || isTheSame(parent as postcss.Rule) || value.includes('url(')) return;
    const both = value.replaceAll(colour, (light) => `light-dark(${light}, ${turned(light)})`);
    if (both === value) return;
    declaration.cloneBefore();
    declaration.value = both;
  });
  return `${root}\n@media screen { :root { color-scheme: light dark; } }\n`;
}

/** White becomes nearly black, and nearly black white; how see-through it is stays. */
function turned(light: string): string {
  const { l, alpha, ...rest } = inOklch(parse(light))!;
  const dark = formatHex(clampChroma({ ...rest, l: Math.min(0.97, 1.22 - 1.04 * l) }, 'oklch'));
  return alpha === undefined ? dark : `color-mix(in srgb, ${dark} ${Math.round(alpha * 100)}%, transparent)`;
}
