import type { Context } from '../shared/actor.ts';
import type { Deps } from '../shared/deps.ts';
import { type App, idParams } from '../shared/http.ts';
import { fields, refused, type Typed, typedIn } from '../web/forms.ts';
import { NewAnswer, NewWithdrawal } from './progress.schemas.ts';
import { answerQuestion } from './question.commands.ts';
import { referralView } from './referral.view.ts';
import { withdrawReferral } from './withdrawal.commands.ts';

const words = {
  answer: 'Enter what the clinic answered.',
  reason: 'Enter why it is no longer wanted.',
  saidBy: 'Choose who no longer wants it.',
};

/** /referrals/:id: what the clinic says on the phone, written down by staff. */
export function progressPages(app: App, deps: Deps): void {
  app.post(
    '/referrals/:id/answers',
    { config: { action: 'referrals.answer' }, schema: { params: idParams } },
    async (request, reply) => {
      const { id } = request.params;
      const typed = typedIn(request.body);
      try {
        const { openQuestions } = await answerQuestion(
          deps,
          request.ctx,
          id,
          fields(NewAnswer, typed, words),
        );
        const text = openQuestions
          ? 'The answer is kept. Another question is open.'
          : 'The answer is kept. Decide about the referral now.';
        return reply.done(`/referrals/${id}`, { text });
      } catch (error) {
        const view = await refusedView(request.ctx, id, typed, error, `answer-${typed.questionId}`);
        return reply.code(view.form.status).page('referrals/views/referral.njk', view);
      }
    },
  );

  app.post(
    '/referrals/:id/withdrawals',
    { config: { action: 'referrals.withdraw' }, schema: { params: idParams } },
    async (request, reply) => {
      const { id } = request.params;
      const typed = typedIn(request.body);
      try {
        const withdrawal = fields(NewWithdrawal, typed, words);
        const { openLoans } = await withdrawReferral(deps, request.ctx, id, withdrawal);
        return reply.done(`/referrals/${id}`, {
          text: openLoans.length
            ? 'The referral is withdrawn. Ask for what is still out, and the clinic only if it may be told.'
            : 'The referral is withdrawn.',
          link: openLoans[0]
            ? { href: `/loans/${openLoans[0].id}`, text: `Loan ${openLoans[0].reference}` }
            : { href: '/referrals', text: 'Referrals' },
        });
      } catch (error) {
        const view = await refusedView(request.ctx, id, typed, error, 'withdraw');
        return reply.code(view.form.status).page('referrals/views/referral.njk', view);
      }
    },
  );

  async function refusedView(ctx: Context, id: string, typed: Typed, error: unknown, prefix: string) {
    const form = { ...refused(typed, error), prefix };
    return { ...(await referralView(deps, ctx, id, undefined, form)), form };
  }
}
