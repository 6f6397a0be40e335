import { sql } from 'kysely';
import { jsonInstant, type Reader } from '../shared/database.ts';
import type { Note } from './triage.schemas.ts';

/** The notes of the office on the referral `r`, the newest first, as one JSON value. */
export const notesJson = sql`coalesce((
  select json_agg(json_build_object('id', x.id, 'note', x.note, 'at', ${jsonInstant('x.at')}, 'by', x.by_name) order by x.id desc)
  from referral_note x where x.referral_id = r.id), '[]')`;

/** What the office noted of a referral, the newest first. */
export async function listNotes(db: Reader, referralId: string): Promise<Note[]> {
  const { rows } = await sql<{ notes: Note[] }>`/* referral.notes */
    select ${notesJson} as notes from referral r where r.id = ${referralId}`.execute(db);
  return rows[0]?.notes ?? [];
}
