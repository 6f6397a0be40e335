import Type from 'typebox';
import { count, date as dateWords } from '../admin/formats.ts';
import { type Form, fields, newForm, refused, type Typed, typedIn } from '../admin/forms.ts';
import { shownPatient } from '../patients/contact.rules.ts';
import { getPatient, logAccess } from '../patients/patient.queries.ts';
import { getReferral } from '../referrals/referral.queries.ts';
import { canIssueFor, referralStatusWords } from '../referrals/referral.rules.ts';
import type { Context } from '../shared/actor.ts';
import { addDays, today } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { type App, idParams, strictObject } from '../shared/http.ts';
import { type FieldError, invalid, Problem } from '../shared/problem.ts';
import { oneOf } from '../shared/schemas.ts';
import { issueLoan } from './issue.commands.ts';
import { acceptances, handoverWays } from './loan.rules.ts';
import { type LoanIssued, NewLoan } from './loan.schemas.ts';
import { findScanned, issueTerms } from './scan.queries.ts';
import { issueVerdict, type Scanned, type Verdict } from './scan.rules.ts';

const { dueOn, openEnded, agreement } = NewLoan.properties;
const TermsForm = strictObject({
  dueOn,
  openEnded,
  agreement,
  handover: strictObject({ way: oneOf(handoverWays), on: Type.String({ format: 'date' }) }),
});
const words = {
  'handover.way': 'Choose how it is handed over.',
  'handover.on': 'Enter the day of the handover.',
  'agreement.acceptedBy': 'Choose how the agreement was accepted.',
};
const mostItems = 50;
const tooMany = `One loan takes at most ${mostItems} items.`;

/** A scanned thing of the kit with its verdict; `label` is its asset tag, or what was scanned. */
type Line = Scanned & { label: string; verdict: Verdict };

/** /referrals/:id/issue: page one fills the kit, page two has terms and agreement. What was entered travels in the form. */
export function issuePages(app: App, deps: Deps): void {
  const options = { config: { action: 'loans.issue' }, schema: { params: idParams } } as const;

  app.get('/referrals/:id/issue', options, async (request, reply) => {
    const { referral, patient } = await readBorrower(request.ctx, request.params.id);
    await logAccess(deps, request.ctx, patient.id, 'referral');
    if (!canIssueFor(referral.status)) {
      return reply.page('loans/views/issue-not-now.njk', {
        referral,
        statusWords: referralStatusWords[referral.status],
      });
    }
    return reply.page('loans/views/issue-kit.njk', {
      referral,
      patient,
      form: newForm(),
      lines: [],
      carried: [],
    });
  });

  app.post('/referrals/:id/issue', options, async (request, reply) => {
    const { id } = request.params;
    const typed = typedIn(request.body);
    const [, action = 'add', removed] = /^(\w+) ?(.*)$/.exec(String(typed.do ?? '')) ?? [];
    const kit = listOf(typed.kit).filter((label) => label !== removed);
    const scan = String(typed.scan ?? '').trim();

    if (action === 'issue') return issue(request.ctx, id, typed, kit);
    const lines = await linesOf(id, scan && action === 'add' ? [...kit, scan] : kit);
    if (action === 'add' && scan) return showKit({ ...added(lines), typed: { ...typed, scan: '' } });
    if (action === 'remove' || action === 'back') return showKit({ lines, typed });

    const errors = kitFaults(lines, typed);
    return errors.length
      ? showKit({ lines, typed, form: refused(typed, invalid(...errors)) })
      : showTerms(newForm(typed), lines);

    async function showKit({
      lines,
      typed,
      form,
      last,
    }: {
      lines: Line[];
      typed: Typed;
      form?: Form;
      last?: Line & { twice: boolean };
    }) {
      const { referral, patient } = await readBorrower(request.ctx, id);
      const carried = carry(typed, ['scan', 'kit', 'contactConfirmed', 'do']);
      return reply.code(form?.status ?? 200).page('loans/views/issue-kit.njk', {
        referral,
        patient,
        lines,
        last,
        carried,
        form: form ?? newForm(typed),
      });
    }

    async function showTerms(form: Form, lines: Line[]) {
      const day = today(deps.clock);
      const [borrower, terms] = await Promise.all([
        readBorrower(request.ctx, id),
        issueTerms(deps.db, id, day),
      ]);
      const start: Typed = {
        openEnded: terms.weeks === null ? 'yes' : 'no',
        ...(terms.weeks !== null && { dueOn: addDays(day, terms.weeks * 7) }),
        'handover.way': 'in_person',
        'handover.on': day,
      };
      return reply.code(form.status).page('loans/views/issue-terms.njk', {
        ...borrower,
        terms,
        lines,
        today: day,
        handoverWays,
        acceptances,
        form: { ...form, typed: { ...start, ...form.typed } },
        carried: carry(form.typed, ['scan', 'kit', 'do', ...ownOfTerms]),
      });
    }

    async function issue(ctx: Context, id: string, typed: Typed, kit: string[]) {
      const lines = await linesOf(id, kit);
      try {
        const loan = await issueLoan(deps, ctx, {
          referralId: id,
          items: itemsOf(lines),
          ...readTerms(typed),
        });
        return reply.done(`/loans/${loan.id}`, {
          text: whatHappened(loan),
          link: { href: `/loans/${loan.id}/agreement`, text: 'Print the agreement' },
        });
      } catch (error) {
        // The devices may have gone meanwhile: the verdicts are asked for again, so that they name the loan in the way.
        const form = refused(typed, error);
        const taken = error instanceof Problem && error.type === 'device-not-available';
        if (!taken) return showTerms(form, lines);
        const summary = [
          { name: 'kit', text: `${error.detail ?? error.title} Take it out of the kit, or scan another.` },
        ];
        return showTerms({ ...form, summary }, await linesOf(id, kit));
      }
    }
  });

  async function readBorrower(ctx: Context, id: string) {
    const referral = await getReferral(deps.db, ctx.actor, id);
    return {
      referral,
      patient: shownPatient(await getPatient(deps.db, referral.patient.id), today(deps.clock)),
    };
  }

  async function linesOf(referralId: string, codes: string[]): Promise<Line[]> {
    const found = await findScanned(deps.db, codes, today(deps.clock));
    return found.map((scan) => ({
      ...scan,
      label: scan.device?.assetTag ?? scan.code,
      verdict: issueVerdict(scan, referralId),
    }));
  }
}

