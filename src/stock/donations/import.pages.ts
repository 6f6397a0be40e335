import type { FastifyReply } from 'fastify';
import { listDonors, listLocations } from '../../scheme/organisations/organisation.queries.ts';
import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { count } from '../../shared/formats.ts';
import { type App, strictObject } from '../../shared/http.ts';
import { type FieldError, invalid } from '../../shared/problem.ts';
import { line } from '../../shared/schemas.ts';
import { type Form, fields, newForm, refused, type Typed, typedIn } from '../../web/forms.ts';
import { collect, nameOfSheet, sheetText } from '../../web/sheet-form.ts';
import { kindsToType } from '../devices/device-kinds.rules.ts';
import { assertDonationFits } from './donation.rules.ts';
import { NewDonation } from './donation.schemas.ts';
import { importDonation, type Preview, previewImport } from './import.commands.ts';
import { previewView } from './import-preview.view.ts';

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

/** /donations/import: a donor's spreadsheet, judged line by line before anything is saved. */
export function importPages(app: App, deps: Deps): void {
  const record = { config: { action: 'donations.record', upload: true } } as const;

  app.get('/donations/import', record, async (_request, reply) =>
    reply.page(
      'stock/donations/views/import.njk',
      await formView(newForm({ receivedOn: today(deps.clock) })),
    ),
  );

  app.post('/donations/import', record, async (request, reply) => {
    const typed = typedIn(request.body);
    const errors: FieldError[] = [];
    const input = await collect(errors, () => readInput(typed));
    const sheet = await collect(errors, () => sheetText(request.upload, typed));
    if (!sheet) return show(reply.code(422), refused(typed, invalid(...errors)));
    const { csv } = sheet;
    Object.assign(typed, sheet);
    const preview = await collect(errors, () => previewImport(deps, csv, input));
    if (errors.length) return show(reply.code(422), refused(typed, invalid(...errors)), preview);

    const wanted = ['all', 'partial'].includes(String(typed.do));
    const isAsShown = typed.shown === nameOfSheet(csv);
    if (!input || !wanted || !isAsShown) return show(reply, newForm(typed), preview, wanted && !isAsShown);
    try {
      const partial = typed.do === 'partial';
      const { donation, lines } = await importDonation(deps, request.ctx, { csv, ...input }, partial);
      const leftOut = lines.length - donation.devices.length;
      const rest = leftOut ? ` ${count(leftOut, 'faulty line was', 'faulty lines were')} left out.` : '';
      return reply.done(`/donations/${donation.id}`, {
        text: `Donation ${donation.reference} is recorded with ${count(donation.devices.length, 'device')}.${rest}`,
        link: { href: '/devices?status=in_preparation', text: 'Prepare the devices' },
      });
    } catch (error) {
      const form = refused(typed, error);
      return show(reply.code(form.status), form, preview);
    }
  });

  /** The lines with their verdicts; without any, what was chosen is asked for again. */
  async function show(reply: FastifyReply, form: Form, preview?: Preview, changed = false) {
    const isText = form.typed.csv !== undefined && !form.errors.file;
    if (!isText) return reply.page('stock/donations/views/import.njk', await formView(form));
    return reply.page('stock/donations/views/import-preview.njk', {
      ...(await formView(form)),
      preview,
      ...previewView(preview?.lines ?? []),
      shown: nameOfSheet(String(form.typed.csv)),
      changed,
    });
  }

  function readInput(typed: Typed) {
    const input = fields(ImportForm, typed, words);
    assertDonationFits(input, today(deps.clock));
    return input;
  }

  async function formView(form: Form) {
    const [donors, locations] = await Promise.all([listDonors(deps.db), listLocations(deps.db)]);
    return { form, donors, locations, kinds: kindsToType() };
  }
}
