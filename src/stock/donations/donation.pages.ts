import Type from 'typebox';
import { may } from '../../access/permissions.ts';
import { listDonors, listLocations } from '../../scheme/organisations/organisation.queries.ts';
import type { Context } from '../../shared/actor.ts';
import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { timelineOf } from '../../shared/event.queries.ts';
import { count, date } from '../../shared/formats.ts';
import { type App, idParams, strictObject } from '../../shared/http.ts';
import { listQuery } from '../../shared/lists.ts';
import { line } from '../../shared/schemas.ts';
import { type Form, fields, newForm, type Typed } from '../../web/forms.ts';
import { listFile } from '../../web/list-file.ts';
import { formPage } from '../../web/submit.ts';
import { timelineLines } from '../../web/timeline.view.ts';
import { ForgottenDevices } from './change.schemas.ts';
import { copiedWords, linesView, ofLines, unfoldLines } from './device-lines.view.ts';
import { recordDonation } from './donation.commands.ts';
import { countDonations, getDonation, listDonations, usualOf } from './donation.queries.ts';
import { type Donation, DonationQuery, NewDonation } from './donation.schemas.ts';
import { addForgotten } from './lines.commands.ts';

/** The form names the donor in words; the rest is as the API takes it. */
const DonationForm = strictObject({ ...NewDonation.properties, donor: strictObject({ name: line(200) }) });
const rowsAtOnce = 5;
const newView = 'stock/donations/views/new.njk';
const addView = 'stock/donations/views/add-devices.njk';
const words = {
  'donor.name': 'Enter who gave the devices',
  receivedOn: 'Enter the date they arrived',
  devices: 'Enter at least one device',
  'devices.*.kind': 'Choose what kind of device it is',
  'devices.*.make': 'Enter the make',
  'devices.*.model': 'Enter the model',
};

