import { listDonors, listLocations } from '../../scheme/organisations/organisation.queries.ts';
import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { type App, idParams, strictObject } from '../../shared/http.ts';
import { line } from '../../shared/schemas.ts';
import { besideTheOther, versionToSend } from '../../web/edit-conflict.ts';
import { fields, type Typed } from '../../web/forms.ts';
import { formPage } from '../../web/submit.ts';
import { changeDonation, donationTag } from './change.commands.ts';
import { DonationChange } from './change.schemas.ts';
import { getDonation } from './donation.queries.ts';
import { type Donation, NewDonation } from './donation.schemas.ts';

const { reference, locationId, notes } = DonationChange.properties;
/** The form names the donor in words. */
const DonationForm = strictObject({
  donor: strictObject({ name: line(200) }),
  receivedOn: NewDonation.properties.receivedOn,
  reference,
  locationId,
  notes,
});
const words = {
  'donor.name': 'Enter who gave the devices',
  receivedOn: 'Enter the date they arrived',
};

/** /donations/:id/change: what was recorded of a donation, put right. */
export function changeDonationPages(app: App, deps: Deps): void {
  formPage(app, '/donations/:id/change', {
    action: 'donations.record',
    params: idParams,
    view: 'stock/donations/views/change.njk',
    async show(sent, { params: { id } }) {
      const [donation, donors, locations] = await Promise.all([
        getDonation(deps.db, id, today(deps.clock)),
        listDonors(deps.db),
        listLocations(deps.db),
      ]);
      const form = besideTheOther(sent, typedOf(donation));
      return { donation, donors, locations, form, version: versionToSend(form, donationTag(donation)) };
    },
    async take(typed, { ctx, params: { id } }) {
      const said = fields(DonationForm, typed, words);
      const whole = { reference: null, locationId: null, notes: null, ...said };
      const done = await changeDonation(deps, { ...ctx, ifMatch: String(typed.version ?? '') }, id, whole);
      return {
        href: `/donations/${id}`,
        text: done.changed.length ? 'The details are changed.' : 'The details say the same as before.',
      };
    },
  });
}

const typedOf = ({ donor, receivedOn, donorReference, location, notes }: Donation): Typed => ({
  'donor.name': donor.name,
  receivedOn,
  reference: donorReference ?? '',
  locationId: location?.id ?? '',
  notes: notes ?? '',
});