/** The lines after a scan: the last one is new, or was in the list already. */
function added(lines: Line[]): { lines: Line[]; last: Line & { twice: boolean } } {
  const last = lines.at(-1)!;
  const before = lines.slice(0, -1);
  const twice = before.some(({ label }) => label.toUpperCase() === last.label.toUpperCase());
  return { lines: twice ? before : lines, last: { ...last, twice } };
}

/** What has to be mended before the terms. */
function kitFaults(lines: Line[], typed: Typed): FieldError[] {
  const stopped = lines.filter(({ verdict }) => !verdict.ok).map(({ label }) => label);
  const errors: FieldError[] = [];
  if (!typed.contactConfirmed)
    errors.push({
      pointer: '/contactConfirmed',
      message: 'Confirm that you have checked how to reach them.',
    });
  if (!lines.length)
    errors.push({ pointer: '/scan', message: 'Scan or type the label of at least one device.' });
  if (lines.length > mostItems) errors.push({ pointer: '/kit', message: tooMany });
  if (stopped.length)
    errors.push({ pointer: '/kit', message: `Take out what cannot go out now: ${stopped.join(', ')}.` });
  return errors;
}

const ownOfTerms = [
  'openEnded',
  'dueOn-day',
  'dueOn-month',
  'dueOn-year',
  'handover.way',
  'handover.on-day',
  'handover.on-month',
  'handover.on-year',
  'agreement.acceptedBy',
  'agreement.signature',
  'agreement.drawn',
  'agreement.witness',
];

/** The terms as the API takes them; what belongs to a choice that was not made is left out. */
function readTerms(typed: Typed) {
  const isOpenEnded = typed.openEnded === 'yes';
  const acceptedBy = typed['agreement.acceptedBy'];
  const leftOut = [
    ...(isOpenEnded ? ['dueOn-day', 'dueOn-month', 'dueOn-year'] : []),
    ...(acceptedBy === 'witnessed' ? [] : ['agreement.witness']),
    ...(acceptedBy === 'signature' ? [] : ['agreement.signature']),
  ];
  const kept = Object.fromEntries(Object.entries(typed).filter(([name]) => !leftOut.includes(name)));
  const drawn = acceptedBy === 'signature' && typed['agreement.drawn'];
  const terms = fields(TermsForm, drawn ? { ...kept, 'agreement.signature': drawn } : kept, words);
  if (!isOpenEnded && !terms.dueOn)
    throw invalid({
      pointer: '/dueOn',
      message: 'Enter the day it is due back, or choose that it stays open.',
    });
  return terms;
}

/** @throws Problem `invalid` when the kit is empty, too large, or has something that is none of our devices */
function itemsOf(lines: Line[]): { deviceId: string }[] {
  if (!lines.length)
    throw invalid({ pointer: '/kit', message: 'The kit is empty. Go back and scan at least one device.' });
  if (lines.length > mostItems) throw invalid({ pointer: '/kit', message: tooMany });
  return lines.map(({ device, label }) => {
    if (!device) throw invalid({ pointer: '/kit', message: `Take out what cannot go out now: ${label}.` });
    return { deviceId: device.id };
  });
}

function whatHappened({ reference, items, dueOn, followUps, warnings }: LoanIssued): string {
  const due = dueOn ? `due back on ${dateWords(dueOn)}` : 'with no date to come back';
  const next = followUps[0]
    ? ` Next: ${followUps[0].step.toLowerCase()} on ${dateWords(followUps[0].dueOn)}.`
    : '';
  const told = warnings.map((warning) => ` ${warning.replaceAll(/\d{4}-\d{2}-\d{2}/g, dateWords)}`).join('');
  return `Loan ${reference} is issued with ${count(items.length, 'item')}, ${due}.${next}${told}`;
}

const listOf = (value: string | string[] | undefined) => [value ?? []].flat();

/** What was entered on the other page, to be kept in hidden fields. */
function carry(typed: Typed, own: string[]): { name: string; value: string }[] {
  return Object.entries(typed).flatMap(([name, value]) =>
    own.includes(name) ? [] : listOf(value).map((one) => ({ name, value: one })),
  );
}
