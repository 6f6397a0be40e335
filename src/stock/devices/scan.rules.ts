import {
  codeKey,
  isCutTag,
  readAssetTag,
  readIccid,
  readScannedImei,
  serialKeys,
} from '../../shared/codes.ts';
import { uuid } from '../../shared/ids.ts';
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
  /** The place where it is kept. */
  locationId: col.orNull(col.text),
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

/** A scan and the device that it means; `among`: those between which it has to be chosen, when it may mean several. */
export type Scanned = { code: string; device: ScannedDevice | null; among: ScannedDevice[] };

/** One way to read a scan: what it would be, and of which rank, the first that finds something counts. */
export type ReadingOfScan = { way: 'id' | 'tag' | 'imei' | 'iccid' | 'key'; value: string; rank: number };

/** Whatever a scan or a typed label may be. What begins like an asset tag is one before it is anything else. */
export function readingsOf(code: string): ReadingOfScan[] {
  if (uuid.test(code.trim())) return [{ way: 'id', value: code.trim(), rank: 0 }];
  const [tag, imei, iccid] = [readAssetTag(code), readScannedImei(code), readIccid(code)];
  return [
    ...(tag ? [{ way: 'tag' as const, value: tag, rank: codeKey(code).startsWith('LW') ? 0 : 1 }] : []),
    ...(imei ? [{ way: 'imei' as const, value: imei, rank: 1 }] : []),
    ...(iccid ? [{ way: 'iccid' as const, value: iccid, rank: 1 }] : []),
    ...serialKeys(code).map((value, place) => ({ way: 'key' as const, value, rank: place ? 2 : 1 })),
  ];
}

/**
 * The device that a scan means of those that have what was scanned: the only one; of several the only one that
 * fits, or that is still with the scheme. Else it is not guessed.
 * @param fits whether a device is what is being looked for
 */
export function chooseScanned(
  hits: { rank: number; device: ScannedDevice }[],
  fits: (device: ScannedDevice) => boolean = isOurs,
): Pick<Scanned, 'device' | 'among'> {
  const best = Math.min(...hits.map(({ rank }) => rank));
  const devices = hits.flatMap(({ rank, device }) => (rank === best ? device : []));
  for (const is of [fits, isOurs, () => true]) {
    const those = devices.filter(is);
    if (those.length)
      return those.length === 1 ? { device: those[0]!, among: [] } : { device: null, among: those };
  }
  return { device: null, among: [] };
}

/** Whether a device is out on a loan, and so may come back from one. */
export const isWithSomeone = ({ loan }: ScannedDevice) => loan !== null;

const isOurs = ({ status }: ScannedDevice) => status !== 'retired' && status !== 'gifted';

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
  /** Those between which it has to be chosen, each by its asset tag. */
  choices?: { label: string; text: string }[];
};

/**
 * Whether what was scanned may go out on a loan for a referral, or for a place (null), in words.
 * @param needsData whether data is among what is needed
 */
export function issueVerdict(scan: Scanned, referralId: string | null, needsData = true): Verdict {
  const { device } = scan;
  if (!device) return noVerdict(scan);
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
  if (!device) return noVerdict(scan);
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
export function notOnLoan(scan: Scanned): string {
  const { device } = scan;
  if (!device) return whyNone(scan);
  const { assetTag, status } = device;
  if (status === 'in_preparation')
    return `${assetTag} is on no loan: it is being prepared. ${preparationWords(device)}`;
  return `${assetTag} is on no loan: it is ${statusWords[status]}.`;
}

/** What is said of a scan that names no device, or several. */
export const noVerdict = (scan: Scanned): Verdict => ({
  ok: false,
  status: scan.among.length ? 'several' : 'not_ours',
  text: whyNone(scan),
  ...(scan.among.length && { choices: scan.among.map(choiceOf) }),
});

const choiceOf = ({ assetTag, make, model, status }: ScannedDevice) => ({
  label: assetTag,
  text: `${make} ${model}, ${statusWords[status]}`,
});

/** Why a scan names no device: nothing here has it, or several have it and it has to be said which. */
export function whyNone({ code, among }: Scanned): string {
  if (among.length) {
    const named = among.map((device) => `${device.assetTag} (${choiceOf(device).text})`);
    return `“${code}” is on ${named.slice(0, -1).join(', ')} and ${named.at(-1)}. Scan the asset tag of the one you have in hand.`;
  }
  return isCutTag(code)
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
