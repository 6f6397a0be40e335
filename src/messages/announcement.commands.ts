import { namesToLeaveOut } from '../scheme/names.queries.ts';
import type { Context } from '../shared/actor.ts';
import { addDays } from '../shared/clock.ts';
import { command } from '../shared/command.ts';
import type { Reader } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { invalid, Problem } from '../shared/problem.ts';
import { col } from '../shared/rows.ts';
import { many, maybe, run } from '../shared/statements.ts';
import { createTasks } from '../tasks/task.commands.ts';
import { announcementReach, isConcerned, isNeverWritten, listAnnouncements } from './announcement.queries.ts';
import { announcementErrors, worthTelling } from './announcement.rules.ts';
import type {
  Announcement,
  AnnouncementDraft,
  AnnouncementReach,
  NewAnnouncement,
} from './announcement.schemas.ts';

/**
 * How many would hear of news, and how, before it is sent. Nothing is written.
 * @throws Problem `invalid` for a text that tells too much, or where nobody is concerned
 */
export async function previewAnnouncement(deps: Deps, said: AnnouncementDraft): Promise<AnnouncementReach> {
  await assertRight(deps, deps.db, said);
  const reach = await announcementReach(deps, said);
  if (!reach.people) throw invalid({ pointer: '/audience', message: 'Nobody is concerned just now.' });
  return reach;
}

/**
 * Tells news to everyone concerned: each has one reminder of it, which goes out as all others do, by their own safe
 * way and in their own hours. Who may not be written to meanwhile is a task.
 * @throws Problem `invalid`, `changed-meanwhile` where others are concerned than was seen, `conflict` where the same was told today
 */
export async function makeAnnouncement(
  deps: Deps,
  ctx: Context,
  said: NewAnnouncement,
): Promise<Announcement> {
  return command(deps, ctx, async (work) => {
    await assertRight(deps, work.trx, said);
    await run(work.trx, 'announcement.lock')`select pg_advisory_xact_lock(hashtext('announcement'))`;
    const { audience, clinicId = null, supporterId = null, identified, discreet } = said;
    const told = await maybe(work.trx, 'announcement.same', {})`
      select from announcement where audience = ${audience} and clinic_id is not distinct from ${clinicId}::uuid
        and supporter_id is not distinct from ${supporterId}::uuid and identified = ${identified} and discreet = ${discreet}
        and (created_at at time zone 'Europe/London')::date = ${work.today}::date`;
    if (told)
      throw new Problem('conflict', { detail: 'The same was told to them today. Look at what was told.' });
    const people = await many(work.trx, 'announcement.people', { id: col.text, isTask: col.boolean })`
      select p.id, ${isNeverWritten(work.today)} as "isTask" from patient p where ${isConcerned(said)} order by p.id for no key update of p`;
    if (people.length !== said.people)
      throw new Problem('changed-meanwhile', {
        detail: `${people.length} are concerned now, not ${said.people}. Look at it again before you send it.`,
      });
    const id = newId();
    await run(work.trx, 'announcement.insert')`
      insert into announcement (id, audience, clinic_id, supporter_id, identified, discreet, people, by_name, created_at)
      values (${id}, ${audience}, ${clinicId}::uuid, ${supporterId}::uuid, ${identified}, ${discreet}, ${people.length}, ${work.ctx.actor.name}, ${work.at})`;
    const written = people.flatMap((one) => (one.isTask ? [] : one.id));
    await run(work.trx, 'announcement.reminders')`
      insert into reminder (id, patient_id, reason, subject_id, stage, for_date, useless_after, created_at)
      select new_id(), x.id, 'announcement', ${id}, x.id::text, ${work.today}::date,
        (${addDays(work.today, worthTelling)}::timestamp at time zone 'Europe/London'), ${work.at} from unnest(${written}::uuid[]) x (id)`;
    const tasks = people.filter(({ isTask }) => isTask);
    await createTasks(
      work,
      tasks.map((one) => ({
        kind: 'tell_news',
        subjectType: 'patient',
        subjectId: one.id,
        patientId: one.id,
      })),
    );
    await recordEvent(work, {
      type: 'announcement.made',
      subjects: [['announcement', id]],
      values: { audience, people: people.length, tasks: tasks.length },
      fields: ['identified', 'discreet'],
    });
    return (await listAnnouncements(work.trx, { limit: 1, id })).items[0]!;
  });
}

/** @throws Problem `invalid` */
async function assertRight(deps: Deps, db: Reader, said: AnnouncementDraft): Promise<void> {
  const errors = announcementErrors(said, await namesToLeaveOut(deps, db));
  if (errors.length) throw new Problem('invalid', { errors });
}
