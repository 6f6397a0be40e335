import { count } from '../../shared/formats.ts';
import { type FieldError, invalid, Problem, toProblem } from '../../shared/problem.ts';
import type { Form, Typed } from '../../web/forms.ts';
import { conditions, deviceKinds } from '../devices/device.rules.ts';

/** The fields of a line that its devices have in common. */
const shared = ['kind', 'make', 'model', 'condition'] as const;
/** What tells one device from another, as a scanner brings it. */
const scanned = ['serialNumber', 'serials', 'imei'] as const;
const mostDevices = 500;

/** The lines of a form as devices: the form with a line for each, and which line each of them is of. */
export type Unfolded = {
  typed: Typed;
  lineOf: number[];
  /** The lines that took kind, make and model of the line above, counted from 1. */
  copied: number[];
};

type Line = Partial<Record<(typeof shared)[number] | (typeof scanned)[number] | 'count', string>>;

/**
 * Reads lines of devices, of which one may stand for several: as many as serial numbers were scanned into it, or as its
 * count says. A line without anything but a condition is left out. One with nothing but what a scanner brings takes kind,
 * make and model of the line above, and its condition where it has none.
 * @param typed a form with `devices.0.kind`, `devices.0.serials` and so on
 * @throws Problem `invalid` with the faults of count and serial numbers
 */
export function unfoldLines(typed: Typed): Unfolded {
  const errors: FieldError[] = [];
  const copied: number[] = [];
  const devices: { place: number; line: Line }[] = [];
  let above: Line | undefined;
  for (const [place, sent] of linesOf(typed)) {
    if (isEmpty(sent)) continue;
    const takes = above !== undefined && hasOnlyScans(sent);
    const line = takes ? { ...above, ...filled(sent) } : sent;
    if (takes) copied.push(place + 1);
    above = Object.fromEntries(shared.map((name) => [name, line[name] ?? '']));
    const { faults, serials } = devicesOf(line, place);
    errors.push(...faults);
    if (!faults.length)
      devices.push(...serials.map((serialNumber) => ({ place, line: { ...line, serialNumber } })));
  }
  if (devices.length > mostDevices)
    errors.push({
      pointer: `/devices/${devices[mostDevices]!.place}/count`,
      message: `These are ${devices.length} devices. Record at most ${mostDevices} at once.`,
    });
  if (errors.length) throw invalid(...errors);
  const rest = Object.entries(typed).filter(([name]) => !lineName.test(name));
  const rows = devices.flatMap(({ line: { count: _count, serials: _serials, ...line } }, row) =>
    Object.entries(line).map(([name, value]) => [`devices.${row}.${name}`, value]),
  );
  return {
    typed: Object.fromEntries([...rest, ...rows]),
    lineOf: devices.map(({ place }) => place),
    copied,
  };
}

/**
 * Does something with unfolded lines. Its faults are told of the lines as they were typed: what is wrong with several
 * devices of one line once, and what is wrong with one of several with its serial number.
 */
export async function ofLines<T>({ typed, lineOf }: Unfolded, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const problem = toProblem(error);
    if (!problem.errors?.length) throw error;
    const { type, errors, detail, extra } = problem;
    const told = new Map<string, Set<string>>();
    for (const { pointer, message } of errors) {
      const fault = ofLine(typed, lineOf, pointer, message);
      told.set(fault.pointer, (told.get(fault.pointer) ?? new Set()).add(fault.message));
    }
    const merged = [...told].map(([pointer, messages]) => ({ pointer, message: [...messages].join(' ') }));
    throw new Problem(type, { ...extra, ...(detail && { detail }), errors: merged });
  }
}

/** What the page says of lines that took what the line above says; empty when there is none. */
export function copiedWords(lines: number[]): string {
  if (!lines.length) return '';
  const named =
    lines.length === 1 ? `Line ${lines[0]}` : `Lines ${lines.slice(0, -1).join(', ')} and ${lines.at(-1)}`;
  return ` ${named} took kind, make and model of the line above.`;
}

/**
 * What the template needs to show lines: each with its faults told once, and those that nobody has filled in with the
 * condition that is usual here.
 */
