import { sql } from 'kysely';
import { systemContext } from '../shared/actor.ts';
import { command } from '../shared/command.ts';
import type { Trx } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent, type SubjectType } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { senderNumber } from '../shared/phone.ts';
import { col } from '../shared/rows.ts';
import { many, maybe, run } from '../shared/statements.ts';
import { type Work, workIn } from '../shared/work.ts';
import { createTasks } from '../tasks/task.commands.ts';
import { ofSubject } from './kind.queries.ts';
import { isUrgent, meaningOf } from './notify.rules.ts';
import { isAsTold } from './reminder.queries.ts';

const ctx = systemContext('inbound text');

/** What staff are asked to do about each meaning; of all others, to read it. */
const taskFor = { stop: 'asked_to_stop', cancel: 'asked_to_cancel' } as const;

export type InboundText = { providerId: string; from: string; body: string };

/**
 * Takes a text that someone sent back, once however often it is told. STOP stops the number for everyone
 * who has it, and for those who trust whoever has it; YES confirms the one call that its sender was told of, where there is no doubt which and it is still as
 * they were told; everything else, and all that is in doubt, is a person's to read.
 */
export async function receiveText(deps: Deps, { providerId, from, body }: InboundText): Promise<void> {
  const number = senderNumber(from);
  const meaning = meaningOf(body);
  await command(deps, ctx, async (work) => {
    const { at } = work;
    // A number that is being added to a record would miss the text, and the text the record.
    await run(work.trx, 'inbound.lock')`select pg_advisory_xact_lock(hashtextextended('texts of nobody', 0))`;
    const senders = await many(work.trx, 'inbound.senders', {
      id: col.text,
      isTrusted: col.boolean,
    })`
      select p.id, p.trusted_person ->> 'phone' is not distinct from ${number} as "isTrusted" from patient p
      where p.id in (select patient_id from contact_point where value = ${number} and channel in ('sms', 'phone')
        union select id from patient where trusted_person is not null and trusted_person ->> 'phone' = ${number})
      order by p.id for no key update`;
    const patients = senders.map(({ id }) => id);
    const id = newId();
    const kept = await maybe(work.trx, 'inbound.insert', {})`
      insert into inbound_message (id, provider_id, from_number, body, meaning, patient_ids, received_at)
      values (${id}, ${providerId}, ${number}, ${body}, ${meaning}, ${patients}::uuid[], ${at})
      on conflict (provider_id) do nothing returning 1`;
    if (!kept) return;
    await recordEvent(work, {
      type: 'message.answered',
      subjects: [
        ['inbound_message', id],
        ...patients.map((patient): [SubjectType, string] => ['patient', patient]),
      ],
      values: { kind: meaning },
      fields: ['body'],
    });
    if (meaning === 'stop' && patients.length) await stopNumber(work.trx, number, at);
    const isTheirOwn = senders.every(({ isTrusted }) => !isTrusted);
    if (meaning === 'yes' && isTheirOwn && (await confirmOne(work, patients, at))) return;
    await createTasks(work, [
      {
        kind: taskFor[meaning as keyof typeof taskFor] ?? 'inbound_text',
        subjectType: 'inbound_message',
        subjectId: id,
        patientId: patients.length === 1 ? patients[0] : undefined,
        urgent: isUrgent(meaning),
      },
    ]);
  });
}

async function stopNumber(trx: Trx, number: string, at: string): Promise<void> {
  await run(trx, 'contact.stop-number')`
    with trusted as (
      update patient set trusted_person = jsonb_build_object('stoppedAt', ${at}::text) || trusted_person
      where trusted_person ->> 'phone' = ${number}
    )
    update contact_point set stopped_at = coalesce(stopped_at, ${at}) where value = ${number} and channel = 'sms'`;
}

/**
 * Confirms what a YES is about: the one thing ahead that its sender was told of, if it is still as they were told.
 * @returns whether there was exactly one
 */
async function confirmOne(work: Work, patients: string[], at: string): Promise<boolean> {
  if (patients.length !== 1) return false;
  const rows = await many(work.trx, 'inbound.asked', { id: col.text, asTold: col.boolean })`
    select f.id, ${isAsTold(sql`told`)} as "asTold" from follow_up f cross join lateral (
      select r.useless_after, r.said_way, r.reason from reminder r
      where r.subject_id = f.id and r.reason in ${ofSubject('follow_up')} and r.status = 'said' order by r.id desc limit 1) told
    where f.patient_id = ${patients[0]} and told.useless_after > ${at} and told.reason <> 'off'
    order by f.id for update of f`;
  const [asked] = rows;
  if (!asked?.asTold || rows.length > 1) return false;
  await run(
    work.trx,
    'inbound.confirm-one',
    work.trx.updateTable('follow_up').set({ status: 'confirmed', changed_at: at }).where('id', '=', asked.id),
  );
  await recordEvent(workIn(work.trx, work.deps, ctx), {
    type: 'follow_up.changed',
    subjects: [
      ['follow_up', asked.id],
      ['patient', patients[0]!],
    ],
    values: { from: 'planned', to: 'confirmed' },
  });
  return true;
}
