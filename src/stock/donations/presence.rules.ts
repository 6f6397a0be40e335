import { date } from '../../shared/formats.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { deviceStatuses, statusWords } from '../devices/device.rules.ts';

/** What shows that a device was there. */
export const SignsOfDevice = {
  status: col.oneOf(deviceStatuses),
  cycle: col.number,
  /** The day of its first check, whatever came of it. */
  checkedOn: col.orNull(col.text),
  /** The day on which a stocktake first saw it. */
  scannedOn: col.orNull(col.text),
  wasLent: col.boolean,
  /** A loan of it is recorded, by mistake or not, whose story names it. */
  hadLoan: col.boolean,
  /** A photo or paper of it is or was kept, whose story names it. */
  hadPapers: col.boolean,
  wasHeld: col.boolean,
  wasInRepair: col.boolean,
  hasSim: col.boolean,
  hadSim: col.boolean,
};
export type SignsOfDevice = RowOf<typeof SignsOfDevice>;

/** Why a device is not taken out of its donation as one that was never there; null where it can be. */
export function takingOutRefusal(signs: SignsOfDevice): string | null {
  const { status, cycle, checkedOn, scannedOn, wasLent, wasHeld, wasInRepair, hasSim, hadSim } = signs;
  if (hasSim) return 'A SIM is recorded in it. Take that out first.';
  const sign =
    (wasLent && 'It was lent') ||
    (wasHeld && 'It was held for a referral') ||
    (wasInRepair && 'It was sent for repair') ||
    (checkedOn && `A check of it was recorded on ${date(checkedOn)}`) ||
    (scannedOn && `A stocktake saw it on ${date(scannedOn)}`) ||
    (hadSim && 'A SIM was in it') ||
    (cycle > 1 && 'It was prepared more than once') ||
    (!['in_preparation', 'lost'].includes(status) && `It is ${statusWords[status]}`);
  if (sign) return `${sign}, so it was there. Retire it or write it off where it is gone.`;
  const story = (signs.hadLoan && 'A loan of it was') || (signs.hadPapers && 'A photo or paper of it was');
  return story ? `${story} recorded, and its story stays. Retire it or write it off where it is gone.` : null;
}

/** What happened to a device of a donation, on a day before which it had arrived. */
export const Happening = {
  assetTag: col.text,
  what: col.oneOf([
    'checked',
    'lent',
    'held',
    'sent for repair',
    'seen at a stocktake',
    'prepared again',
    'retired',
  ]),
  on: col.text,
};
export type Happening = RowOf<typeof Happening>;

/** Why a donation cannot have arrived on a day: what had happened to one of its devices before. */
export function arrivalRefusal(receivedOn: string, first: Happening | undefined): string | null {
  if (!first || receivedOn <= first.on) return null;
  return `${first.assetTag} was ${first.what} on ${date(first.on)}. Give that day or an earlier one.`;
}
