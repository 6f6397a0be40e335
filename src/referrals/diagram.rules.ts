import { conditionLines, type Offer, offers, offerWords, type Rule } from './tree.rules.ts';

/** A box of a diagram with its lines of text. Lengths are units of the drawing, of which A4 is about 750 wide. */
type Box = { x: number; y: number; width: number; height: number; lines: { text: string; y: number }[] };
export type Diagram = {
  offer: Offer;
  title: string;
  width: number;
  height: number;
  boxes: (Box & { kind: 'when' | 'why' | 'offer' })[];
  /** Lines from box to box, each as the `d` of a path; those that end at the offer have an arrow. */
  lines: { path: string; arrow: boolean }[];
};

const width = 750;
const columns = {
  when: { x: 1, width: 290, letters: 42 },
  why: { x: 321, width: 260, letters: 37 },
  offer: { x: 616, width: 133, letters: 16 },
};
const lineHeight = 17;
const padding = 10;
const gap = 12;

/** A version as diagrams, one for each offer that a rule leads to: from what has to hold, by why, to what is suggested. */
export function diagramsOf(rules: Rule[]): Diagram[] {
  return offers.flatMap((offer) => {
    const own = rules.filter((rule) => rule.offer === offer);
    return own.length ? [diagramOf(offer, own)] : [];
  });
}

function diagramOf(offer: Offer, rules: Rule[]): Diagram {
  let top = 1;
  const rows = rules.map(({ when, why }) => {
    const conditions = conditionLines(when).flatMap((line, place) =>
      wrapped(place ? `and ${line.charAt(0).toLowerCase()}${line.slice(1)}` : line, columns.when.letters),
    );
    const reason = wrapped(why, columns.why.letters);
    const height = heightOf(Math.max(conditions.length, reason.length));
    const row = { conditions, reason, top, height, middle: top + height / 2 };
    top += height + gap;
    return row;
  });
  const title = wrapped(offerWords[offer], columns.offer.letters);
  const bottom = Math.max(top - gap, 1 + heightOf(title.length));
  const end = (1 + bottom) / 2;
  const joint = columns.offer.x - 17;
  return {
    offer,
    title: offerWords[offer],
    width,
    height: bottom + 1,
    boxes: [
      ...rows.flatMap((row) => [
        { kind: 'when' as const, ...box(columns.when, row, row.conditions) },
        { kind: 'why' as const, ...box(columns.why, row, row.reason) },
      ]),
      { kind: 'offer', ...box(columns.offer, { top: 1, height: bottom - 1 }, title) },
    ],
    lines: [
      ...rows.flatMap(({ middle }) => [
        { path: `M${columns.when.x + columns.when.width} ${middle}H${columns.why.x}`, arrow: false },
        { path: `M${columns.why.x + columns.why.width} ${middle}H${joint}V${end}`, arrow: false },
      ]),
      { path: `M${joint} ${end}H${columns.offer.x - 2}`, arrow: true },
    ],
  };
}

const heightOf = (lines: number) => lines * lineHeight + 2 * padding;

function box(
  { x, width }: { x: number; width: number },
  { top, height }: { top: number; height: number },
  texts: string[],
): Box {
  const first = top + (height - texts.length * lineHeight) / 2 + lineHeight - 4;
  return {
    x,
    y: top,
    width,
    height,
    lines: texts.map((text, place) => ({ text, y: first + place * lineHeight })),
  };
}

/** A text in lines of so many letters at most; a word that is longer is cut. */
function wrapped(text: string, letters: number): string[] {
  const lines: string[] = [];
  const words = text
    .split(/\s+/)
    .flatMap((word) =>
      Array.from({ length: Math.ceil(word.length / letters) }, (_, part) =>
        word.slice(part * letters, (part + 1) * letters),
      ),
    );
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < letters)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
