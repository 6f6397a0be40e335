import type { EventValues } from '../events.ts';
import type { Context } from './actor.ts';
import type { EventDefinitions } from './event-definitions.ts';
import { followersOf, type Happened } from './follow-on.ts';
import { newId } from './ids.ts';
import { run } from './statements.ts';
import { strict } from './validation.ts';
import type { Work } from './work.ts';

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
  | 'found_message'
  | 'calendar'
  | 'announcement'
  | 'provider'
  | 'support_plan'
  | 'guide'
  | 'handout'
  | 'story'
  | 'drop_in'
  | 'instrument'
  | 'measure_asking'
  | 'retention_batch';

export type EventType = keyof EventValues;

type EventOf<Type extends EventType> = {
  type: Type;
  /** The things whose story this is part of. */
  subjects: [SubjectType, string][];
  /** Names of fields that changed and whose values may not be in the log. */
  fields?: string[];
};
type Logged<Values> = Record<never, never> extends Values ? { values?: Values } : { values: Values };

/** What happened, to what, with the non-personal values and the names of the fields that are personal. */
export type NewEvent = { [Type in EventType]: EventOf<Type> & Logged<EventValues[Type]> }[EventType];

type ValueOf<Type extends EventType> = Type extends EventType ? keyof EventValues[Type] : never;
/** An event without a value that its type does not have: TypeScript by itself looks for none in what a function gives back. */
type Exactly<Event> = Event extends { type: infer Type extends EventType; values: infer Values }
  ? { values: { [Name in keyof Values]: Name extends ValueOf<Type> ? Values[Name] : never } }
  : unknown;

/** Who asks, as the subject of what is about nothing but them. */
export function callerOf({ actor }: Context): [SubjectType, string][] {
  return actor.id ? [[actor.type === 'client' ? 'api_client' : 'staff', actor.id]] : [];
}

/** Writes what happened, as `recordEvents` does for many. Its id. */
export async function recordEvent<Event extends NewEvent>(
  work: Work,
  event: Event & Exactly<Event>,
): Promise<string> {
  const [id] = await recordEvents<NewEvent>(work, [event]);
  return id!;
}

/**
 * Writes what happened to the event log and the work that comes after it to the outbox, in one statement however
 * many events; then does what happens with them, as `src/follow-on.ts` has it. All in the command's own transaction.
 * @returns their ids, in the order given
 */
export async function recordEvents<Event extends NewEvent>(
  work: Work,
  events: (Event & Exactly<Event>)[],
): Promise<string[]> {
  if (!events.length) return [];
  for (const event of events) assertLoggable(work.deps.events, event);
  const { at, deps, ctx } = work;
  const made = events.map(
    (event: NewEvent): Happened => ({
      id: newId(),
      type: event.type,
      subjects: event.subjects,
      values: event.values ?? {},
      fields: event.fields ?? [],
    }),
  );
  // A device that was found may take its own place again: it is named twice and is one subject.
  const subjects = made.flatMap(({ id, subjects }) =>
    [...new Map(subjects.map(([type, subject]) => [subject, type]))].map(([subject, type]) => ({
      id,
      type,
      subject,
    })),
  );
  for (const { type, subject } of subjects) if (type === 'patient') ctx.told?.add(subject);
  const after = made.flatMap(({ id, type }) =>
    (deps.followOn[type]?.after ?? []).map((handler) => ({ id, handler })),
  );
  await run(work.trx, 'event.record')`
    with e as (
      insert into event (id, at, type, actor_type, actor_id, actor_name, request_id, "values", fields)
      select x.id, ${at}::timestamptz, x.type, ${ctx.actor.type}, ${ctx.actor.id}, ${ctx.actor.name}, ${ctx.requestId}, x."values", x.fields
      from jsonb_to_recordset(${JSON.stringify(made)}::jsonb) x (id uuid, type text, "values" jsonb, fields text[])
    ), s as (
      insert into event_subject (subject_id, event_id, subject_type)
      select x.subject, x.id, x.type from jsonb_to_recordset(${JSON.stringify(subjects)}::jsonb) x (id uuid, type text, subject uuid)
    )
    insert into outbox (event_id, handler, created_at)
    select x.id, x.handler, ${at}::timestamptz from jsonb_to_recordset(${JSON.stringify(after)}::jsonb) x (id uuid, handler text)`;
  for (const [follow, happened] of followersOf(deps.followOn, made)) await follow(work, happened);
  return made.map(({ id }) => id);
}

/** @throws Error when an event would put a value in the log that its definition does not let in */
function assertLoggable(definitions: EventDefinitions, { type, values = {} }: NewEvent): void {
  const known = definitions[type];
  if (!known) throw new Error(`${type} may not be logged`);
  for (const [name, value] of Object.entries(values)) {
    const schema = Object.hasOwn(known.values, name) && known.values[name];
    if (!schema || (value !== undefined && !strict.validate(schema, value)))
      throw new Error(`${type}: ${name} may not be logged`);
  }
}
