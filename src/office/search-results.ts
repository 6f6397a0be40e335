import { date, inWords } from '../shared/formats.ts';
import { shownStatus } from '../stock/devices/fitness.rules.ts';
import type { Found } from './search.schemas.ts';

type Cell = { text?: string; href?: string; status?: string; classes?: string };
/** What was found of one kind: a table whose first column leads to each. */
type FoundGroup = { title: string; columns: { text: string; classes?: string }[]; rows: Cell[][] };

/** What a search found, kind by kind as a page shows it; kinds of which nothing was found are left out. */
export function foundGroups(found: Found): FoundGroup[] {
  const byReference = (
    title: string,
    path: string,
    items: { id: string; reference: string; status: string }[],
  ) => ({
    title,
    columns: [{ text: 'Reference' }, { text: 'Status' }],
    rows: items.map(({ id, reference, status }) => [{ text: reference, href: `${path}/${id}` }, { status }]),
  });
  return [
    {
      title: 'Patients',
      columns: [{ text: 'Name' }, { text: 'Date of birth' }],
      rows: found.patients.map((one) => [
        {
          text: `${one.givenName} ${one.familyName}${one.preferredName ? ` (${one.preferredName})` : ''}`.trim(),
          href: `/patients/${one.id}`,
        },
        { text: date(one.dateOfBirth) },
      ]),
    },
    {
      title: 'Devices',
      columns: [{ text: 'Asset tag', classes: 'app-nowrap' }, { text: 'Device' }, { text: 'Status' }],
      rows: found.devices.map(({ id, assetTag, kind, make, model, ...state }) => [
        { text: assetTag, href: `/devices/${id}` },
        { text: `${inWords(kind)}, ${make} ${model}` },
        { status: shownStatus(state) },
      ]),
    },
    byReference('Loans', '/loans', found.loans),
    byReference('Referrals', '/referrals', found.referrals),
    byReference('Incidents', '/incidents', found.incidents),
    {
      title: 'Donations',
      columns: [{ text: 'Reference' }, { text: 'Arrived' }],
      rows: found.donations.map(({ id, reference, receivedOn }) => [
        { text: reference, href: `/donations/${id}` },
        { text: date(receivedOn) },
      ]),
    },
    byReference('Stocktakes', '/stocktakes', found.stocktakes),
    {
      title: 'Mobile data',
      columns: [{ text: 'SIM number (ICCID)' }, { text: 'Network' }, { text: 'Status' }],
      rows: found.dataPlans.map(({ id, iccid, network, status }) => [
        { text: iccid, href: `/data-plans/${id}` },
        { text: network },
        { status },
      ]),
    },
  ].filter(({ rows }) => rows.length > 0);
}
