import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { count } from '../../shared/formats.ts';
import { strictObject } from '../../shared/http.ts';
import { line } from '../../shared/schemas.ts';
import { readAside } from '../../shared/sheet-file.ts';
import { fields, type Typed } from '../../web/forms.ts';
import { wherePossible } from '../../web/sheet-form.ts';
import type { SheetKind } from '../../web/sheet-work.ts';
import { assertDonationFits } from './donation.rules.ts';
import { NewDonation } from './donation.schemas.ts';
import { importRead, type Preview, previewImport, readImportAside } from './import.commands.ts';
import { countImport } from './import.rules.ts';

const { receivedOn, reference, locationId, another } = NewDonation.properties;
const ImportForm = strictObject({
  donor: strictObject({ name: line(200) }),
  receivedOn,
  reference,
  locationId,
  another,
});
const words = {
  'donor.name': 'Enter who gave the devices',
  receivedOn: 'Enter the date they arrived',
};

/**
 * What is typed beside a donor's spreadsheet.
 * @throws Problem `invalid`
 */
export function readImportForm({ clock }: Pick<Deps, 'clock'>, typed: Typed) {
  const input = fields(ImportForm, typed, words);
  assertDonationFits(input, today(clock));
  return input;
}

/** A donor's spreadsheet as pages and the worker take it. */
export const donationSheet: SheetKind<Preview> = {
  name: 'donation',
  action: 'donations.record',
  count: (csv) => readAside(new URL('./import.rules.ts', import.meta.url), { countImport }, csv),
  judge: (deps, db, { csv, typed }, report) =>
    previewImport(
      { ...deps, db },
      csv,
      wherePossible(() => readImportForm(deps, typed)),
      report,
    ),
  async save(work, { csv, typed }, how) {
    const input = readImportForm(work.deps, typed);
    const { donation, lines } = await importRead(work, await readImportAside(csv), input, how);
    const leftOut = lines.length - donation.devices.length;
    const rest = leftOut ? ` ${count(leftOut, 'faulty line was', 'faulty lines were')} left out.` : '';
    return {
      href: `/donations/${donation.id}`,
      text: `Donation ${donation.reference} is recorded with ${count(donation.devices.length, 'device')}.${rest}`,
      link: {
        href: `/labels/print?donationId=${donation.id}`,
        text: `Next: print ${count(donation.devices.length, 'label')}`,
      },
    };
  },
};
