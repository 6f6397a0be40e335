import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import { listDonors } from '../../scheme/organisations/organisation.queries.ts';
import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { count } from '../../shared/formats.ts';
import { type App, strictObject } from '../../shared/http.ts';
import { type FieldError, invalid } from '../../shared/problem.ts';
import { kindsToType } from '../../stock/devices/device-kinds.rules.ts';
import { type Form, fields, newForm, refused, type Typed, typedIn } from '../../web/forms.ts';
import { collect, nameOfSheet, sheetText } from '../../web/sheet-form.ts';
import { assertListFits, previewTakeOver, type TakeOverPreview, takeOver } from './take-over.commands.ts';
import { TakeOverQuery } from './take-over.schemas.ts';
import { writtenDates } from './take-over-columns.rules.ts';

const { donor, receivedOn, dates, another } = TakeOverQuery.properties;
const TakeOverForm = strictObject({ donor, receivedOn, dates, another: Type.Optional(another) });
const words = {
  donor: 'Enter where the devices came from',
  receivedOn: 'Enter the date of the list',
};

/** /loans/take-over: a list of what is already out, judged line by line before anything is saved. */
export function takeOverPages(app: App, deps: Deps): void {
  const route = { config: { action: 'loans.take-over', upload: true } } as const;

  app.get('/loans/take-over', route, async (_request, reply) =>
    reply.page(
      'lending/loans/views/take-over.njk',
      await formView(newForm({ receivedOn: today(deps.clock) })),
    ),
  );

  app.post('/loans/take-over', route, async (request, reply) => {
    const typed = typedIn(request.body);
    const errors: FieldError[] = [];
    const input = await collect(errors, () => readInput(typed));
    const sheet = await collect(errors, () => sheetText(request.upload, withoutEmptyText(typed)));
    if (!sheet) return show(reply.code(422), refused(typed, invalid(...errors)));
    const { csv } = sheet;
    Object.assign(typed, sheet);
    const preview = await collect(errors, () =>
      previewTakeOver(deps, csv, { ...input, dates: writtenDates.find((one) => one === typed.dates) }),
    );
    if (errors.length) return show(reply.code(422), refused(typed, invalid(...errors)), preview);

    const wanted = ['all', 'partial'].includes(String(typed.do));
    const isAsShown = typed.shown === nameOfList(typed);
    if (!input || !wanted || !isAsShown) return show(reply, newForm(typed), preview, wanted && !isAsShown);
    try {
      const done = await takeOver(deps, request.ctx, { csv, ...input }, typed.do === 'partial');
      const leftOut = done.lines.length - done.devices;
      const rest = leftOut ? ` ${count(leftOut, 'faulty line was', 'faulty lines were')} left out.` : '';
      return reply.done(`/donations/${done.donation.id}`, {
        text: `${count(done.devices, 'device')} on ${count(done.loans, 'loan')} taken over, with ${count(done.newPatients, 'new person', 'new people')}. Each device has its asset tag here.${rest}`,
        link: { href: '/loans', text: 'See the loans' },
      });
    } catch (error) {
      const form = refused(typed, error);
      return show(reply.code(form.status), form, preview);
    }
  });

  /** The lines with their verdicts; without any, what was chosen is asked for again. */
  async function show(reply: FastifyReply, form: Form, preview?: TakeOverPreview, changed = false) {
    if (form.typed.csv === undefined || form.errors.file)
      return reply.page('lending/loans/views/take-over.njk', await formView(form));
    const ofVerdict = (verdict: string) => preview?.lines.filter((line) => line.verdict === verdict) ?? [];
    return reply.page('lending/loans/views/take-over-preview.njk', {
      ...(await formView(form)),
      preview,
      faultyLines: ofVerdict('faulty'),
      readyLines: ofVerdict('ready'),
      shown: nameOfList(form.typed),
      changed,
    });
  }

  function readInput(typed: Typed) {
    const input = fields(TakeOverForm, typed, words);
    assertListFits(input, today(deps.clock));
    return input;
  }

  async function formView(form: Form) {
    return { form, donors: await listDonors(deps.db), kinds: kindsToType() };
  }
}

/** Tells a list, and how its dates are read, from any other. */
const nameOfList = ({ csv, dates = '' }: Typed) => nameOfSheet(`${dates}\n${csv}`);

/** On the first page the box for pasting may be empty because a file is meant. */
function withoutEmptyText(typed: Typed): Typed {
  const { csv, ...rest } = typed;
  return 'shown' in typed || String(csv ?? '').trim() ? typed : rest;
}
