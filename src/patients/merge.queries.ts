import { sql } from 'kysely';
import type { Reader } from '../shared/database.ts';
import type { Merge } from './merge.schemas.ts';

/** The records that were merged into a patient's and not parted again, the newest first. */
export async function mergesOf(db: Reader, patientId: string): Promise<Merge[]> {
  const { rows } = await sql<Merge>`/* merge.of-patient */
    select m.id, m.survivor_id as "survivorId", json_build_object('id', p.id, 'name', p.given_name || ' ' || p.family_name) as merged,
      m.by_name as by, m.at, m.parted_at as "partedAt"
    from patient_merge m join patient p on p.id = m.merged_id
    where m.survivor_id = ${patientId} and m.parted_at is null order by m.id desc`.execute(db);
  return rows;
}
