import { toSVG } from 'bwip-js/node';
import { col, type RowOf } from '../../shared/rows.ts';
import { kindName, kindsOfDevice } from '../devices/device-kinds.rules.ts';

// All lengths are millimetres, which are also the units of the drawings.

export const layouts = ['sheet', 'single'] as const;
export type Layout = (typeof layouts)[number];

/** A label of the A4 sheet (3 across, 8 down, such as L7159), and one of a roll. */
export const labelSizes: Record<Layout, { width: number; height: number }> = {
  sheet: { width: 63.5, height: 33.9 },
  single: { width: 62, height: 29 },
};
export const sheet = { width: 210, height: 297, across: 3, down: 8, gap: 2.5 } as const;
export const labelsPerSheet = sheet.across * sheet.down;

export const LabelledDevice = {
  assetTag: col.text,
  kind: col.keyOf(kindsOfDevice),
  make: col.text,
  model: col.text,
};
export type LabelledDevice = RowOf<typeof LabelledDevice>;

/** A module of the QR code; its quiet zone is four of them. Of the bars, three dots of a printer with 203 dots an inch. */
const qrModule = 0.65;
const barModule = 0.375;
const quiet = 4 * qrModule;
/** Of the second code, whose modules are as large as its place lets them be: four of them stay free around it. */
const helpSize = 13.65;
const helpQuiet = 1.9;
const edge = 3;

/**
 * A label as SVG with its size in millimetres: the asset tag as QR code, as Code 128 and in big letters,
 * and what the device is. Both codes hold the plain tag, so that every scanner types it.
 * @param owner a line at the foot; it may name no clinic and nothing of health
 * @param help the address of the second code, by which a finder or whoever has it reaches us; without one there is none
 */
export function labelSvg(
  device: LabelledDevice,
  layout: Layout,
  owner: string | null,
  help?: string,
): string {
  const { width, height } = labelSizes[layout];
  return svg({ width, height, unit: 'mm' }, drawing(device, layout, owner, help));
}

/** The addresses of second codes, by asset tag. */
type Helps = ReadonlyMap<string, string>;

/**
 * Sheets of A4 labels as SVG, drawn one by one as they are taken: a code takes milliseconds to draw.
 * @param first where the first label goes, 1 to 24, counted along the rows: earlier ones are used up
 */
export function* sheetsSvg(
  devices: LabelledDevice[],
  first: number,
  owner: string | null,
  helps: Helps = new Map(),
): Generator<string> {
  const { width, height } = labelSizes.sheet;
  const left = (sheet.width - sheet.across * width - (sheet.across - 1) * sheet.gap) / 2;
  const top = (sheet.height - sheet.down * height) / 2;
  const places: (LabelledDevice | null)[] = [...Array<null>(first - 1).fill(null), ...devices];
  for (let start = 0; start < places.length; start += labelsPerSheet) {
    const labels = places.slice(start, start + labelsPerSheet).map((device, place) => {
      const x = left + (place % sheet.across) * (width + sheet.gap);
      const y = top + Math.floor(place / sheet.across) * height;
      if (!device) return usedUp(x, y);
      const drawn = drawing(device, 'sheet', owner, helps.get(device.assetTag));
      return svg({ x, y, width, height }, drawn);
    });
    yield svg({ width: sheet.width, height: sheet.height, unit: 'mm' }, labels.join(''));
  }
}

/** Single labels as SVG, drawn as they are taken like sheets. */
export function* labelsSvg(
  devices: LabelledDevice[],
  owner: string | null,
  helps: Helps = new Map(),
): Generator<string> {
  for (const device of devices) yield labelSvg(device, 'single', owner, helps.get(device.assetTag));
}

function usedUp(x: number, y: number): string {
  const { width, height } = labelSizes.sheet;
  return `<rect class="app-label-used" x="${n(x + 1)}" y="${n(y + 1)}" width="${width - 2}" height="${n(height - 2)}" fill="none"/>`;
}

function drawing(device: LabelledDevice, layout: Layout, owner: string | null, help?: string): string {
  const { width, height } = labelSizes[layout];
  const { assetTag, kind } = device;
  const qr = code({ bcid: 'qrcode', text: assetTag, eclevel: 'H' });
  const qrSize = qr.columns * qrModule;
  const bars = code({ bcid: 'code128', text: assetTag });
  const barsWidth = bars.columns * barModule;
  const textLeft = edge + qrSize + quiet;
  const textWidth = width - textLeft - edge - (help ? helpSize + helpQuiet : 0);
  const size = help
    ? { tag: 3.9, kind: 2.6, name: 2.2, line: 2.6, most: 17 }
    : { tag: 6.9, kind: 3, name: 2.8, line: 3.1, most: 25 };
  const top = help ? { tag: 6.4, kind: 9.5, name: 12.2 } : { tag: 7.8, kind: 11.4, name: 14.6 };
  const barsTop = edge + qrSize + quiet;
  const foot = layout === 'sheet' ? 2.2 : 1.2;
  const barsHeight = height - barsTop - foot - (owner ? 2.4 : 1.3);
  const name = inLines(`${device.make} ${device.model}`, size.most);
  return [
    `<title>${escaped(`${assetTag}, ${kindName(kind)}, ${device.make} ${device.model}`)}</title>`,
    `<rect class="app-label-edge" width="${width}" height="${height}" fill="#fff"/>`,
    part(qr, { x: edge, y: edge, width: qrSize, height: qrSize }),
    words(
      assetTag,
      { x: textLeft, y: top.tag, size: size.tag },
      `font-weight="bold" textLength="${n(textWidth)}" lengthAdjust="spacingAndGlyphs"`,
    ),
    words(kindName(kind), { x: textLeft, y: top.kind, size: size.kind }, 'font-weight="bold"'),
    ...name.map((line, row) => words(line, { x: textLeft, y: top.name + row * size.line, size: size.name })),
    ...(help ? helpCode(help, width, textLeft) : []),
    part(bars, { x: (width - barsWidth) / 2, y: barsTop, width: barsWidth, height: barsHeight }),
    owner
      ? words(short(owner, 50), { x: width / 2, y: height - foot, size: 2.2 }, 'text-anchor="middle"')
      : '',
  ].join('');
}