/** /donations: what donors brought, and recording a delivery. */
export function donationPages(app: App, deps: Deps): void {
  listFile(app, deps, {
    name: 'donations',
    query: DonationQuery,
    list: (query) => listDonations(deps.db, query),
    count: () => countDonations(deps.db),
    columns: {
      Donation: ({ reference }) => reference,
      Donor: ({ donor }) => donor.name,
      'Donor’s reference': ({ donorReference }) => donorReference,
      Arrived: ({ receivedOn }) => receivedOn,
      Place: ({ location }) => location?.name ?? null,
      Devices: ({ deviceCount }) => deviceCount,
    },
    dates: ['Arrived'],
  });

  app.get(
    '/donations',
    { config: { action: 'donations.read' }, schema: { querystring: DonationQuery } },
    async (request, reply) => {
      const [list, count] = await Promise.all([
        listDonations(deps.db, request.query),
        countDonations(deps.db),
      ]);
      const { order, sort, after } = request.query;
      const filters = { ...(order && { order }), ...(sort && { sort }) };
      const query = new URLSearchParams(filters).toString();
      return reply.page('stock/donations/views/list.njk', { ...list, count, filters, query, after });
    },
  );

  formPage(app, '/donations/new', {
    action: 'donations.record',
    view: newView,
    show: (form, { ctx }) => formView(ctx, form, rowsShown(form?.typed ?? {})),
    async take(typed, { ctx }, reply) {
      if (typed.add)
        return reply.page(newView, await formView(ctx, newForm(typed), rowsShown(typed) + rowsAtOnce));
      const unfolded = unfoldLines(typed);
      const donation = await ofLines(unfolded, () =>
        recordDonation(deps, ctx, fields(DonationForm, unfolded.typed, words)),
      );
      return {
        href: `/donations/${donation.id}`,
        text: `Donation ${donation.reference} is recorded with ${count(donation.devices.length, 'device')}.${copiedWords(unfolded.copied)}`,
        link: labelsNext(ctx, donation.id, donation.devices.length),
      };
    },
  });

  formPage(app, '/donations/:id/devices/new', {
    action: 'donations.record',
    params: idParams,
    view: addView,
    show: (form = newForm(), { ctx, params }) => addingView(ctx, params.id, form, rowsShown(form.typed)),
    async take(typed, { ctx, params: { id } }, reply) {
      if (typed.add)
        return reply.page(addView, await addingView(ctx, id, newForm(typed), rowsShown(typed) + rowsAtOnce));
      const unfolded = unfoldLines(typed);
      const { devices } = await ofLines(unfolded, () =>
        addForgotten(deps, ctx, id, fields(ForgottenDevices, unfolded.typed, words)),
      );
      return {
        href: `/donations/${id}`,
        text: `${count(devices.length, 'device is', 'devices are')} added.${copiedWords(unfolded.copied)}`,
        link: labelsNext(ctx, id, devices.length),
      };
    },
  });

  /** What is next for devices that came in: their labels, then the bench. */
  const labelsNext = ({ actor }: Context, donationId: string, devices: number) =>
    may(actor, 'devices.label')
      ? { href: `/labels/print?donationId=${donationId}`, text: `Next: print ${count(devices, 'label')}` }
      : { href: '/bench', text: 'Next: prepare them at the bench' };

  const history = { params: idParams, querystring: Type.Object(listQuery) };
  app.get(
    '/donations/:id',
    { config: { action: 'donations.read' }, schema: history },
    async (request, reply) => {
      const { id } = request.params;
      const [donation, events] = await Promise.all([
        getDonation(deps.db, id, today(deps.clock)),
        timelineOf(deps.db, id, request.query),
      ]);
      const { after } = request.query;
      const here = new Set(donation.devices.map((device) => `/devices/${device.id}`));
      const lines = timelineLines(events.items, id, request.ctx.actor);
      return reply.page('stock/donations/views/donation.njk', {
        donation,
        ...standingOf(donation),
        // A device that was taken out has no page any more.
        timeline: lines.map((line) => ({
          ...line,
          pieces: line.pieces.map(({ text, href }) =>
            href?.startsWith('/devices/') && !here.has(href) ? { text } : { text, href },
          ),
        })),
        next: events.next,
        after,
      });
    },
  );

  /** A form that is new begins with what is usual: the place of the officer's last donation or the only hub, and its condition. */
  async function formView({ actor }: Context, sent: Form | undefined, rows: number) {
    const [donors, locations, usual] = await Promise.all([
      listDonors(deps.db),
      listLocations(deps.db),
      usualOf(deps.db, actor.id),
    ]);
    const hubs = locations.filter(({ kind }) => kind === 'hub');
    const locationId = usual?.locationId ?? (hubs.length === 1 ? hubs[0]!.id : '');
    const form = sent ?? newForm({ receivedOn: today(deps.clock), locationId });
    return { ...linesView(form, rows, usual?.condition ?? ''), donors, locations };
  }

  async function addingView({ actor }: Context, id: string, form: Form, rows: number) {
    const [donation, usual] = await Promise.all([
      getDonation(deps.db, id, today(deps.clock)),
      usualOf(deps.db, actor.id),
    ]);
    return { ...linesView(form, rows, usual?.condition ?? ''), donation };
  }
}

/** How many lines the form showed when it was sent. */
function rowsShown(typed: Typed): number {
  const rows = Number(typed.rows);
  return Number.isInteger(rows) && rows >= rowsAtOnce && rows <= 500 ? rows : rowsAtOnce;
}

/** How a donation stands, in one sentence, and how many of it are still to be prepared. */
function standingOf({ receivedOn, devices }: Donation) {
  const toPrepare = devices.filter(({ status }) => status === 'in_preparation').length;
  const ready = toPrepare
    ? `${count(toPrepare, 'device is', 'devices are')} still being prepared.`
    : 'All of it is prepared.';
  return { toPrepare, standing: `It arrived on ${date(receivedOn)}. ${devices.length ? ready : ''}`.trim() };
}
