import { date, inWords, lower } from '../../shared/formats.ts';
import type { Device } from './device.schemas.ts';

/** Who has a device, by the name that may be told to whoever reads it. Days are civil dates. */
export type HeldBy = { name: string; since: string };

/** A device in words, such as `Samsung Galaxy Tab A8 tablet`; its kind once. */
export function nameOf({ make, model, kind }: Pick<Device, 'make' | 'model' | 'kind'>): string {
  const [name, what] = [`${make} ${model}`, lower(inWords(kind))];
  return name.toLowerCase().includes(what.toLowerCase()) ? name : `${name} ${what}`;
}

/**
 * How a device stands, in one sentence.
 * @param heldBy who has it, where who reads it may know that
 */
export function deviceStanding(device: Device, heldBy: HeldBy | undefined): string {
  const { status, location, openChecks, unfit, repair, disposal } = device;
  const at = location ? ` It is kept at ${location.name}.` : '';
  const has = heldBy ? `${heldBy.name} has had it since ${date(heldBy.since)}.` : '';
  switch (status) {
    case 'in_preparation':
      return openChecks.length
        ? `Being prepared. To do: ${openChecks.map(inWords).join(', ').toLowerCase()}.${at}`
        : `Being prepared.${at}`;
    case 'ready':
      return `${unfit.length ? 'Not to be lent as it is.' : 'Ready to lend.'}${at}`;
    case 'reserved':
      return `Held for someone.${at}`;
    case 'on_loan':
      return has || 'It is on loan.';
    case 'due_back':
      return `It is on its way back to us. ${has}`.trim();
    case 'in_repair':
      return repair
        ? `In repair since ${date(repair.sentOn)}${repair.expectedBackOn ? `, expected back on ${date(repair.expectedBackOn)}` : ''}.`
        : 'To be repaired: say where it goes.';
    case 'lost':
      return 'It is lost. If it turns up, record that it is here.';
    case 'gifted':
      return 'It was given to keep.';
    case 'retired':
      return disposal ? `It left the stock on ${date(disposal.disposedOn)}.` : 'It left the stock.';
  }
}
