import { readAssetTag } from '../../shared/ids.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { checkKinds, deviceStatuses, statusWords } from './device.rules.ts';
import { kindsOfDevice, wantsDataPlan } from './device-kinds.rules.ts';
import { isWithoutItsData, Unfit, unfitFor, unfitRemedies, unfitWords } from './fitness.rules.ts';
import { isFor, mayGoOut } from './going-out.rules.ts';

/** A device as a scan finds it, with what decides whether it may go out or come back. */
export const ScannedDevice = {
  id: col.text,
  assetTag: col.text,
  kind: col.keyOf(kindsOfDevice),
  make: col.text,
  model: col.text,
  status: col.oneOf(deviceStatuses),
  condition: col.orNull(col.text),
  openChecks: col.listOf(col.oneOf(checkKinds)),
  hasDataPlan: col.boolean,
  /** Its data plan is active: neither suspended nor ended nor over. */
  hasActiveData: col.boolean,
  dataExpiresOn: col.orNull(col.text),
  /** What keeps it from being offered, ready or held as it is. */
  unfit: col.listOf(col.object(Unfit)),
  /** The referral that an allocation holds it for. */
  heldFor: col.orNull(col.text),
  /** A check has run out or is open, though the device is ready or reserved. */
  hasOpenCheck: col.boolean,
  /** The open loan that has it. */
  loan: col.orNull(col.object({ id: col.text, reference: col.text, itemId: col.text })),
};
export type ScannedDevice = RowOf<typeof ScannedDevice>;

export const Scanned = { code: col.text, device: col.orNull(col.object(ScannedDevice)) };
export type Scanned = RowOf<typeof Scanned>;

/**
 * What an officer is told of a scan: whether it may go out, its status, why in words, and the record to look at.
 * `wants`: it may, and there is something to see to first.
 */
export type Verdict = {
  ok: boolean;
  wants?: boolean;
  status: string;
  text: string;
  link?: { href: string; text: string };
};

/**
 * Whether what was scanned may go out on a loan for a referral, or for a place (null), in words.
 * @param needsData whether data is among what is needed
 */
export function issueVerdict(
  { code, device }: Scanned,
  referralId: string | null,
  needsData = true,
): Verdict {
  if (!device) return { ok: false, status: 'not_ours', text: unknownLabel(code) };
  const { status, loan, heldFor } = device;
  if (mayGoOut(device, referralId)) {
    const text = readyWords(device);
    const [first] = unfitFor(device.unfit, needsData);
    return first
      ? { ok: true, wants: true, status: first.reason, text, link: whereToMend(device, first) }
      : { ok: true, status: 'ready', text };
  }
  if (isFor(device, referralId))
    return {
      ok: false,
      status: 'check_due',
      text: 'A check of it ran out. Record it again before it goes out.',
      link: { href: `/devices/${device.id}`, text: 'Do the check' },
    };
  if (loan)
    return {
      ok: false,
      status,
      text: 'On another loan.',
      link: { href: `/loans/${loan.id}`, text: `See loan ${loan.reference}` },
    };
  if (status === 'in_preparation')
    return {
      ok: false,
      status,
      text: preparationWords(device),
      link: { href: `/devices/${device.id}`, text: 'Do the checks' },
    };
  if (status === 'reserved' && heldFor)
    return {
      ok: false,
      status,
      text: 'Held for another referral.',
      link: { href: `/referrals/${heldFor}`, text: 'See that referral' },
    };
  return {
    ok: false,
    status,
    text: `It is ${statusWords[status]}.`,
    link: { href: `/devices/${device.id}`, text: 'See the device' },
  };
}

/** Whether what was scanned may come back, in words. */
export function returnVerdict(scan: Scanned): Verdict {
  const { device } = scan;
  if (!device) return { ok: false, status: 'not_ours', text: notOnLoan(scan) };
  if (device.loan)
    return {
      ok: true,
      status: device.status,
      text: `Loan ${device.loan.reference}.`,
      link: { href: `/loans/${device.loan.id}`, text: 'See the loan' },
    };
  const arrives = device.status === 'due_back' ? 'It was replaced and is expected.' : notOnLoan(scan);
  const text = device.status === 'due_back' ? 'Write down that it arrived' : 'See the device';
  return { ok: false, status: device.status, text: arrives, link: { href: `/devices/${device.id}`, text } };
}

/** Why what was scanned cannot come back: it is not ours, or on no loan. */
export function notOnLoan({ code, device }: Scanned): string {
  if (!device) return unknownLabel(code);
  const { assetTag, status } = device;
  if (status === 'in_preparation')
    return `${assetTag} is on no loan: it is being prepared. ${preparationWords(device)}`;
  return `${assetTag} is on no loan: it is ${statusWords[status]}.`;
}

/** What to say of a label that no device here has. */
export function unknownLabel(code: string): string {
  const cut = /^\s*LW/i.test(code) && !readAssetTag(code);
  return cut
    ? `“${code}” is not a whole asset tag. Scan it again.`
    : `No device here has the label or number “${code}”.`;
}

/** What is said of a device that may go out: of its holding, of what there is to see to, of its data. */
function readyWords({ kind, hasDataPlan, dataExpiresOn, status, unfit }: ScannedDevice): string {
  return [
    status === 'reserved' ? 'Held for this referral.' : '',
    ...unfit.map((one) => `${unfitWords(one)} ${toDo[one.reason]}`),
    hasDataPlan && !dataExpiresOn && !isWithoutItsData(unfit) ? 'With mobile data, not started yet.' : '',
    !hasDataPlan && wantsDataPlan(kind) ? 'No data plan is recorded for it.' : '',
  ]
    .filter(Boolean)
    .join(' ');
}

/** Whoever scans it has it in hand, and so has found it. */
const toDo = { ...unfitRemedies, not_seen: 'You have it in hand: once it is issued, it counts as found.' };

const whereToMend = ({ id, assetTag }: ScannedDevice, { reason }: Unfit) => ({
  href: `/devices/${id}`,
  text: reason === 'not_seen' ? `Record that ${assetTag} is here` : `See ${assetTag}`,
});

const preparationWords = ({ openChecks }: ScannedDevice) =>
  openChecks.length ? `Still to do: ${openChecks.join(', ')}.` : '';
