import type { Form, Typed } from '../../web/forms.ts';
import { choicesOf, type Item } from './instrument.rules.ts';

/** What a form says of each item: a number, that they would rather not, or nothing. */
export function saidIn(typed: Typed, items: Item[]): object {
  if (typed.declined) return { declined: true };
  return {
    answers: items.map((_, row) => {
      const said = typed[`answers.${row}`];
      return said === undefined || said === '' ? null : said === 'rather_not' ? said : Number(said);
    }),
  };
}

/** What is wrong with all of it is told at the first item. */
export function toldAt(form: Form): Form {
  const own = (name: string) => (name === 'answers' || name === 'instrumentId' ? 'answers.0' : name);
  return {
    ...form,
    errors: Object.fromEntries(Object.entries(form.errors).map(([name, text]) => [own(name), text])),
    summary: form.summary.map((fault) => (fault.name ? { ...fault, name: own(fault.name) } : fault)),
  };
}

/** The items as the form shows them. */
export const rowsOf = (items: Item[]) =>
  items.map((item, row) => ({ wording: item.wording, name: `answers.${row}`, choices: choicesOf(item) }));
