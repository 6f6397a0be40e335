import { date, inWords } from '../shared/formats.ts';
import { type Form, newForm, type Typed } from './forms.ts';

/**
 * A form that came too late, because someone else saved first: what was typed is kept, and each field that
 * says something else by now is told of, so that whoever sends it again has seen both. A button sends none of the
 * fields, which then begin with what they say by now. Any other form as it is.
 * @param sent undefined while nobody has sent the form, which then begins with what it says now
 * @param present what the form would begin with now
 * @param buttons names that are of a button, or of the form itself, and of no field
 */
export function besideTheOther(sent: Form | undefined, present: Typed, buttons: string[] = []): Form {
  if (!sent) return newForm(present);
  const now = withWholeDates(present);
  const mine = withWholeDates(sent.typed);
  const isButton = !Object.keys(now).some((name) => Object.hasOwn(mine, name));
  const form = isButton ? { ...sent, typed: { ...present, ...sent.typed } } : sent;
  if (form.status !== 412) return form;
  if (isButton) return { ...form, summary: [{ text: laterThanTheOther }] };
  const names = [...new Set([...Object.keys(now), ...Object.keys(mine)])].filter(
    (name) => name !== 'version' && !buttons.includes(name),
  );
  const differ = names.filter((name) => said(mine[name]) !== said(now[name]));
  const errors = Object.fromEntries(
    differ.map((name) => [name, `${labelOf(name)} ${nowSays(said(now[name]))}`]),
  );
  const told = differ.length
    ? 'Someone else saved this while you wrote. What you typed is kept. Look at what it says by now, then save again'
    : 'Someone else saved this while you wrote. These fields say the same by now. Look at the rest, then save again';
  return {
    ...form,
    errors,
    summary: [{ text: told }, ...differ.map((name) => ({ name, text: errors[name]! }))],
  };
}

const laterThanTheOther = 'Someone else saved this meanwhile. Look at what it says by now, then choose again';

/**
 * The version that a form sends along: the one that was seen first, so that a change in between is noticed, or
 * the present one where the other change has been shown.
 */
export const versionToSend = (form: Form | undefined, now: string): string =>
  form?.typed.version && form.status !== 412 ? String(form.typed.version) : now;

const said = (value: Typed[string] | undefined) => [value ?? ''].flat().join(', ').trim();

function nowSays(value: string): string {
  if (!value) return 'is empty by now';
  if (/^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(value)) return 'is another choice by now';
  const shown = /^\d{4}-\d{2}-\d{2}$/.test(value)
    ? date(value)
    : /^[a-z_]+(, [a-z_]+)*$/.test(value)
      ? value.split(', ').map(inWords).join(', ')
      : value;
  return `says “${shown.length > 200 ? `${shown.slice(0, 200)}…` : shown}” by now`;
}

/** `dutyContact.phone` as `Duty contact phone`, `supporterId` as `Supporter`, `steps.0.startsAt` as `Step 1, starts at`. */
const labelOf = (name: string) =>
  inWords(
    name
      .replace(/Id$/, '')
      .replace(/s\.(\d+)\./, (_, row) => `_${Number(row) + 1},_`)
      .replaceAll('.', '_')
      .replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  );

/** Dates typed in three fields as the one that they stand for. */
function withWholeDates(typed: Typed): Typed {
  const whole: Typed = {};
  for (const [field, value] of Object.entries(typed)) {
    const [, name, part] = /^(.+)-(day|month|year)$/.exec(field) ?? [];
    if (!name) whole[field] = value;
    else if (part === 'day') {
      const [year, month, day] = ['year', 'month', 'day'].map((one) => said(typed[`${name}-${one}`]));
      whole[name] = day || month || year ? `${year}-${month!.padStart(2, '0')}-${day!.padStart(2, '0')}` : '';
    }
  }
  return whole;
}
