import Type, { type Static } from 'typebox';
import { strictObject } from '../../shared/http.ts';
import { line } from '../../shared/schemas.ts';

const date = Type.String({ format: 'date' });
const title = line(100, { description: 'Why it is closed, as staff read it' });

export const Calendar = Type.Object({
  closedDays: Type.Array(
    Type.Object({
      day: date,
      title,
      byName: Type.String(),
      followUps: Type.Integer({ description: 'Follow-ups that still stand on this day' }),
      loansDue: Type.Integer({ description: 'Open loans that are due back on this day' }),
    }),
    { description: 'Days of the scheme’s own, from today on' },
  ),
  bankHolidays: Type.Array(Type.Object({ day: date, title: Type.String() }), {
    description: 'Of England and Wales, from today on, as far as they are known',
  }),
});
export type Calendar = Static<typeof Calendar>;

export const NewClosedDays = strictObject(
  { from: date, to: Type.Optional(date), title },
  { examples: [{ from: '2026-12-29', to: '2026-12-31', title: 'Between the years' }] },
);
export type NewClosedDays = Static<typeof NewClosedDays>;

export const ClosedDays = Type.Object({
  days: Type.Array(date, { description: 'Those that were working days until now' }),
  moved: Type.Integer({
    description:
      'Follow-ups that stood on these days, each moved to the next free time of its person and supporter',
  }),
  movedTo: Type.Array(Type.Object({ day: date, followUps: Type.Integer() }), {
    description: 'The days that they go to',
  }),
  loansDue: Type.Integer({ description: 'Open loans that are due back on these days, and stay so' }),
});
export type ClosedDays = Static<typeof ClosedDays>;

export const closedDayParams = Type.Object({ day: date });
