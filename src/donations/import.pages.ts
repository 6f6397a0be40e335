import { createHash } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import { count } from '../admin/formats.ts';
import { type Form, fields, newForm, refused, type Typed, typedIn } from '../admin/forms.ts';
import { listDonors, listLocations } from '../organisations/organisation.queries.ts';
import { today } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { type App, strictObject } from '../shared/http.ts';
import { type FieldError, invalid, toProblem } from '../shared/problem.ts';
import { text } from '../shared/schemas.ts';
import type { Upload } from '../shared/uploads.ts';
import { assertDonationFits } from './donation.rules.ts';
import { NewDonation } from './donation.schemas.ts';
import { importDonation, type Preview, previewImport } from './import.commands.ts';
import { decodeCsv } from './import.rules.ts';

const { receivedOn, reference, locationId } = NewDonation.properties;
const ImportForm = strictObject({
  donor: strictObject({ name: text(200) }),
  receivedOn,
  reference,
  locationId,
});
const words = {
  'donor.name': 'Enter who gave the devices',
  receivedOn: 'Enter the date they arrived',
};

/** /donations/import: a donor's spreadsheet, judged line by line before anything is saved. */
export function importPages(app: App, deps: Deps): void {
  const record = { config: { action: 'donations.record', upload: true } } as const;

  app.get('/donations/import', record, async (_request, reply) =>
    reply.page('donations/views/import.njk', await formView(newForm({ receivedOn: today(deps.clock) }))),
  );

  app.post('/donations/import', record, async (request, reply) => {
    const typed = typedIn(request.body);
    const errors: FieldError[] = [];
    const input = await collect(errors, () => readInput(typed));
    const csv = await collect(errors, () => readText(request.upload, typed));
    if (csv === undefined) return show(reply.code(422), refused(typed, invalid(...errors)));
    typed.csv = csv;
    const preview = await collect(
      errors,
      () => previewImport(deps.db, csv),
      request.upload ? '/file' : '/csv',
    );
    if (errors.length) return show(reply.code(422), refused(typed, invalid(...errors)), preview);

    const wanted = ['all', 'partial'].includes(String(typed.do));
    const isAsShown = typed.shown === nameOf(csv);
    if (!input || !wanted || !isAsShown) return show(reply, newForm(typed), preview, wanted && !isAsShown);
    try {
      const partial = typed.do === 'partial';
      const { donation, lines } = await importDonation(deps, request.ctx, csv, input, partial);
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
    if (!isText) return reply.page('donations/views/import.njk', await formView(form));
    const ofVerdict = (verdict: string) => preview?.lines.filter((line) => line.verdict === verdict) ?? [];
    return reply.page('donations/views/import-preview.njk', {
      ...(await formView(form)),
      preview,
      faultyLines: ofVerdict('faulty'),
      readyLines: ofVerdict('ready'),
      shown: nameOf(String(form.typed.csv)),
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
    return { form, donors, locations };
  }
}

/** Does a part of the work; its faults are put with the others, so that all are shown at once. */
async function collect<T>(
  errors: FieldError[],
  work: () => T | Promise<T>,
  pointer?: string,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    const problem = toProblem(error);
    if (!problem.errors) throw error;
    errors.push(...problem.errors.map((fault) => ({ ...fault, pointer: pointer ?? fault.pointer })));
    return undefined;
  }
}

const saveAs = 'In the spreadsheet choose Save as, CSV UTF-8, and choose that file here.';

/** The text to judge: of the chosen file, or as it was mended on the page. */
function readText(upload: Upload | null, typed: Typed): string {
  if (!upload && typeof typed.csv === 'string' && typed.csv.trim()) return withPlainBreaks(typed.csv);
  const refuse = (message: string) =>
    invalid({ pointer: upload || !('csv' in typed) ? '/file' : '/csv', message });
  if (!upload)
    throw refuse('csv' in typed ? 'There is no text left. Start again with the file.' : 'Choose the file');
  const { bytes, tooLarge } = upload;
  if (tooLarge) throw refuse('The file is larger than 20 MB. Split it and import one part after the other.');
  if (!bytes.length) throw refuse('The file is empty');
  const start = bytes.subarray(0, 4).toString('latin1');
  if (start === 'PK\u0003\u0004' || start === '\u00d0\u00cf\u0011\u00e0')
    throw refuse(`This is a workbook, not a CSV file. ${saveAs}`);
  const csv = decodeCsv(bytes);
  if (csv.includes('\u0000')) throw refuse(`This is not a CSV file. ${saveAs}`);
  if (!csv.trim()) throw refuse('The file is empty');
  return withPlainBreaks(csv);
}

/** Browsers send what a text area holds with breaks of their own. */
const withPlainBreaks = (text: string) => text.replaceAll(/\r\n?/g, '\n');

/** Tells whether a text is the one whose verdicts were on the page. */
const nameOf = (csv: string) => createHash('sha256').update(csv).digest('base64url');
