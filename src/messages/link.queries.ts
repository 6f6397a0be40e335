import { type RawBuilder, sql } from 'kysely';
import { keyedHash } from '../access/tokens.ts';
import { timestamp, today } from '../shared/clock.ts';
import { jsonInstant, type Reader } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { Problem } from '../shared/problem.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { maybe } from '../shared/statements.ts';
import { ofSubject } from './kind.queries.ts';
import { answerKinds } from './link.rules.ts';
import { isAnswerableByLink, isAsTold } from './reminder.queries.ts';

/** What is stored in place of a link's token. */
export const patientLinkHash = (deps: Deps, token: string) => keyedHash(deps.key, 'patient-link', token);

export const PatientLink = {
  messageId: col.text,
  patientId: col.text,
  contactPointId: col.orNull(col.text),
  /** In which language and needs they read it. */
  language: col.orNull(col.text),
  communicationNeeds: col.listOf(col.text),
  wording: col.oneOf(['discreet', 'identified']),
  /** The follow-ups that the message spoke of, at the time that it told: whether that still holds, or what became of it. */
  followUps: col.listOf(col.object({ id: col.text, at: col.text, status: col.text, asTold: col.boolean })),
  answered: col.listOf(col.oneOf(answerKinds)),
  /** Whether it leads to questions that may still be answered. */
  hasQuestions: col.boolean,
};
export type PatientLink = RowOf<typeof PatientLink>;

/** The askings that a message brings, here named. */
export const askedBy = (message: RawBuilder<unknown>) =>
  sql`(select r.subject_id from reminder r where r.message_id = ${message}.id and r.reason in ${ofSubject('measure_asking')} and r.status = 'said')`;

/** Whether messages to where a message went, here named, were not stopped since. */
export const isHeard = (message: RawBuilder<unknown>) =>
  sql<boolean>`not exists (select from contact_point c where c.id = ${message}.contact_point_id and c.stopped_at is not null)`;

/**
 * What a link is about. No name: whoever holds the link may be anybody.
 * @throws Problem `not-found` for one that expired or never was, and for someone who asked for no contact or has died
 */
export async function findPatientLink(deps: Deps, db: Reader, token: string): Promise<PatientLink> {
  const row = await maybe(db, 'patient-link.find', PatientLink)`
    select m.id as "messageId", m.patient_id as "patientId", m.contact_point_id as "contactPointId", m.wording,
      p.language, p.communication_needs as "communicationNeeds",
      coalesce((select json_agg(json_build_object('id', f.id, 'at', ${jsonInstant('r.useless_after')}, 'status', f.status, 'asTold', ${isAsTold(sql`r`)}) order by r.useless_after)
        from reminder r join follow_up f on f.id = r.subject_id
        where r.message_id = m.id and r.reason in ${ofSubject('follow_up')} and r.status = 'said'), '[]') as "followUps",
      coalesce((select json_agg(distinct x.meaning) from inbound_message x where x.message_id = m.id), '[]') as answered,
      exists (select from measure_asking q where q.id in ${askedBy(sql`m`)} and ${isAnswerableByLink('q')} and q.link_until >= ${today(deps.clock)}::date and ${isHeard(sql`m`)}) as "hasQuestions"
    from patient_link l join message m on m.id = l.message_id join patient p on p.id = m.patient_id
    where l.token_hash = ${patientLinkHash(deps, token)} and l.expires_at > ${timestamp(deps.clock)}
      and p.contact_state not in ('withdrawn', 'deceased')`;
  if (!row) throw new Problem('not-found');
  return row;
}
