import Type from 'typebox';
import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { count } from '../../shared/formats.ts';
import { strictObject } from '../../shared/http.ts';
import { readAside } from '../../shared/sheet-file.ts';
import { fields, type Typed } from '../../web/forms.ts';
import { wherePossible } from '../../web/sheet-form.ts';
import type { SheetKind } from '../../web/sheet-work.ts';
import { takeOverRead } from './take-over.commands.ts';
import { TakeOverQuery } from './take-over.schemas.ts';
import { writtenDates } from './take-over-columns.rules.ts';
import {
  assertListFits,
  previewTakeOver,
  readTakeOverAside,
  type TakeOverPreview,
} from './take-over-judging.commands.ts';
import { countTakeOver } from './take-over-line.rules.ts';

const { donor, receivedOn, dates, another } = TakeOverQuery.properties;
const TakeOverForm = strictObject({ donor, receivedOn, dates, another: Type.Optional(another) });
const words = {
  donor: 'Enter where the devices came from',
  receivedOn: 'Enter the date of the list',
};

/** The verdicts on a list of what is out, as its page shows them: of the loans how many. */
export type TakeOverVerdicts = Omit<TakeOverPreview, 'loans'> & { loans: number };

/**
 * What is typed beside a list of what is out.
 * @throws Problem `invalid`
 */
export function readTakeOverForm({ clock }: Pick<Deps, 'clock'>, typed: Typed) {
  const input = fields(TakeOverForm, typed, words);
  assertListFits(input, today(clock));
  return input;
}

/** A list of what is out as pages and the worker take it. */
export const takeOverSheet: SheetKind<TakeOverVerdicts> = {
  name: 'take_over',
  action: 'loans.take-over',
  count: (csv) => readAside(new URL('./take-over-line.rules.ts', import.meta.url), { countTakeOver }, csv),
  async judge(deps, db, { csv, typed }, report) {
    const input = wherePossible(() => readTakeOverForm(deps, typed));
    const of = { ...input, dates: writtenDates.find((one) => one === typed.dates) };
    const { loans, ...preview } = await previewTakeOver({ ...deps, db }, csv, of, report);
    return { ...preview, loans: loans.length };
  },
  async save(work, { csv, typed }, how) {
    const input = readTakeOverForm(work.deps, typed);
    const read = await readTakeOverAside(work.deps, csv, input.dates);
    const done = await takeOverRead(work, read, { ...input, ...how });
    const leftOut = done.lines.length - done.devices;
    const rest = leftOut ? ` ${count(leftOut, 'faulty line was', 'faulty lines were')} left out.` : '';
    return {
      href: `/donations/${done.donation.id}`,
      text: `${count(done.devices, 'device')} on ${count(done.loans, 'loan')} taken over, with ${count(done.newPatients, 'new person', 'new people')}. Each device has its asset tag here.${rest}`,
      link: { href: '/loans', text: 'See the loans' },
    };
  },
};
