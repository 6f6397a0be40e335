import type { Deps } from '../shared/deps.ts';
import type { App } from '../shared/http.ts';
import { fields } from '../web/forms.ts';
import { submit } from '../web/submit.ts';
import { NewAnswer, NewWithdrawal } from './progress.schemas.ts';
import { answerQuestion } from './question.commands.ts';
import { referralPage } from './referral.view.ts';
import { withdrawReferral } from './withdrawal.commands.ts';

const words = {
  answer: 'Enter what the clinic answered.',
  reason: 'Enter why it is no longer wanted.',
  saidBy: 'Choose who no longer wants it.',
};

/** /referrals/:id: what the clinic says on the phone, written down by staff. */
export function progressPages(app: App, deps: Deps): void {
  const page = referralPage(deps);
  submit(app, '/referrals/:id/answers', {
    ...page,
    action: 'referrals.answer',
    show: (form, asked) => page.show({ ...form, prefix: `answer-${form.typed.questionId}` }, asked),
    async take(typed, { ctx, params: { id } }) {
      const { openQuestions } = await answerQuestion(deps, ctx, id, fields(NewAnswer, typed, words));
      const text = openQuestions
        ? 'The answer is kept. Another question is open.'
        : 'The answer is kept. Decide about the referral now.';
      return { href: `/referrals/${id}`, text };
    },
  });

  submit(app, '/referrals/:id/withdrawals', {
    ...page,
    action: 'referrals.withdraw',
    prefix: 'withdraw',
    async take(typed, { ctx, params: { id } }) {
      const withdrawal = fields(NewWithdrawal, typed, words);
      const { openLoans } = await withdrawReferral(deps, ctx, id, withdrawal);
      return {
        href: `/referrals/${id}`,
        text: openLoans.length
          ? 'The referral is withdrawn. Ask for what is still out, and the clinic only if it may be told.'
          : 'The referral is withdrawn.',
        link: openLoans[0]
          ? { href: `/loans/${openLoans[0].id}`, text: `Loan ${openLoans[0].reference}` }
          : { href: '/referrals', text: 'Referrals' },
      };
    },
  });
}
