import { logAccess } from '../../people/patient.queries.ts';
import type { Context } from '../../shared/actor.ts';
import type { Deps } from '../../shared/deps.ts';
import { type App, idParams } from '../../shared/http.ts';
import { Problem } from '../../shared/problem.ts';
import { type Form, fields, newForm, refused, typedIn } from '../../web/forms.ts';
import { NewGift } from './extension.schemas.ts';
import { giftLoan } from './gift.commands.ts';
import { getLoanToGift } from './gift.queries.ts';
import { whyNoGift } from './gift.rules.ts';
import { getLoanPaper } from './paper.queries.ts';

const words = { reason: 'Say why it becomes a gift' };

/** /loans/:id/gift: giving what is out to keep; /loans/:id/gift-letter: the paper that says whose it is now. */
export function giftPages(app: App, deps: Deps): void {
  const options = { config: { action: 'loans.gift' }, schema: { params: idParams } } as const;

  app.get('/loans/:id/gift', options, async (request, reply) =>
    reply.page('lending/loans/views/gift.njk', await giftView(request.ctx, request.params.id, newForm())),
  );

  app.post('/loans/:id/gift', options, async (request, reply) => {
    const { id } = request.params;
    const typed = typedIn(request.body);
    try {
      const { items } = await giftLoan(deps, request.ctx, id, fields(NewGift, typed, words));
      const tags = items.map(({ assetTag }) => assetTag).join(', ');
      return reply.done(`/loans/${id}`, {
        text: `${tags}: theirs to keep now. The loan is closed, and the follow-ups go on.`,
        link: { href: `/loans/${id}/gift-letter`, text: 'Print the letter' },
      });
    } catch (error) {
      const form = refused(typed, error);
      return reply
        .code(form.status)
        .page('lending/loans/views/gift.njk', await giftView(request.ctx, id, form));
    }
  });

  app.get(
    '/loans/:id/gift-letter',
    { config: { action: 'loans.read' }, schema: { params: idParams } },
    async (request, reply) => {
      const { loan, paper } = await getLoanPaper(deps, request.params.id);
      const items = paper.items.filter(({ status }) => status === 'gifted');
      if (!items.length) throw new Problem('not-found');
      if (loan.patient) await logAccess(deps, request.ctx, loan.patient.id, 'loan');
      const accessories = paper.accessories
        .filter(({ givenAway }) => givenAway > 0)
        .map(({ kind, givenAway: quantity }) => ({ kind, quantity }));
      const given = items.map(({ endedAt: _endedAt, ...item }) => item);
      return reply.page('lending/loans/views/gift-letter.njk', {
        loan,
        paper,
        items: given,
        accessories,
        on: items[0]!.endedAt,
      });
    },
  );

  async function giftView(ctx: Context, id: string, form: Form) {
    const [{ loan, paper }, state] = await Promise.all([getLoanPaper(deps, id), getLoanToGift(deps.db, id)]);
    if (loan.patient) await logAccess(deps, ctx, loan.patient.id, 'loan');
    return {
      loan,
      items: paper.items.filter(({ status }) => status === 'on_loan'),
      why: whyNoGift(state),
      incidentId: state.status === 'open' ? state.openIncident : null,
      form,
    };
  }
}
