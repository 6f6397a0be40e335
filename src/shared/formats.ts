import { Temporal } from 'temporal-polyfill';
import { zone } from './clock.ts';
import { showPhoneNumber } from './phone.ts';

// Dates, times and numbers as the NHS service manual writes them.
const months = 'January February March April May June July August September October November December'.split(
  ' ',
);
const days = 'Monday Tuesday Wednesday Thursday Friday Saturday Sunday'.split(' ');

/** `2018-08-06` as `6 August 2018`; an instant as its date in London; nothing as nothing. */
export function date(value: string | null | undefined): string {
  if (!value) return '';
  const { day, month, year } = dayOf(value);
  return `${day} ${months[month - 1]} ${year}`;
}

/** `2026-11-27` as `27 Nov`, with the year only when it is another than that of `today`; nothing as nothing. */
export function shortDate(value: string | null | undefined, today: string): string {
  if (!value) return '';
  const { day, month, year } = dayOf(value);
  const short = `${day} ${months[month - 1]!.slice(0, 3)}`;
  return `${year}` === today.slice(0, 4) ? short : `${short} ${year}`;
}

/** A sentence of the API with its dates as people read them. What somebody typed may look like one and be none. */
export function withDates(text: string): string {
  return text.replaceAll(/\d{4}-\d{2}-\d{2}/g, (found) => {
    try {
      return date(found);
    } catch {
      return found;
    }
  });
}

/** `2018-08-06` as `Monday 6 August 2018`; an instant as its date in London. */
export function weekday(value: string): string {
  return `${days[dayOf(value).dayOfWeek - 1]} ${date(value)}`;
}

/** `09:30` or an instant as `9:30am`, `14:00` as `2pm`, `12:00` as `midday`. */
export function time(value: string | null | undefined): string {
  if (!value) return '';
  const { hour, minute } = value.length > 10 ? inLondon(value) : Temporal.PlainTime.from(value);
  if (minute === 0 && hour % 12 === 0) return hour === 0 ? 'midnight' : 'midday';
  const minutes = minute ? `:${String(minute).padStart(2, '0')}` : '';
  return `${hour % 12 || 12}${minutes}${hour < 12 ? 'am' : 'pm'}`;
}

/** An instant as `6 August 2018, 9:30am`. */
export function dateTime(value: string | null | undefined): string {
  return value ? `${date(value)}, ${time(value)}` : '';
}

/** An NHS number in its groups of 3, 3 and 4, with spaces that do not break a line. */
export function nhsNumber(value: string | null | undefined): string {
  return (value ?? '').replace(/^(\d{3})(\d{3})(\d{4})$/, '$1\u00a0$2\u00a0$3');
}

/** A way to reach someone: a phone number in groups that do not break, anything else as it is. */
export function contact(value: string): string {
  const shown = showPhoneNumber(value);
  return shown === value ? value : shown.replaceAll(' ', '\u00a0');
}

/** `1 device`, `2 devices`; for other plurals give both: `1 delivery`, `2 deliveries`. */
export function count(number: number, one: string, several = `${one}s`): string {
  return `${number.toLocaleString('en-GB')} ${number === 1 ? one : several}`;
}

/** `1204` as `1,204`. */
export function thousands(number: number): string {
  return number.toLocaleString('en-GB');
}

/** The largest of some numbers; 0 of none. */
export function largest(numbers: number[]): number {
  return Math.max(0, ...numbers);
}

/** From one instant to another, as people say it: `under a second`, `12 seconds`, `3 minutes`. */
export function duration(from: string, to: string): string {
  const seconds = Math.round((Date.parse(to) - Date.parse(from)) / 1000);
  if (seconds < 1) return 'under a second';
  return seconds < 90 ? count(seconds, 'second') : count(Math.round(seconds / 60), 'minute');
}

/** 135 minutes as `2 h 15 min`. */
export function hours(minutes: number): string {
  const [whole, rest] = [Math.floor(minutes / 60), minutes % 60];
  return [whole ? `${whole.toLocaleString('en-GB')} h` : '', rest || !whole ? `${rest} min` : '']
    .filter(Boolean)
    .join(' ');
}

/** `in_person` as `In person`. */
export function inWords(value: string | null | undefined): string {
  const text = withAbbreviations((value ?? '').replaceAll(/[_-]/g, ' '));
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `Their NHS number` as `their NHS number`. In a template it stands for the filter that would write `nhs`. */
export function lower(value: unknown): string {
  return withAbbreviations(String(value ?? '').toLowerCase());
}

const withAbbreviations = (text: string) =>
  text.replaceAll(/\b(sim|imei|iccid|nhs|bsl|sms)\b/g, (name) => name.toUpperCase());

const dayOf = (value: string) =>
  value.length > 10 ? inLondon(value).toPlainDate() : Temporal.PlainDate.from(value);

const inLondon = (instant: string) => Temporal.Instant.from(instant).toZonedDateTimeISO(zone);

/** `08` as `8`: how people write a day or a month. */
export function trimZero(value: string | null | undefined): string {
  return (value ?? '').replace(/^0+/, '');
}

/** The query of a list's address, with its order taken out and the list sorted by a column. */
export function sortedBy(query: string | undefined, sort: string): string {
  const rest = new URLSearchParams(query);
  rest.delete('order');
  rest.set('sort', sort);
  return rest.toString();
}
