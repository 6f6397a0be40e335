import { sql } from 'kysely';
import { col } from '../shared/rows.ts';
import { many } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import { completeTasksAbout, createTasks, type NewTask } from '../tasks/task.commands.ts';
import { keptApart, likelyDuplicates } from './duplicate.queries.ts';

/** The task to compare a patient with someone who may be the same, before anything goes to either. */
export const mayBeOnePerson = (patientId: string, urgent = true): NewTask => ({
  kind: 'may_be_one_person',
  subjectType: 'patient',
  subjectId: patientId,
  patientId,
  urgent,
});

/** Asks staff about those of these patients whose NHS number another record has as well: one statement and the tasks. */
export async function askOfSharedNhsNumbers(work: Work, patientIds: string[]): Promise<void> {
  if (!patientIds.length) return;
  const rows = await many(work.trx, 'patient.shared-nhs-numbers', { id: col.text })`
    select p.id from patient p where p.id = any(${patientIds}::uuid[]) and exists (
      select from patient o where o.nhs_number = p.nhs_number and o.id <> p.id and o.merged_into is null and o.erased_at is null
        and not ${keptApart(sql`o.id`, sql`p.id`)})`;
  await createTasks(
    work,
    rows.map(({ id }) => mayBeOnePerson(id)),
  );
}

/** Closes what was asked of these patients once nobody is left who may be the same as they. */
export async function closeWhenDecided(work: Work, patientIds: string[]): Promise<void> {
  const decided: string[] = [];
  for (const id of patientIds) if (!(await likelyDuplicates(work.trx, id)).likely.length) decided.push(id);
  await completeTasksAbout(work, ['may_be_one_person'], decided);
}
