import { logAccess } from '../../people/look.queries.ts';
import type { Deps } from '../../shared/deps.ts';
import { type App, idParams } from '../../shared/http.ts';
import { fields, newForm } from '../../web/forms.ts';
import { formPage } from '../../web/submit.ts';
import { accessoriesOf, accessoryRows, atItsAccessories, tickedOf } from './accessory-form.rules.ts';
import { accessoryWords } from './issue-kit.rules.ts';
import { getLoan } from './loan.queries.ts';
import { NewMissingAccessories } from './loan.schemas.ts';
import { writeOffAccessories } from './loan-accessory.commands.ts';

const words = { accessories: 'Tick what will not come back.', reason: 'Say in a few words what happened.' };

/** /loans/:id/missing-accessories: what of a loan nobody waits for any more. */
export function loanAccessoryPages(app: App, deps: Deps): void {
  formPage(app, '/loans/:id/missing-accessories', {
    action: 'loans.return',
    params: idParams,
    view: 'lending/loans/views/missing-accessories.njk',
    async show(sent, { ctx, params }) {
      const loan = await getLoan(deps.db, deps.clock, params.id);
      if (loan.patient) await logAccess(deps, ctx, loan.patient.id, 'loan');
      const form = sent ? atItsAccessories(sent, tickedOf(loan, sent.typed)) : newForm();
      return { loan, form, ...accessoriesOf(loan, form) };
    },
    async take(typed, { ctx, params: { id } }) {
      const ticked = tickedOf(await getLoan(deps.db, deps.clock, id), typed);
      const rows = { ...accessoryRows(typed, ticked), reason: typed.reason ?? '' };
      const input = fields(NewMissingAccessories, rows, words);
      const { loan } = await writeOffAccessories(deps, ctx, id, input);
      const ended = `${accessoryWords(input.accessories).join(', ')} will not come back.`;
      return {
        href: `/loans/${id}`,
        text: loan.status === 'closed' ? `${ended} Nothing else is out and the loan is closed.` : ended,
      };
    },
  });
}
