import { isId } from '../shared/ids.ts';
import { inside } from '../shared/sentences.ts';

type Part = Record<string, unknown>;

/** Under which names a part of an answer stands for a person by `id` and `name`. */
const personKeys = new Set(['patient', 'patients', 'merged']);

/**
 * Ids of the people whom an answer names, each once: wherever a part of it has a person’s names or stands under a
 * person’s key. It goes through the data, so that no list has to remember to say whom it names.
 */
export function peopleNamedIn(answer: unknown): string[] {
  const found = new Set<string>();
  const seen = new Set<object>();
  const search = (part: unknown, key: string): void => {
    if (typeof part !== 'object' || part === null || seen.has(part)) return;
    seen.add(part);
    if (Array.isArray(part)) {
      for (const one of part) search(one, key);
      return;
    }
    const id = personOf(part as Part, key);
    if (id) found.add(id);
    for (const [name, inner] of Object.entries(part)) search(inner, name);
  };
  search(answer, '');
  return [...found];
}

function personOf(part: Part, key: string): string | undefined {
  const { id, patientId, name, firstName, givenName, familyName } = part;
  if (givenName !== undefined && familyName !== undefined) return idOf(id);
  if (name === undefined && firstName === undefined) return undefined;
  return idOf(patientId) ?? (personKeys.has(key) ? idOf(id) : undefined);
}

/** A form that is shown again has words under these names as well. */
const idOf = (value: unknown) => (isId(value) ? value : undefined);

/** A filter’s value where it is one of a few, an id, a date, a number or a yes; true where it was typed. */
export type LookFilters = Record<string, string | number | boolean>;
type Described = { properties?: Record<string, { enum?: unknown[]; format?: string; type?: string }> };

const paging = new Set(['limit', 'after']);

/**
 * What an address asked for, as the log of looks keeps it: nothing that someone typed, which may be a name or a number.
 * @param schema of the query or the parameters; what it does not describe is kept by its name alone
 */
export function filtersAsked(schema: unknown, asked: unknown): LookFilters {
  const { properties = {} } = (schema ?? {}) as Described;
  return Object.fromEntries(
    Object.entries((asked ?? {}) as Part)
      .filter(([name, value]) => value !== undefined && Object.hasOwn(properties, name) && !paging.has(name))
      .map(([name, value]) => [name, isOfFew(properties[name]!) ? (value as string) : true]),
  );
}

const isOfFew = ({ enum: values, format, type }: { enum?: unknown[]; format?: string; type?: string }) =>
  values !== undefined || format === 'uuid' || format === 'date' || type === 'boolean' || type === 'integer';

/** Where people are named beside their own records, by the pattern of the address: as in “Saw them in …”. */
export const lookedInWords: Record<string, string> = {
  '/': 'what is urgent on Today',
  '/devices': 'the list of devices',
  '/devices/:id': 'who had a device when',
  '/devices/:id/holders': 'who had a device when',
  '/drop-ins/:id': 'who came to a drop-in',
  '/drop-ins/:id/search': 'a search for who came to a drop-in',
  '/follow-ups': 'the list of follow-ups',
  '/follow-ups/new': 'a new follow-up',
  '/incidents': 'the list of incidents',
  '/loans': 'the list of loans',
  '/messages': 'the list of messages',
  '/messages/replies': 'the list of replies',
  '/messages/replies/:id': 'a reply',
  '/patients': 'the list of patients',
  '/patients/:id': 'the record of someone whom theirs was merged into',
  '/patients/:id/duplicates': 'records that look alike',
  '/patients/:id/kept-apart': 'records that someone said are of others',
  '/patients/:id/merges': 'records that were merged',
  '/referrals': 'the list of referrals',
  '/referrals/pick-list': 'the pick list',
  '/referrals/waiting': 'the waiting list',
  '/replies': 'the list of replies',
  '/retention-batches/:id': 'people whose records are over',
  '/scan': 'a search',
  '/scan/suggestions': 'a search',
  '/searches': 'a search',
  '/settings/retention/:id': 'people whose records are over',
  '/shapers': 'who wants to help shape the scheme',
  '/suggestion-trees/:version/replay': 'past assessments, with other rules for what is suggested',
  '/stories': 'the list of stories',
  '/support': 'the diary',
  '/support/week': 'the week of calls',
  '/tasks': 'the list of tasks',
  '/tasks/:id': 'a task',
  '/waiting-list': 'the waiting list',
};

const recordWords: Record<string, string> = {
  patient: 'Patient',
  referral: 'Referral',
  loan: 'Loan',
  follow_up: 'Follow-up',
  message: 'Message',
  device: 'Device',
  incident: 'Incident',
  drop_in: 'Drop-in',
  task: 'Task',
  export: 'All that is held',
  trusted_person: 'Who they trust, with the number',
};

/** What someone looked at, in words: a record, or a list with what narrowed it where that says something to people. */
export function lookLine({ what, list, filters }: LookedAt): string {
  return list === null || what !== 'list' ? (recordWords[what] ?? what) : listLine(list, filters ?? {});
}
type LookedAt = { what: string; list: string | null; filters: LookFilters | null };

function listLine(list: string, filters: LookFilters): string {
  const narrowed = Object.entries(filters)
    .filter(([name]) => name !== 'id' && !name.endsWith('Id'))
    .map(([name, value]) =>
      value === true ? spaced(name) : `${spaced(name)}: ${value === false ? 'no' : inside(String(value))}`,
    );
  return `Saw them in ${placeOf(list)}${narrowed.length ? ` (${narrowed.join(', ')})` : ''}`;
}

/** A form below a page that has words is of that page. */
function placeOf(list: string): string {
  for (let at = list; at; at = at.slice(0, at.lastIndexOf('/'))) {
    const words = lookedInWords[at];
    if (words) return words;
  }
  return 'a page';
}

const spaced = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
