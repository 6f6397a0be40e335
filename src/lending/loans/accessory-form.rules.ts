import type { Form, Typed } from '../../web/forms.ts';
import { outOf } from './issue-kit.rules.ts';
import type { Loan } from './loan.schemas.ts';

/** The accessories of a loan that are out, for ticking: how many, and whether they are ticked; and those that are back. */
export function accessoriesOf({ accessories }: Loan, { typed }: Pick<Form, 'typed'>) {
  const ticked = [typed.accessory ?? []].flat();
  return {
    accessories: accessories
      .map((one) => ({ ...one, out: outOf(one), ticked: ticked.includes(one.id) }))
      .filter(({ out }) => out > 0),
    accessoriesBack: accessories.filter(({ returned }) => returned > 0),
  };
}

/** The accessories of a loan that were ticked. */
export const tickedOf = ({ accessories }: Loan, typed: Typed): Loan['accessories'] =>
  accessories.filter(({ id }) => [typed.accessory ?? []].flat().includes(id));

/** The ticked accessories as rows of the body: `quantity.<id>` is how many of one, or all that are out. */
export function accessoryRows(typed: Typed, ticked: Loan['accessories']): Typed {
  return Object.fromEntries(
    ticked.flatMap((one, row) => [
      [`accessories.${row}.kind`, one.kind],
      [`accessories.${row}.quantity`, typed[`quantity.${one.id}`] ?? String(Math.max(1, outOf(one)))],
    ]),
  );
}

/** Faults of rows at the names that the form has for their accessories. */
export function atItsAccessories(form: Form, ticked: Loan['accessories']): Form {
  const own = (name: string) =>
    name === 'accessories'
      ? 'accessory'
      : name.replace(/^accessories\.(\d+)\.\w+$/, (_, row) => `quantity.${ticked[Number(row)]!.id}`);
  return {
    ...form,
    errors: Object.fromEntries(Object.entries(form.errors).map(([name, text]) => [own(name), text])),
    summary: form.summary.map((fault) => (fault.name ? { ...fault, name: own(fault.name) } : fault)),
  };
}
