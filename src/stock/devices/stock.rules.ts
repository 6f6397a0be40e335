import { type DeviceStatus, firstDo, statusWords } from './device.rules.ts';
import { isInHand } from './device.states.ts';
import { canHoldData, type DeviceKind } from './device-kinds.rules.ts';

export const repairResults = ['repaired', 'not_repaired'] as const;

export const disposalWays = [
  'recycled',
  'destroyed',
  'returned_to_donor',
  'passed_on',
  'written_off',
] as const;
export type DisposalWay = (typeof disposalWays)[number];

/** Of a device that goes these ways a certificate can say that what was stored in it is destroyed; the others leave it whole. */
const certified: readonly DisposalWay[] = ['recycled', 'destroyed'];

/** What came of one line of a bulk change. `unchanged`: it was so already. */
export const bulkVerdicts = ['done', 'unchanged', 'twice', 'refused'] as const;

type Named = { assetTag: string; status: DeviceStatus };
const is = ({ assetTag, status }: Named) => `${assetTag} is ${statusWords[status]}.`;

/** Why a device cannot be moved to another place; null when it can. */
export function moveRefusal(device: Named): string | null {
  return isInHand.of(device.status) ? null : `${is(device)} ${firstDo[device.status]}`;
}

export type DeviceToDispose = Named & {
  kind: DeviceKind;
  /** Civil date on which it last came in. */
  cycleStartedOn: string;
  /** Whether its sanitisation passed since then. */
  sanitised: boolean;
  /** The open one. */
  incident: { reference: string } | null;
};
export type DisposalTerms = {
  way: DisposalWay;
  /** Civil date; null while it is not known yet. */
  disposedOn: string | null;
  destructionCertificate?: string | undefined;
};

/**
 * Why a device cannot leave the stock this way; null when it can. What can hold data leaves erased,
 * or destroyed with a certificate; what nobody has in hand can only be written off.
 */
export function disposalRefusal(device: DeviceToDispose, terms: DisposalTerms): string | null {
  const { assetTag, status, kind, sanitised, cycleStartedOn } = device;
  const { way, disposedOn, destructionCertificate } = terms;
  const isAway = status === 'lost' || status === 'due_back';
  if (way === 'written_off' && status === 'lost' && device.incident)
    return `${is(device)} Write it off in incident ${device.incident.reference}.`;
  if (way === 'written_off')
    return isAway ? null : `${is(device)} Only what is lost or never arrived is written off.`;
  if (isAway) return `${is(device)} It leaves the stock only as written off, by a manager.`;
  if (firstDo[status]) return `${is(device)} ${firstDo[status]}`;
  if (disposedOn && disposedOn < cycleStartedOn)
    return `${assetTag} came in on ${cycleStartedOn}. Give that day or a later one.`;
  if (!canHoldData(kind) || sanitised || (destructionCertificate && certified.includes(way))) return null;
  const erase = `${status === 'in_repair' ? 'Record that it is back, erase' : 'Erase'} it and record the check`;
  return certified.includes(way)
    ? `${assetTag} is not erased since it last came in. ${erase}, or give the number of its destruction certificate.`
    : `${assetTag} is not erased since it last came in. ${erase} before someone else has it.`;
}
