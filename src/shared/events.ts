import { sql } from 'kysely';
import type { Context } from './actor.ts';
import { timestamp } from './clock.ts';
import type { Trx } from './database.ts';
import type { Deps } from './deps.ts';
import { eventHandlers } from './event-handlers.ts';
import { newId } from './ids.ts';

export type SubjectType =
  | 'device'
  | 'donation'
  | 'loan'
  | 'patient'
  | 'referral'
  | 'follow_up'
  | 'message'
  | 'task'
  | 'organisation'
  | 'location'
  | 'staff'
  | 'api_client'
  | 'data_plan'
  | 'incident'
  | 'accessory'
  | 'kit'
  | 'stocktake'
  | 'allocation'
  | 'data_offer'
  | 'form_link'
  | 'inbound_message'
  | 'calendar'
  | 'provider'
  | 'support_plan'
  | 'drop_in'
  | 'retention_batch';

/** What happened, to what, with the non-personal values and the names of the fields that are personal. */
export type NewEvent = {
  type: string;
  /** The things whose story this is part of. */
  subjects: [SubjectType, string][];
  values?: Partial<Record<LoggedValue, unknown>>;
  /** Names of fields that changed and whose values may not be in the log. */
  fields?: string[];
};

/** Names that the scheme gives to things of its own: words, though never of a person. */
const schemeWords = ['accessory', 'make', 'model', 'network', 'kit', 'terms', 'plan', 'step'] as const;

/** The other values the event log may hold: states, dates of things, kinds and counts; nothing that a person said or is called. */
const codes = [
  'status',
  'from',
  'to',
  'kind',
  'result',
  'cycle',
  'condition',
  'assetTag',
  'assetTags',
  'reference',
  'devices',
  'dueOn',
  'performedOn',
  'receivedOn',
  'expiresOn',
  'handoverWay',
  'handoverOn',
  'acceptedBy',
  'agreementVersion',
  'needs',
  'urgency',
  'decision',
  'way',
  'why',
  'supporterId',
  'staffId',
  'startsAt',
  'role',
  'openChecks',
  'itemIds',
  'lines',
  'channel',
  'job',
  'localDate',
  'count',
  'clinicId',
  'wording',
  'report',
  'suppressed',
  'contactState',
  'run',
  'incidentKind',
  'handedIn',
  'replaces',
  'extensions',
  'reviewOn',
  'locationId',
  'fromLocationId',
  'quantity',
  'verdict',
  'found',
  'missing',
  'unexpected',
  'sentOn',
  'backOn',
  'disposedOn',
  'reportedOn',
  'patientData',
  'activatedOn',
  'gbPerMonth',
  'durationMonths',
  'nextDue',
  'policy',
  'planVersion',
] as const;
type LoggedValue = (typeof codes | typeof schemeWords)[number];

/** How ids, kinds, dates, times, asset tags and references are written. What people write looks otherwise. */
const code = /^([a-z0-9_:.-]*|[A-Z]{1,2}(-[A-Z0-9]+)?|\d{4}-\d\d-\d\dT[\d:.]+Z)$/;

/** Who asks, as the subject of what is about nothing but them. */
export function callerOf({ actor }: Context): [SubjectType, string][] {
  return actor.id ? [[actor.type === 'client' ? 'api_client' : 'staff', actor.id]] : [];
}

/** Writes what happened, as `recordEvents` does for many. Its id. */
export async function recordEvent(trx: Trx, deps: Deps, ctx: Context, event: NewEvent): Promise<string> {
  const [id] = await recordEvents(trx, deps, ctx, [event]);
  return id!;
}

/**
 * Writes what happened to the event log and its follow-on work to the outbox, in the command's own
 * transaction: one statement, however many events.
 * @returns their ids, in the order given
 */
export async function recordEvents(
  trx: Trx,
  deps: Deps,
  ctx: Context,
  events: NewEvent[],
): Promise<string[]> {
  if (!events.length) return [];
  for (const event of events) assertLoggable(event);
  const at = timestamp(deps.clock);
  const made = events.map((event) => ({
    ...event,
    id: newId(),
    values: event.values ?? {},
    fields: event.fields ?? [],
  }));
  // A device that was found may take its own place again: it is named twice and is one subject.
  const subjects = made.flatMap(({ id, subjects }) =>
    [...new Map(subjects.map(([type, subject]) => [subject, type]))].map(([subject, type]) => ({
      id,
      type,
      subject,
    })),
  );
  const work = made.flatMap(({ id, type }) =>
    (eventHandlers[type] ?? []).map((handler) => ({ id, handler })),
  );
  await sql`/* event.record */
    with e as (
      insert into event (id, at, type, actor_type, actor_id, actor_name, request_id, "values", fields)
      select x.id, ${at}::timestamptz, x.type, ${ctx.actor.type}, ${ctx.actor.id}, ${ctx.actor.name}, ${ctx.requestId}, x."values", x.fields
      from jsonb_to_recordset(${JSON.stringify(made)}::jsonb) x (id uuid, type text, "values" jsonb, fields text[])
    ), s as (
      insert into event_subject (subject_id, event_id, subject_type)
      select x.subject, x.id, x.type from jsonb_to_recordset(${JSON.stringify(subjects)}::jsonb) x (id uuid, type text, subject uuid)
    )
    insert into outbox (event_id, handler, created_at)
    select x.id, x.handler, ${at}::timestamptz from jsonb_to_recordset(${JSON.stringify(work)}::jsonb) x (id uuid, handler text)`.execute(
    trx,
  );
  return made.map(({ id }) => id);
}

/** @throws Error when an event would put a value in the log that may not be there */
function assertLoggable({ type, values = {} }: NewEvent): void {
  for (const [name, value] of Object.entries(values)) {
    const isWord = schemeWords.includes(name as (typeof schemeWords)[number]);
    const isCode = codes.includes(name as (typeof codes)[number]) && isCoded(value);
    if (!isWord && !isCode) throw new Error(`${type}: ${name} may not be logged`);
  }
}

/** Whether a value, and each part of one, is none that someone could have written. */
function isCoded(value: unknown): boolean {
  if (typeof value === 'string') return code.test(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.values(value).every(isCoded);
}
