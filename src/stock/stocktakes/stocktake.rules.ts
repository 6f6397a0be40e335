import { col, type RowOf } from '../../shared/rows.ts';
import { deviceStatuses, mayBe, statusWords } from '../devices/device.rules.ts';
import { isOnShelf } from '../devices/device.states.ts';
import { kindsOfDevice } from '../devices/device-kinds.rules.ts';
import { Unfit } from '../devices/fitness.rules.ts';

export const stocktakeStatuses = ['open', 'closed'] as const;

/** What a line of a stocktake says of its device; `left` went away between start and closing, as it may. */
export const lineVerdicts = ['expected', 'found', 'missing', 'left', 'unexpected'] as const;
export type LineVerdict = (typeof lineVerdicts)[number];

export const scanVerdicts = ['found', 'unexpected', 'twice', 'unknown'] as const;

/** What may be done next about a line, by a button of the stocktake. */
export const nextSteps = ['keep_here', 'record_found', 'record_loss'] as const;
export type NextStep = (typeof nextSteps)[number];

export const CountedDevice = {
  id: col.text,
  assetTag: col.text,
  kind: col.keyOf(kindsOfDevice),
  make: col.text,
  model: col.text,
  status: col.oneOf(deviceStatuses),
  /** What keeps it from being offered, but for what runs out by a date. */
  unfit: col.listOf(col.object(Unfit)),
  /** Where it is kept. */
  location: col.orNull(col.object({ id: col.text, name: col.text })),
  /** The open loan that has it. */
  loan: col.orNull(col.object({ id: col.text, reference: col.text, itemId: col.text })),
};
export type CountedDevice = RowOf<typeof CountedDevice>;

export const CountedLine = {
  device: col.object(CountedDevice),
  verdict: col.oneOf(lineVerdicts),
  scannedAt: col.orNull(col.text),
  scannedBy: col.orNull(col.text),
  /** It was scanned in another stocktake after this one had closed. */
  seenSince: col.boolean,
  /** It was missed, and was seen since in whatever way. */
  foundSince: col.boolean,
};
export type CountedLine = RowOf<typeof CountedLine>;

/** Why a line is as it is and what to do about it, as the device stands now. */
export type Told = { text: string; next: NextStep | null; link: { href: string; text: string } | null };

export function standsAt(device: Pick<CountedDevice, 'status' | 'location'>, locationId: string): boolean {
  return device.location?.id === locationId && isOnShelf.of(device.status);
}

const nothing: Told = { text: '', next: null, link: null };

/** What to say of a line of a stocktake at this location. */
export function tellOfLine(line: CountedLine, locationId: string): Told {
  const { device, verdict } = line;
  if (verdict === 'expected') return nothing;
  if (verdict === 'unexpected') return whyUnexpected(device, locationId);
  if (verdict === 'missing') return ofMissing(line, locationId);
  if (standsAt(device, locationId)) return nothing;
  return { ...nothing, text: whereabouts(device), link: recordOf(device) };
}

function ofMissing(line: CountedLine, locationId: string): Told {
  const { device } = line;
  const refusal = lossRefusal(line, locationId);
  if (!refusal) return { ...nothing, next: 'record_loss' };
  if (device.status === 'lost') return { ...nothing, text: 'Recorded as lost.' };
  const text = line.seenSince
    ? 'It was scanned since.'
    : line.foundSince
      ? 'It was found since.'
      : standsAt(device, locationId)
        ? ''
        : whereabouts(device);
  return { ...nothing, text, link: recordOf(device) };
}

/** Why a device that a stocktake missed cannot be recorded as lost; undefined when it can. */
export function lossRefusal(line: CountedLine, locationId: string): string | undefined {
  const { device, verdict, seenSince } = line;
  if (verdict !== 'missing') return `${device.assetTag} is not missing in this stocktake.`;
  if (device.status === 'lost') return `${device.assetTag} is recorded as lost already.`;
  if (seenSince) return `${device.assetTag} was scanned in another stocktake since.`;
  if (line.foundSince) return `${device.assetTag} was found since.`;
  if (!mayBe('missing at stocktake', device.status))
    return `${device.assetTag} is ${statusWords[device.status]}.`;
  if (device.location?.id !== locationId)
    return `${device.assetTag} is kept ${device.location ? `at ${device.location.name}` : 'at no place'} now.`;
  return undefined;
}

/** Why a device cannot be kept from now on where a stocktake found it; undefined when it can. */
export function keepRefusal(line: CountedLine, locationId: string): string | undefined {
  const { device, verdict } = line;
  if (verdict !== 'unexpected') return `${device.assetTag} was not unexpected in this stocktake.`;
  if (!isOnShelf.of(device.status))
    return `${device.assetTag} is ${statusWords[device.status]}. Only a device in stock can be kept here.`;
  if (device.location?.id === locationId) return `${device.assetTag} is kept here already.`;
  return undefined;
}

function whyUnexpected(device: CountedDevice, locationId: string): Told {
  const { status, location, loan } = device;
  const link = recordOf(device);
  if (standsAt(device, locationId)) return { text: 'It is kept here now.', next: null, link: null };
  switch (status) {
    case 'on_loan':
      return loan
        ? {
            text: `It is on loan ${loan.reference}. Take it back, or give it to its borrower.`,
            next: null,
            link: { href: `/loans/${loan.id}/return?item=${loan.itemId}`, text: 'Take it back' },
          }
        : { text: 'It is on loan.', next: null, link };
    case 'due_back':
      return { text: 'It was due back. Record on its page that it has arrived.', next: null, link };
    case 'in_repair':
      return { text: 'It is in repair. Record on its page that it is back.', next: null, link };
    case 'lost':
      return {
        text: 'It was recorded as lost. Record that it is found.',
        next: 'record_found',
        link: null,
      };
    case 'retired':
      return { text: 'It is retired. Put it aside for disposal.', next: null, link };
    case 'gifted':
      return { text: 'It was given as a gift. Find out whose it is.', next: null, link };
    default:
      return {
        text: location
          ? `It is kept at ${location.name}. Take it there, or keep it here from now on.`
          : 'No place is recorded for it. Keep it here from now on.',
        next: 'keep_here',
        link: null,
      };
  }
}

/** Where a device is that does not stand on the shelf. */
function whereabouts({ status, location, loan }: CountedDevice): string {
  if (loan) return `It is on loan ${loan.reference}.`;
  if (isOnShelf.of(status))
    return location ? `It is kept at ${location.name} now.` : 'No place is recorded for it.';
  return `It is ${statusWords[status]}.`;
}

const recordOf = ({ id, assetTag, loan }: CountedDevice) =>
  loan
    ? { href: `/loans/${loan.id}`, text: `See loan ${loan.reference}` }
    : { href: `/devices/${id}`, text: `See ${assetTag}` };
