import { sql } from 'kysely';
import { jsonInstant, type Reader } from '../shared/database.ts';
import { col } from '../shared/rows.ts';
import { maybe } from '../shared/statements.ts';
import { Note } from './triage.schemas.ts';

/** The notes of the office on the referral `r`, the newest first, as one JSON value. */
export const notesJson = sql`coalesce((
  select json_agg(json_build_object('id', x.id, 'note', x.note, 'at', ${jsonInstant('x.at')}, 'by', x.by_name) order by x.id desc)
  from referral_note x where x.referral_id = r.id), '[]')`;

/** What the office noted of a referral, the newest first. */
export async function listNotes(db: Reader, referralId: string): Promise<Note[]> {
  const row = await maybe(db, 'referral.notes', { notes: col.listOf(Note) })`
    select ${notesJson} as notes from referral r where r.id = ${referralId}`;
  return row?.notes ?? [];
}
