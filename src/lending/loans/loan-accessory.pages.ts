import { logAccess } from '../../people/patient.queries.ts';
import type { Deps } from '../../shared/deps.ts';
import { type App, idParams } from '../../shared/http.ts';
import { fields, newForm, refused, typedIn } from '../../web/forms.ts';
import { accessoriesOf, accessoryRows, atItsAccessories } from './accessory-form.rules.ts';
import { accessoryWords } from './issue-kit.rules.ts';
import { getLoan } from './loan.queries.ts';
import { NewMissingAccessories } from './loan.schemas.ts';
import { writeOffAccessories } from './loan-accessory.commands.ts';

const words = { accessories: 'Tick what will not come back.', reason: 'Say in a few words what happened.' };

/** /loans/:id/missing-accessories: what of a loan nobody waits for any more. */
export function loanAccessoryPages(app: App, deps: Deps): void {
  const options = { config: { action: 'loans.return' }, schema: { params: idParams } } as const;
  const view = 'lending/loans/views/missing-accessories.njk';

  app.get('/loans/:id/missing-accessories', options, async (request, reply) => {
    const loan = await getLoan(deps.db, deps.clock, request.params.id);
    if (loan.patient) await logAccess(deps, request.ctx, loan.patient.id, 'loan');
    return reply.page(view, { loan, ...accessoriesOf(loan, newForm()) });
  });

  app.post('/loans/:id/missing-accessories', options, async (request, reply) => {
    const { id } = request.params;
    const typed = typedIn(request.body);
    const before = await getLoan(deps.db, deps.clock, id);
    const ticked = before.accessories.filter((one) => [typed.accessory ?? []].flat().includes(one.id));
    try {
      const rows = { ...accessoryRows(typed, ticked), reason: typed.reason ?? '' };
      const input = fields(NewMissingAccessories, rows, words);
      const { loan } = await writeOffAccessories(deps, request.ctx, id, input);
      const ended = `${accessoryWords(input.accessories).join(', ')} will not come back.`;
      return reply.done(`/loans/${id}`, {
        text: loan.status === 'closed' ? `${ended} Nothing else is out and the loan is closed.` : ended,
      });
    } catch (error) {
      const form = atItsAccessories(refused(typed, error), ticked);
      const loan = await getLoan(deps.db, deps.clock, id);
      return reply.code(form.status).page(view, { loan, form, ...accessoriesOf(loan, form) });
    }
  });
}
