import { may } from '../../access/permissions.ts';
import { getShownPatient } from '../../people/doubt.queries.ts';
import { logAccess } from '../../people/patient.queries.ts';
import type { Context } from '../../shared/actor.ts';
import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { date as dateWords } from '../../shared/formats.ts';
import { type App, idParams } from '../../shared/http.ts';
import { invalid } from '../../shared/problem.ts';
import { type Form, fields, newForm, refused, type Typed, typedIn } from '../../web/forms.ts';
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
  const options = { config: { action: 'loans.extend' }, schema: { params: idParams } } as const;

  app.get('/loans/:id/extend', options, async (request, reply) => {
    const view = await extendView(request.ctx, request.params.id);
    const start: Typed = { until: 'date', dueOn: view.rules.suggestedDueOn ?? '' };
    return reply.page('lending/loans/views/extend.njk', { ...view, form: newForm(start) });
  });

  app.post('/loans/:id/extend', options, async (request, reply) => {
    const { id } = request.params;
    const typed = typedIn(request.body);
    try {
      const { dueOn, reason } = fields(NewExtension, typed, words);
      const isOpen = typed.until === 'open';
      if (!isOpen && !dueOn) throw invalid({ pointer: '/dueOn', message: words.dueOn });
      const done = await extendLoan(deps, request.ctx, id, {
        ...(isOpen ? { openEnded: true } : { dueOn }),
        reason,
        from: typed.from ? String(typed.from) : null,
      });
      const text = done.dueOn
        ? `The loan is now due back on ${dateWords(done.dueOn)}.`
        : `The loan stays open. We look at it again on ${dateWords(done.reviewOn)}.`;
      return reply.done(`/loans/${id}`, { text });
    } catch (error) {
      const form = refused(typed, error);
      return reply
        .code(form.status)
        .page('lending/loans/views/extend.njk', { ...(await extendView(request.ctx, id)), form });
    }
  });

  app.get('/loans/:id/review', options, async (request, reply) =>
    showReview(request.ctx, reply, request.params.id, newForm()),
  );

  app.post('/loans/:id/review', options, async (request, reply) => {
    const { id } = request.params;
    const typed = typedIn(request.body);
    // A date that was typed for another answer is left out.
    const kept = typed.outcome === 'comes_back' ? typed : withoutDate(typed);
    try {
      const done = await reviewLoan(deps, request.ctx, id, fields(NewReview, kept, words));
      const text = done.dueOn
        ? `The loan is now due back on ${dateWords(done.dueOn)}.`
        : `Recorded. We look at this loan again on ${dateWords(done.reviewOn)}.`;
      return reply.done(`/loans/${id}`, {
        text,
        link: { href: '/loans?due=review', text: 'Next to look at' },
      });
    } catch (error) {
      return showReview(request.ctx, reply, id, refused(typed, error));
    }
  });

  async function extendView(ctx: Context, id: string) {
    const [borrower, state, story] = await Promise.all([
      readLoan(ctx, id),
      getLoanToExtend(deps.db, id),
      getDateStory(deps.db, id),
    ]);
    const rules = extensionRules(state, {
      today: today(deps.clock),
      mayExceed: may(ctx.actor, 'loans.extend-beyond'),
    });
    return { ...borrower, rules, story, reviewMonths: state.reviewMonths };
  }

  async function showReview(
    ctx: Context,
    reply: { code(status: number): { page(view: string, data: object): Promise<string> } },
    id: string,
    form: Form,
  ) {
    const [borrower, story] = await Promise.all([readLoan(ctx, id), getDateStory(deps.db, id)]);
    return reply
      .code(form.status)
      .page('lending/loans/views/review.njk', { ...borrower, story, form, outcomes: reviewOutcomes });
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

function withoutDate(typed: Typed): Typed {
  return Object.fromEntries(Object.entries(typed).filter(([name]) => !name.startsWith('dueOn')));
}
