import { sql } from 'kysely';
import { jsonInstant, type Reader } from '../shared/database.ts';
import { col } from '../shared/rows.ts';
import { maybe } from '../shared/statements.ts';
import { Assessment } from './assessment.schemas.ts';

/** The assessments of the referral `r`, the newest first, as one JSON value. */
export const assessmentsJson = sql`coalesce((
  select json_agg(json_build_object('id', a.id, 'said', a.said, 'suggestions', a.suggestions, 'treeVersion', a.tree_version, 'takenUp', u.offers, 'takenUpBy', u.by_name, 'by', a.by_name,
    'at', ${jsonInstant('a.at')}) order by a.id desc)
  from referral_assessment a left join assessment_take_up u on u.assessment_id = a.id where a.referral_id = r.id), '[]')`;

/** What was found out about what would help, the newest first. For the office alone. */
export async function listAssessments(db: Reader, referralId: string): Promise<Assessment[]> {
  const row = await maybe(db, 'assessment.list', { assessments: col.listOf(Assessment) })`
    select ${assessmentsJson} as assessments from referral r where r.id = ${referralId}`;
  return row?.assessments ?? [];
}