export function linesView(form: Form, rows: number, condition = '') {
  const typed = { ...form.typed };
  for (let row = 0; row < rows; row++) typed[`devices.${row}.condition`] ??= condition;
  const lineFaults: Record<string, string> = {};
  const summary: Form['summary'] = [];
  for (const fault of form.summary) {
    const row = /^devices\.(\d+)\./.exec(fault.name ?? '')?.[1];
    const text = fault.text.replace(/\.$/, '');
    if (row && row in lineFaults) lineFaults[row] += `. ${text}`;
    else if (row) lineFaults[row] = text;
    if (!row || !summary.some(({ name }) => name?.startsWith(`devices.${row}.`))) summary.push(fault);
  }
  return {
    form: {
      ...form,
      typed,
      summary: summary.map((fault) => {
        const row = /^devices\.(\d+)\./.exec(fault.name ?? '')?.[1];
        return row ? { ...fault, text: `Line ${Number(row) + 1}: ${lineFaults[row]}` } : fault;
      }),
    },
    lineFaults,
    rows,
    kinds: deviceKinds,
    conditions,
  };
}

const lineName = /^devices\.(\d{1,3})\.(\w+)$/;

function linesOf(typed: Typed): [number, Line][] {
  const lines = new Map<number, Record<string, string>>();
  for (const [name, value] of Object.entries(typed)) {
    const [, place, field] = lineName.exec(name) ?? [];
    if (!place) continue;
    const line = lines.get(Number(place)) ?? {};
    line[field!] = [value].flat()[0]!.trim();
    lines.set(Number(place), line);
  }
  return [...lines].sort(([one], [other]) => one - other);
}

const filled = (line: Line) => Object.fromEntries(Object.entries(line).filter(([, value]) => value));
const isEmpty = ({ condition: _condition, ...line }: Line) => Object.values(line).every((value) => !value);
const hasOnlyScans = ({ kind, make, model, ...line }: Line) =>
  !kind && !make && !model && scanned.some((name) => line[name]);

/** The serial numbers of the devices that a line stands for, empty for those without one. */
function devicesOf(line: Line, place: number): { faults: FieldError[]; serials: string[] } {
  const faults: FieldError[] = [];
  const refuse = (field: string, message: string) =>
    faults.push({ pointer: `/devices/${place}/${field}`, message });
  const listed = (line.serials ?? '').split('\n').flatMap((serial) => serial.trim() || []);
  const serials = [...(line.serialNumber ? [line.serialNumber] : []), ...listed];
  const twice = serials.filter((serial, at) => serials.indexOf(serial) !== at);
  if (twice.length) refuse('serials', `Scanned twice: ${[...new Set(twice)].join(', ')}.`);
  const said = line.count ? Number(line.count) : undefined;
  if (said !== undefined && !(Number.isInteger(said) && said >= 1 && said <= mostDevices))
    refuse('count', `Enter how many there are, from 1 to ${mostDevices}.`);
  else if (said !== undefined && serials.length && said !== serials.length)
    refuse(
      'count',
      `It says ${said}, and ${count(serials.length, 'serial number is', 'serial numbers are')} there.`,
    );
  const many = Math.max(said ?? 1, serials.length);
  if (line.imei && many > 1) refuse('imei', 'An IMEI is of one device. Give that device a line of its own.');
  return { faults, serials: serials.length ? serials : Array<string>(faults.length ? 1 : many).fill('') };
}

function ofLine(typed: Typed, lineOf: number[], pointer: string, message: string): FieldError {
  const [, device, field] = /^\/devices\/(\d+)(?:\/(\w+))?/.exec(pointer) ?? [];
  const place = lineOf[Number(device)];
  if (place === undefined) return { pointer, message };
  // A fault that names another device names its line.
  const told = message.replace(
    /device (\d+) of this list/,
    (_, other) => `in line ${lineOf[Number(other) - 1]! + 1}`,
  );
  const isOneOfMany = field === 'serialNumber' && lineOf.filter((one) => one === place).length > 1;
  return isOneOfMany
    ? { pointer: `/devices/${place}/serials`, message: `${typed[`devices.${device}.serialNumber`]}: ${told}` }
    : { pointer: `/devices/${place}/${field ?? 'kind'}`, message: told };
}
