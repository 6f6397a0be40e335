/**
 * Characters that nobody sees, but for those that shape what is beside them: joiners within words of
 * scripts that join their letters, and the parts of an emoji.
 */
const unseen =
  /(?!(?<=[[\p{L}\p{M}]--[\p{scx=Latin}\p{scx=Greek}\p{scx=Cyrillic}]])[\u200c\u200d])(?!(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f])[\u200d\ufe0f])(?!(?<=\u{1f3f4}[\u{e0020}-\u{e007f}]*)[\u{e0020}-\u{e007f}])[\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/gv;

/**
 * Text as people see it: without the unseen characters that come along in a copy, with plain spaces,
 * one way to end a line and one code for each letter, and no spaces around it.
 */
export function asSeen(text: string): string {
  return text
    .normalize('NFC')
    .replaceAll(/\r\n?|[\v\f\u0085\u2028\u2029]/g, '\n')
    .replaceAll(/[\p{Zs}\u2800]/gu, ' ')
    .replaceAll(unseen, '')
    .replaceAll(/^ +| +$/g, '');
}

/** What is typed as it is, whoever sees it: secrets, and files whose cells are read one by one. */
const asTyped = new Set(['password', 'current', 'csv', '_csrf']);

/** A body or a query with all its text as people see it. */
export function allAsSeen<T>(value: T): T {
  if (typeof value === 'string') return asSeen(value) as T;
  if (Array.isArray(value)) return value.map(allAsSeen) as T;
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, asTyped.has(name) ? part : allAsSeen(part)]),
  ) as T;
}

const hasControls = 'This has control characters. Type it again, or copy it as plain text.';

/** What is wrong with text of one or more lines, in which a tab is fine; null when nothing is. */
export const textFault = (text: string): string | null =>
  /[\p{Cc}--[\t\n]]/v.test(text) ? hasControls : null;

/** What is wrong with text of one line; null when nothing is. */
export function lineFault(text: string): string | null {
  if (/[\n\u2028\u2029]/.test(text)) return 'Write this on one line.';
  return /\p{Cc}/u.test(text) ? hasControls : null;
}
