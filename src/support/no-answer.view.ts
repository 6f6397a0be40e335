import Type, { type Static } from 'typebox';
import { strictObject } from '../shared/http.ts';
import { Problem } from '../shared/problem.ts';
import { time } from '../shared/schemas.ts';
import { fields, type Typed } from '../web/forms.ts';

const When = strictObject({ dueOn: Type.String({ format: 'date' }), startsAt: time });

/** A time as a button or a choice sends it, `YYYY-MM-DDTHH:MM`, as the two fields that it stands for. */
export function withTime({ at, ...typed }: Typed): Typed {
  const [, dueOn, startsAt] = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})$/.exec(String(at ?? '')) ?? [];
  return dueOn && startsAt ? { ...typed, dueOn, startsAt } : typed;
}

/** When someone who did not answer is tried again, by the button that was pressed or by what was typed. @throws Problem `invalid` */
export function whenAgain(typed: Typed): Static<typeof When> {
  return fields(When, withTime(typed), { dueOn: 'Enter the date', startsAt: 'Enter the time' });
}

/** What is refused of the new time is shown at the fields of the form. */
export async function asTyped<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof Problem) || !error.errors) throw error;
    const errors = error.errors.map((one) => ({
      ...one,
      pointer: one.pointer.replace(/^\/(again\/|result$)/, (found) => (found === '/result' ? '/dueOn' : '/')),
    }));
    throw new Problem(error.type, { errors });
  }
}
