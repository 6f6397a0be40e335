import { logAccess } from '../../people/look.queries.ts';
import type { Context } from '../../shared/actor.ts';
import type { Deps } from '../../shared/deps.ts';
import { type App, idParams } from '../../shared/http.ts';
import { Problem } from '../../shared/problem.ts';
import { fields } from '../../web/forms.ts';
import { formPage } from '../../web/submit.ts';
import { NewGift } from './extension.schemas.ts';
import { giftLoan } from './gift.commands.ts';
import { getLoanToGift } from './gift.queries.ts';
import { whyNoGift } from './gift.rules.ts';
import { isOut } from './loan.states.ts';
import { getLoanPaper } from './paper.queries.ts';
import { paperWordsFor } from './paper-words.view.ts';

const words = { reason: 'Say why it becomes a gift' };

/** /loans/:id/gift: giving what is out to keep; /loans/:id/gift-letter: the paper that says whose it is now. */
export function giftPages(app: App, deps: Deps): void {
  formPage(app, '/loans/:id/gift', {
    action: 'loans.gift',
    params: idParams,
    view: 'lending/loans/views/gift.njk',
    show: (_form, { ctx, params }) => giftView(ctx, params.id),
    async take(typed, { ctx, params: { id } }) {
      const { items } = await giftLoan(deps, ctx, id, fields(NewGift, typed, words));
      const tags = items.map(({ assetTag }) => assetTag).join(', ');
      return {
        href: `/loans/${id}`,
        text: `${tags}: theirs to keep now. The loan is closed, and the follow-ups go on.`,
        link: { href: `/loans/${id}/gift-letter`, text: 'Print the letter' },
      };
    },
  });

  app.get(
    '/loans/:id/gift-letter',
    { config: { action: 'loans.read' }, schema: { params: idParams } },
    async (request, reply) => {
      const { loan, paper, wanted } = await getLoanPaper(deps, request.params.id);
      const items = paper.items.filter(({ status }) => status === 'gifted');
      if (!items.length) throw new Problem('not-found');
      if (loan.patient) await logAccess(deps, request.ctx, loan.patient.id, 'loan');
      const accessories = paper.accessories
        .filter(({ givenAway }) => givenAway > 0)
        .map(({ kind, givenAway: quantity }) => ({ kind, quantity }));
      const given = items.map(({ endedOn: _endedOn, ...item }) => item);
      return reply.page('lending/loans/views/gift-letter.njk', {
        loan,
        paper,
        ...(await paperWordsFor(deps.db, wanted)),
        items: given,
        accessories,
        on: items[0]!.endedOn,
      });
    },
  );

  async function giftView(ctx: Context, id: string) {
    const [{ loan, paper }, state] = await Promise.all([getLoanPaper(deps, id), getLoanToGift(deps.db, id)]);
    if (loan.patient) await logAccess(deps, ctx, loan.patient.id, 'loan');
    return {
      loan,
      items: paper.items.filter(({ status }) => isOut.of(status)),
      why: whyNoGift(state),
      incidentId: state.status === 'open' ? state.openIncident : null,
    };
  }
}
