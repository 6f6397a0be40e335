import { logAccess } from '../../people/look.queries.ts';
import type { Context } from '../../shared/actor.ts';
import type { Deps } from '../../shared/deps.ts';
import { etagOf } from '../../shared/etag.ts';
import { inWords, withDates } from '../../shared/formats.ts';
import { type App, idParams } from '../../shared/http.ts';
import { invalid } from '../../shared/problem.ts';
import { besideTheOther, versionToSend } from '../../web/edit-conflict.ts';
import { type Form, fields, type Typed } from '../../web/forms.ts';
import { formPage } from '../../web/submit.ts';
import { offeredTerms } from '../terms/terms.queries.ts';
import { correctLoan } from './correction.commands.ts';
import { getLoanToCorrect } from './correction.queries.ts';
import { whyNotCorrected } from './correction.rules.ts';
import { LoanCorrection } from './correction.schemas.ts';
import { askAboutClosedDay } from './due-day.queries.ts';
import { getLoan } from './loan.queries.ts';
import { handoverWays } from './loan.rules.ts';
import type { Loan } from './loan.schemas.ts';

const words = {
  'handover.way': 'Choose how it was handed over',
  'handover.on': 'Enter the day of the handover',
  termsId: 'Choose the terms',
};

/** /loans/:id/corrections: what was written down wrong of a loan is put right. */
export function loanCorrectionPages(app: App, deps: Deps): void {
  formPage(app, '/loans/:id/corrections', {
    action: 'loans.issue',
    params: idParams,
    view: 'lending/loans/views/correct.njk',
    show: (sent, { ctx, params }) => view(ctx, params.id, sent),
    async take({ version, ...typed }, { ctx, params: { id } }) {
      const loan = await getLoan(deps.db, deps.clock, id);
      const given = read(typed, loan);
      if (given.dueOn !== loan.dueOn) await askAboutClosedDay(deps, typed, given.dueOn ?? undefined);
      const { warnings } = await correctLoan(deps, { ...ctx, ifMatch: String(version ?? '') }, id, given);
      return {
        href: `/loans/${id}`,
        text: ['The loan is put right.', ...warnings.map(withDates)].join(' '),
      };
    },
  });

  async function view(ctx: Context, id: string, sent?: Form) {
    const loan = await getLoan(deps.db, deps.clock, id);
    const [offered, { standing }] = await Promise.all([
      offeredTerms(deps.db, loan.patient ? 'patient' : 'location', loan.handover.on),
      getLoanToCorrect(deps.db, id, {}),
      loan.patient && logAccess(deps, ctx, loan.patient.id, 'loan'),
    ]);
    const form = besideTheOther(sent, typedOf(loan), ['keptDay']);
    return {
      form,
      loan,
      why: whyNotCorrected(standing),
      version: versionToSend(form, etagOf(id, loan.changedAt)),
      handoverWays,
      terms: termsChoices(loan, offered),
    };
  }
}

/** What a form says, as the API takes it; of an answer that nobody gave, and of the agreement as it stands, nothing. */
function read(typed: Typed, { agreement, terms }: Loan): LoanCorrection & { dueOn: string | null } {
  const { until } = typed;
  const acceptedBy = typed['agreement.acceptedBy'];
  const unasked = [
    ...(until === 'open' ? ['dueOn-day', 'dueOn-month', 'dueOn-year'] : []),
    ...(acceptedBy === 'witnessed' ? [] : ['agreement.witness']),
    ...(acceptedBy === 'signature' ? [] : ['agreement.signature']),
  ];
  const kept = Object.fromEntries(Object.entries(typed).filter(([name]) => !unasked.includes(name)));
  const { dueOn, ...given } = fields(LoanCorrection, kept, words);
  if (until !== 'open' && !dueOn)
    throw invalid({ pointer: '/dueOn', message: 'Enter the day it is due back' });
  const said = given.agreement;
  const isAsItWas =
    said?.acceptedBy === agreement.acceptedBy &&
    (said.witness ?? null) === agreement.witness &&
    !said.signature;
  return {
    ...given,
    ...(given.termsId === terms?.id && { termsId: undefined }),
    ...(isAsItWas && { agreement: undefined }),
    dueOn: dueOn ?? null,
  };
}

const typedOf = ({ handover, dueOn, terms, agreement }: Loan): Typed => ({
  'handover.way': handover.way,
  'handover.on': handover.on,
  until: dueOn ? 'date' : 'open',
  dueOn: dueOn ?? '',
  termsId: terms?.id ?? '',
  'agreement.acceptedBy': agreement.acceptedBy === 'not_recorded' ? '' : agreement.acceptedBy,
  'agreement.witness': agreement.witness ?? '',
});

/** The terms that its borrower may have; those of the loan stay to be chosen when they are offered no more. */
function termsChoices({ terms }: Loan, offered: { id: string; name: string; length: string }[]) {
  const isOffered = offered.some(({ id }) => id === terms?.id);
  return [
    ...(terms && !isOffered ? [{ value: terms.id, text: terms.name }] : []),
    ...offered.map(({ id, name, length }) => ({ value: id, text: name, hint: inWords(length) })),
  ];
}
