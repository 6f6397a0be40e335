import { clinicNames } from '../../scheme/names.queries.ts';
import type { SubjectType } from '../../shared/events.ts';
import { invalid, Problem } from '../../shared/problem.ts';
import { col } from '../../shared/rows.ts';
import { maybe, one, run } from '../../shared/statements.ts';
import type { Work } from '../../shared/work.ts';
import { isStoryOf } from './story.queries.ts';
import { type Find, findsIn, type OwnNames } from './story.rules.ts';
import type { Story } from './story.schemas.ts';

type LockedStory = { patientId: string | null; isRetired: boolean; subjects: [SubjectType, string][] };

/**
 * Locks a story, after the person whose it is.
 * @throws Problem `not-found`, also for one that is not the supporter's own
 */
export async function lockStory(work: Work, id: string): Promise<LockedStory> {
  await run(work.trx, 'story.lock-patient')`
    select from patient p where p.id = (select patient_id from story where id = ${id}) for no key update`;
  const row = await maybe(work.trx, 'story.lock', {
    patientId: col.orNull(col.text),
    dropInId: col.orNull(col.text),
    isRetired: col.boolean,
  })`
    select s.patient_id as "patientId", s.drop_in_id as "dropInId", s.retired_at is not null as "isRetired"
    from story s where s.id = ${id} and ${isStoryOf(work.ctx.actor)} for update of s`;
  if (!row) throw new Problem('not-found');
  return { ...row, subjects: [['story', id], ...subjectsOf(row)] };
}

/** @throws Problem `conflict` for a story that was taken out */
export function assertThere({ state }: Pick<Story, 'state'>): void {
  if (state === 'retired') throw new Problem('conflict', { detail: 'This story was taken out for good.' });
}

/** @throws Problem `invalid` for a civil day ahead */
export function assertPast(work: Work, pointer: string, day: string): void {
  if (day > work.today)
    throw invalid({ pointer, message: 'This day is in the future. Give today or an earlier day.' });
}

/** What words give away of the person whose they are, if any; `toldName`: the name that they are told with. */
export async function findsOf(
  work: Work,
  words: string,
  patientId: string | null,
  toldName?: string,
): Promise<Find[]> {
  const own = patientId ? await namesOf(work, patientId) : null;
  return findsIn(words, { own, toldName, clinics: await clinicNames(work.trx) });
}

const namesOf = (work: Work, patientId: string): Promise<OwnNames> =>
  one(work.trx, 'story.names', { given: col.text, family: col.text, preferred: col.orNull(col.text) })`
    select given_name as given, family_name as family, preferred_name as preferred from patient where id = ${patientId}`;

/** Ends the consent of a story where one stands. Whether one did. */
export async function endConsent(
  { trx, at, ctx }: Work,
  storyId: string,
  why: 'withdrawn' | 'words_changed' | 'given_anew' | 'retired',
): Promise<boolean> {
  const ended = await run(trx, 'story.end-consent')`
    update story_consent set ended_at = ${at}, ended_by = ${ctx.actor.name}, ended_why = ${why} where story_id = ${storyId} and ended_at is null`;
  return ended > 0;
}

const subjectsOf = ({ patientId, dropInId }: { patientId: string | null; dropInId: string | null }) => [
  ...(patientId ? ([['patient', patientId]] as [SubjectType, string][]) : []),
  ...(dropInId ? ([['drop_in', dropInId]] as [SubjectType, string][]) : []),
];
