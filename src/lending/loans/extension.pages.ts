import { may } from '../../access/permissions.ts';
import { whyChoices } from '../../messages/why.rules.ts';
import { withoutUnsaid } from '../../messages/why.view.ts';
import { getShownPatient } from '../../people/doubt.queries.ts';
import { logAccess } from '../../people/look.queries.ts';
import type { Context } from '../../shared/actor.ts';
import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { date as dateWords, withDates } from '../../shared/formats.ts';
import { type App, idParams } from '../../shared/http.ts';
import { invalid } from '../../shared/problem.ts';
import { fields, newForm, type Typed } from '../../web/forms.ts';
import { formPage } from '../../web/submit.ts';
import { askAboutClosedDay } from './due-day.queries.ts';
import { extendLoan, reviewLoan } from './extension.commands.ts';
import { getDateStory, getLoanToExtend } from './extension.queries.ts';
import { extensionRules, reviewOutcomes } from './extension.rules.ts';
import { NewExtension, NewReview } from './extension.schemas.ts';
import { getLoan } from './loan.queries.ts';

const words = {
  dueOn: 'Enter the new date',
  reason: 'Say why this loan goes on',
  outcome: 'Choose what came of it',
};

/** /loans/:id/extend and /loans/:id/review: putting a date off, and looking again at what stays open. */
export function extensionPages(app: App, deps: Deps): void {
  formPage(app, '/loans/:id/extend', {
    action: 'loans.extend',
    params: idParams,
    view: 'lending/loans/views/extend.njk',
    async show(sent, { ctx, params }) {
      const view = await extendView(ctx, params.id);
      return { ...view, form: sent ?? newForm({ until: 'date', dueOn: view.rules.suggestedDueOn ?? '' }) };
    },
    async take(typed, { ctx, params: { id } }) {
      const { dueOn, reason, why } = fields(NewExtension, withoutUnsaid(typed), words);
      const isOpen = typed.until === 'open';
      if (!isOpen && !dueOn) throw invalid({ pointer: '/dueOn', message: words.dueOn });
      await askAboutClosedDay(deps, typed, isOpen ? undefined : dueOn);
      const done = await extendLoan(deps, ctx, id, {
        ...(isOpen ? { openEnded: true } : { dueOn }),
        reason,
        why,
        from: typed.from ? String(typed.from) : null,
      });
      const text = done.dueOn
        ? `The loan is now due back on ${dateWords(done.dueOn)}.`
        : `The loan stays open. We look at it again on ${dateWords(done.reviewOn)}.`;
      return { href: `/loans/${id}`, text: withWarnings(text, done) };
    },
  });

  formPage(app, '/loans/:id/review', {
    action: 'loans.extend',
    params: idParams,
    view: 'lending/loans/views/review.njk',
    async show(_sent, { ctx, params }) {
      const [borrower, story] = await Promise.all([
        readLoan(ctx, params.id),
        getDateStory(deps.db, params.id),
      ]);
      return { ...borrower, story, outcomes: reviewOutcomes };
    },
    async take(typed, { ctx, params: { id } }) {
      // A date that was typed for another answer is left out.
      const kept = typed.outcome === 'comes_back' ? typed : withoutDate(typed);
      const review = fields(NewReview, kept, words);
      await askAboutClosedDay(deps, kept, review.dueOn);
      const done = await reviewLoan(deps, ctx, id, review);
      const text = done.dueOn
        ? `The loan is now due back on ${dateWords(done.dueOn)}.`
        : `Recorded. We look at this loan again on ${dateWords(done.reviewOn)}.`;
      return {
        href: `/loans/${id}`,
        text: withWarnings(text, done),
        link: { href: '/loans?due=review', text: 'Next to look at' },
      };
    },
  });

  async function extendView(ctx: Context, id: string) {
    const [borrower, state, story] = await Promise.all([
      readLoan(ctx, id),
      getLoanToExtend(deps.db, id, today(deps.clock)),
      getDateStory(deps.db, id),
    ]);
    const rules = extensionRules(state, {
      mayExceed: may(ctx.actor, 'loans.extend-beyond'),
    });
    return { ...borrower, rules, story, whyChoices, reviewMonths: state.reviewMonths };
  }

  async function readLoan(ctx: Context, id: string) {
    const loan = await getLoan(deps.db, deps.clock, id);
    if (!loan.patient) return { loan };
    const [patient] = await Promise.all([
      getShownPatient(deps.db, loan.patient.id, today(deps.clock)),
      logAccess(deps, ctx, loan.patient.id, 'loan'),
    ]);
    return { loan, patient };
  }
}

const withWarnings = (text: string, { warnings }: { warnings: string[] }) =>
  [text, ...warnings.map(withDates)].join(' ');

function withoutDate(typed: Typed): Typed {
  return Object.fromEntries(Object.entries(typed).filter(([name]) => !name.startsWith('dueOn')));
}
