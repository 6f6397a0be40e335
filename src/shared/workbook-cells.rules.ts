/** What the reading of values leaves out of a sheet. */
type Beside = {
  /** Cells whose text is another than their value, by address such as `B7`. */
  texts: Map<string, string>;
  /** The first cell with a formula of which the file does not say what it came to. */
  formula: string | undefined;
};

/**
 * Cells that are more than their value: numbers with zeros in front by their format, such as 000451, and formulas that
 * failed, such as #REF!.
 * @param files the XML of a workbook by path
 * @param sheet its place in the workbook, from 0
 */
export function cellsBeside(files: Map<string, string>, sheet: number): Beside {
  const beside: Beside = { texts: new Map(), formula: undefined };
  const widths = zerosOfStyles(files.get('xl/styles.xml') ?? '');
  const cells = /<(?:\w+:)?c\b([^>]*?)(?:\/>|>(.*?)<\/(?:\w+:)?c>)/gs;
  for (const [, attributes = '', inside = ''] of (files.get(pathOf(files, sheet)) ?? '').matchAll(cells)) {
    const address = attributeOf(attributes, 'r');
    const type = attributeOf(attributes, 't') ?? 'n';
    const value = /<(?:\w+:)?v\b[^>]*>([^<]*)</.exec(inside)?.[1] ?? '';
    if (!address) continue;
    if (type === 'e' && value) beside.texts.set(address, value);
    if (type === 'n' && !value && /<(?:\w+:)?f\b/.test(inside)) beside.formula ??= address;
    const width = widths[Number(attributeOf(attributes, 's') ?? 0)] ?? 0;
    if (type === 'n' && /^\d+$/.test(value) && value.length < width)
      beside.texts.set(address, value.padStart(width, '0'));
  }
  return beside;
}

/** How many cells the rectangle has that a sheet fills; infinitely many where it names rows that no sheet has. */
export function extentOf(xml: string): number {
  let rows = 0;
  let columns = 0;
  for (const [, attributes = '', isEmpty] of xml.matchAll(/<(?:\w+:)?(?:row|c)\b([^>]*?)(\/)?>/g)) {
    const address = attributeOf(attributes, 'r') ?? '';
    const [row, column] = placeOf(address);
    if (row >= mostRows || column >= mostColumns) return Number.POSITIVE_INFINITY;
    if (isEmpty || /^\d*$/.test(address)) continue;
    rows = Math.max(rows, row + 1);
    columns = Math.max(columns, column + 1);
  }
  return rows * columns;
}

/** What a spreadsheet has at most. */
const mostRows = 1_048_576;
const mostColumns = 16_384;

/** Row and column of an address, both from 0. */
export function placeOf(address: string): [row: number, column: number] {
  const letters = address.replace(/\d+$/, '');
  const column = [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0);
  return [Number(address.slice(letters.length)) - 1, column - 1];
}

/** Of each style, to how many digits its format fills up a number with zeros. */
function zerosOfStyles(styles: string): number[] {
  const formats = new Map(
    [...styles.matchAll(/<(?:\w+:)?numFmt\b([^>]*)>/g)].map(([, attributes = '']) => [
      attributeOf(attributes, 'numFmtId'),
      attributeOf(attributes, 'formatCode') ?? '',
    ]),
  );
  const used = /<(?:\w+:)?cellXfs\b.*?<\/(?:\w+:)?cellXfs>/s.exec(styles)?.[0] ?? '';
  return [...used.matchAll(/<(?:\w+:)?xf\b([^>]*)>/g)].map(([, attributes = '']) => {
    const format = formats.get(attributeOf(attributes, 'numFmtId')) ?? '';
    return /^0{2,}$/.test(format) ? format.length : 0;
  });
}

/** Where the XML of a sheet is: the workbook names its sheets in order, each by the id of a relation. */
function pathOf(files: Map<string, string>, sheet: number): string {
  const sheets = [...(files.get('xl/workbook.xml') ?? '').matchAll(/<(?:\w+:)?sheet\b([^>]*)>/g)];
  const id = attributeOf(sheets[sheet]?.[1] ?? '', '(?:\\w+:)?id');
  const relations = (files.get('xl/_rels/workbook.xml.rels') ?? '').matchAll(/<Relationship\b([^>]*)>/g);
  const own = [...relations].find(([, attributes = '']) => attributeOf(attributes, 'Id') === id)?.[1] ?? '';
  const target = attributeOf(own, 'Target') ?? '';
  return target.startsWith('/') ? target.slice(1) : `xl/${target}`;
}

const attributeOf = (attributes: string, name: string): string | undefined =>
  new RegExp(`\\s${name}="([^"]*)"`).exec(attributes)?.[1];
