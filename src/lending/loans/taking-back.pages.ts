import { may } from '../../access/permissions.ts';
import { logAccess } from '../../people/look.queries.ts';
import type { Context } from '../../shared/actor.ts';
import { timestamp } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { date } from '../../shared/formats.ts';
import { type App, idParams } from '../../shared/http.ts';
import { fields } from '../../web/forms.ts';
import { formPage } from '../../web/submit.ts';
import { takeBackPage } from '../../web/take-back.ts';
import { getLoan } from './loan.queries.ts';
import { takeBackReturn } from './return-back.commands.ts';
import { getReturnToTakeBack } from './return-back.queries.ts';
import { whyReturnStays } from './return-back.rules.ts';
import { takeBackIssue } from './taking-back.commands.ts';
import { getIssueToTakeBack } from './taking-back.queries.ts';
import { mistakes, mistakeWords, whyNotTakenBack } from './taking-back.rules.ts';
import { NewLoanCancellation } from './taking-back.schemas.ts';

const words = { reason: 'Choose what was wrong', note: 'Say in a few words what was wrong' };

/** /loans/:id/takings-back and /loan-items/:id/takings-back: taking back an issue, or the return of an item, that was recorded by mistake. */
export function takingBackPages(app: App, deps: Deps): void {
  formPage(app, '/loans/:id/takings-back', {
    action: 'loans.issue',
    params: idParams,
    view: 'lending/loans/views/take-back-issue.njk',
    show: (_form, { ctx, params }) => view(ctx, params.id),
    async take(typed, { ctx, params: { id } }) {
      const { loan, devices, referral } = await takeBackIssue(
        deps,
        ctx,
        id,
        fields(NewLoanCancellation, typed, words),
      );
      const tags = devices.map(({ assetTag }) => assetTag).join(', ');
      return {
        href: `/loans/${id}`,
        text: `Loan ${loan.reference} is taken back as recorded by mistake. In stock again: ${tags}.`,
        link: referral
          ? { href: `/referrals/${referral.id}`, text: 'Go to the referral' }
          : { href: '/loans', text: 'Go to the loans' },
      };
    },
  });

  takeBackPage(app, '/loan-items/:id/takings-back', {
    action: 'loans.return',
    async show({ ctx, params }) {
      const now = await getReturnToTakeBack(deps.db, params.id, timestamp(deps.clock));
      const { assetTag, endedOn, loanId, loanReference } = now;
      return {
        what: `the return of ${assetTag}`,
        caption: `Loan ${loanReference}`,
        text: `${endedOn ? `It is recorded as back on ${date(endedOn)}. ` : ''}It is out again on this loan as before, with what came back with it; what the end of the loan called off is on again.`,
        back: { href: `/loans/${loanId}`, text: `Loan ${loanReference}` },
        why: now.isTakenBack
          ? 'This return is taken back already.'
          : whyReturnStays(now, { mayLate: may(ctx.actor, 'loans.take-back-late') }),
      };
    },
    async take(given, { ctx, params }) {
      const { loan, device, warnings } = await takeBackReturn(deps, ctx, params.id, given);
      return {
        href: `/loans/${loan.id}`,
        text: [`The return is taken back. ${device.assetTag} is out on this loan.`, ...warnings].join(' '),
      };
    },
  });

  async function view(ctx: Context, id: string) {
    const [loan, standing] = await Promise.all([
      getLoan(deps.db, deps.clock, id),
      getIssueToTakeBack(deps.db, id, timestamp(deps.clock)),
    ]);
    if (loan.patient) await logAccess(deps, ctx, loan.patient.id, 'loan');
    return {
      loan,
      isTakenBack: standing.status === 'recorded_by_mistake',
      why: whyNotTakenBack(standing, { mayLate: may(ctx.actor, 'loans.take-back-late') }),
      reasons: mistakes.map((value) => ({ value, text: mistakeWords[value] })),
    };
  }
}
