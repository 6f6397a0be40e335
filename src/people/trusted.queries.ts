import { type RawBuilder, sql } from 'kysely';
import type { TrustedTopic } from './trusted.rules.ts';

/** The trusted person of a patient `p`, as they are kept. */
const held = sql`p.trusted_person`;
const phone = sql`(${held} ->> 'phone')`;
const may = sql`coalesce((${held} ->> 'mayBeContacted')::boolean, false)`;

/** Whether the number of the trusted person may be used: no record calls it unsafe, stopped or failed, as a way to reach anybody or as that of whom they trust (rule 25). */
const numberWorks = sql`(${phone} is not null and not number_is_refused(${phone}))`;

/** Whether the trusted person may be rung about something, or in an emergency. Where it was not said for what, it is for whoever rings to ask. */
const mayRing = (topic: TrustedTopic) =>
  sql`(${may} and (not ${held} ? 'contactFor' or ${held} -> 'contactFor' ?| ${[topic, 'emergency']}::text[]))`;

/** The trusted person of a patient `p` for whoever rings about something, as JSON in the shape of `TrustedShown`; null where they may not. */
export const trustedJson = (topic: TrustedTopic) => sql`case when ${mayRing(topic)} then json_build_object(
  'name', ${held} ->> 'name', 'relationship', ${held} ->> 'relationship', 'phone', case when ${numberWorks} then ${phone} end,
  'contactFor', coalesce(${held} -> 'contactFor', '[]'), 'first', ${isFirst(sql`${topic}`)}) end`;

/** Whether the trusted person of a patient `p` is to be reached before the person, about something here named. */
export function isFirst(topic: RawBuilder<unknown>) {
  return sql<boolean>`(${may} and coalesce((${held} ->> 'first')::boolean and ${held} -> 'contactFor' ? ${topic}::text, false) and ${numberWorks})`;
}

/** Whether texts reach the number of the trusted person of a patient `p`: it is no landline of ours, and no extension. */
export const takesTexts = sql<boolean>`(${phone} !~ '^\\+44[^7]|;')`;

/** The number of the trusted person of a patient `p` as a way for texts, as JSON in the shape of `ContactPoint`; its id is the patient’s. */
export const trustedPointJson = sql`case when ${phone} is not null then json_build_object('id', p.id, 'channel', 'sms', 'value', ${phone},
  'safe', true, 'recheckDue', null, 'stopped', false, 'failed', false, 'doubted', false, 'hours', null) end`;