/** The second code at the right, and beside it what it is for. */
function helpCode(help: string, width: number, textLeft: number): string[] {
  const drawn = code({ bcid: 'qrcode', text: help, eclevel: help.length > 62 ? 'L' : 'M' });
  return [
    part(drawn, { x: width - edge - helpSize, y: edge, width: helpSize, height: helpSize }),
    words('Found? Help?', { x: textLeft, y: 17.6, size: 2.2 }, 'font-weight="bold"'),
  ];
}

/** A code of its own as SVG, a QR or a Code 128, as wide as its place. */
export function codeSvg(bcid: 'qrcode' | 'code128', text: string): string {
  const drawn = code(bcid === 'qrcode' ? { bcid, text, eclevel: 'H' } : { bcid, text });
  const width = Number(drawn.viewBox.split(' ')[2]);
  return svg(
    { width, height: bcid === 'qrcode' ? width : width / 5 },
    part(drawn, { x: 0, y: 0, width, height: bcid === 'qrcode' ? width : width / 5 }),
  );
}

type Place = { x: number; y: number };
type Size = { width: number; height: number };
type Code = { columns: number; viewBox: string; paths: string };

/** A code as bwip-js draws it, with how many modules it is wide. */
function code(options: { bcid: string; text: string; eclevel?: string }): Code {
  const scale = 2;
  const drawn = toSVG({ ...options, scale });
  const viewBox = /viewBox="([^"]+)"/.exec(drawn)![1]!;
  const perColumn = options.bcid === 'qrcode' ? 2 * scale : scale;
  return {
    columns: Number(viewBox.split(' ')[2]) / perColumn,
    viewBox,
    paths: drawn.slice(drawn.indexOf('>') + 1, drawn.lastIndexOf('</svg>')).trim(),
  };
}

function part({ viewBox, paths }: Code, { x, y, width, height }: Place & Size): string {
  return `<svg x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}" viewBox="${viewBox}" preserveAspectRatio="none">${paths}</svg>`;
}

function words(text: string, { x, y, size }: Place & { size: number }, attributes = ''): string {
  return `<text x="${n(x)}" y="${n(y)}" font-size="${size}" font-family="Arial, Helvetica, sans-serif" ${attributes}>${escaped(text)}</text>`;
}

type Frame = Partial<Place> & Size & { unit?: string };

function svg({ x, y, width, height, unit = '' }: Frame, inside: string): string {
  const at = x === undefined || y === undefined ? '' : ` x="${n(x)}" y="${n(y)}"`;
  const role = unit ? ' xmlns="http://www.w3.org/2000/svg"' : '';
  return `<svg${role}${at} width="${width}${unit}" height="${height}${unit}" viewBox="0 0 ${width} ${height}">${inside}</svg>`;
}

/** At most two lines of so many characters, broken between words. */
function inLines(text: string, most: number): string[] {
  const plain = text.replaceAll(/\s+/g, ' ').trim();
  if (plain.length <= most) return [plain];
  const space = plain.lastIndexOf(' ', most);
  const end = space > most / 3 ? space : most;
  return [plain.slice(0, end), short(plain.slice(end).trim(), most)];
}

const short = (text: string, most: number) =>
  text.length > most ? `${text.slice(0, most - 1).trimEnd()}…` : text;
const n = (length: number) => Number(length.toFixed(3));

/** Text for XML, which has no room for control characters even as references. */
function escaped(text: string): string {
  const names: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text
    .replaceAll(/[\p{Cc}\uFFFE\uFFFF]/gu, ' ')
    .replaceAll(/[&<>"']/g, (character) => names[character]!);
}

/** Words that tell whoever sees a device that it has to do with someone’s health. */
const telling =
  /\b(nhs|health\w*|mental\w*|clinic\w*|hospital\w*|ward|trust|gp|surgery|care|therap\w*|psych\w*|trauma\w*|crisis|recovery|patient\w*|medic\w*|treatment|wellbeing)\b/i;

/** What a label may say of whose it is: nothing when it would tell of a clinic or of health. */
export function discreetOwner(schemeName: string): string | null {
  return telling.test(schemeName) ? null : schemeName;
}
