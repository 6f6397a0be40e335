import type { FieldError } from './problem.ts';

/** A piece of a line: words, and where they lead where they are a link. */
type Piece = { text: string; href?: string };
/** A part of a text as its page shows it. */
export type Block =
  | { type: 'heading'; level: 2 | 3; pieces: Piece[] }
  | { type: 'list'; items: Piece[][] }
  | { type: 'paragraph'; pieces: Piece[] };

const link = /\[([^\]\n]+)\]\(([^)\s]*)\)/g;
/** What stands in square brackets and is no link is still to be filled in. */
const open = /\[[^\]\n]*\](?!\()/;
/** Whether an address is of the web, and safe to follow: https alone. */
export const isWebAddress = (href: string) => URL.canParse(href) && new URL(href).protocol === 'https:';

/**
 * The parts of a text. A line that begins with “# ” is a heading, with “## ” a smaller one, with “- ” an item
 * of a list; every other line is a paragraph. “[words](https://…)” is a link; anything else is plain text.
 */
export function blocksOf(body: string): Block[] {
  const blocks: Block[] = [];
  let hasMain = false;
  for (const line of body.split('\n').map((one) => one.trim())) {
    const [, mark, rest = ''] = /^(##?|-)\s+(.+)$/.exec(line) ?? [];
    const last = blocks.at(-1);
    if (mark === '-') {
      if (last?.type === 'list') last.items.push(piecesOf(rest));
      else blocks.push({ type: 'list', items: [piecesOf(rest)] });
    } else if (mark) {
      // A smaller heading stands below a larger one, or is one.
      const level = mark === '##' && hasMain ? 3 : 2;
      hasMain = true;
      blocks.push({ type: 'heading', level, pieces: piecesOf(rest) });
    } else if (line) blocks.push({ type: 'paragraph', pieces: piecesOf(line) });
    else if (last?.type === 'list') blocks.push({ type: 'paragraph', pieces: [] });
  }
  return blocks.filter((block) => block.type !== 'paragraph' || block.pieces.length > 0);
}

function piecesOf(line: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const { 0: whole, 1: text, 2: href, index } of line.matchAll(link)) {
    if (!isWebAddress(href!)) continue;
    if (index > from) pieces.push({ text: line.slice(from, index) });
    pieces.push({ text: text!, href: href! });
    from = index + whole.length;
  }
  if (from < line.length) pieces.push({ text: line.slice(from) });
  return pieces;
}

/** What is wrong with a text of blocks, which a form and the API call `text`. */
export const textFault = (message: string): FieldError => ({ pointer: '/text', message });

/** What stands against a text of blocks: something that is still to be filled in, and a link that is no https address. */
export function blockFaults(body: string): FieldError[] {
  const faults: FieldError[] = [];
  const unfilled = open.exec(body)?.[0];
  if (unfilled)
    faults.push(textFault(`Fill in what stands in square brackets, or take it out: ${short(unfilled)}`));
  const wrong = [...body.matchAll(link)].map(([, , href]) => href!).find((href) => !isWebAddress(href));
  if (wrong !== undefined)
    faults.push(textFault(`A link leads to an address that begins with https://, not to “${short(wrong)}”.`));
  return faults;
}

const short = (text: string) => (text.length > 60 ? `${text.slice(0, 59)}…` : text);
