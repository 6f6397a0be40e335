import { sql } from 'kysely';
import { pointJson, withDoubts } from '../people/doubt.queries.ts';
import { ContactPoint, works } from '../people/reach.rules.ts';
import type { Actor } from '../shared/actor.ts';
import type { Reader } from '../shared/database.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { each, many, one } from '../shared/statements.ts';
import { matching, mayRing, visibleTo } from './follow-up.queries.ts';
import type { FollowUpQuery } from './follow-up.schemas.ts';
import { isAhead } from './follow-up.states.ts';

const Call = {
  id: col.text,
  communicationNeeds: col.listOf(col.text),
  language: col.orNull(col.text),
  points: col.listOf(col.object({ ...ContactPoint, voicemailOk: col.boolean })),
};

/** What a call needs: a number to press, and whether a voicemail may be left there; what helps the person to hear or follow. */
export type ToCall = Omit<RowOf<typeof Call>, 'points'> & {
  number: { value: string; voicemailOk: boolean } | undefined;
};

/**
 * What the calls of a list need, by the ids of their follow-ups. The number is the first in the person's order that is safe,
 * works and may be rung for it, while it is ahead; what another record casts doubt on is none.
 * @param today civil date
 */
export async function whatCallsNeed(
  db: Reader,
  actor: Actor,
  { ids, today }: { ids: string[]; today: string },
): Promise<Map<string, ToCall>> {
  if (!ids.length) return new Map();
  const rows = await many(db, 'follow-up.to-call', Call)`
    select f.id, p.communication_needs as "communicationNeeds", p.language,
      case when ${isAhead('f')} and f.way = 'phone' and ${mayRing} then coalesce((
        select json_agg((${pointJson})::jsonb || jsonb_build_object('voicemailOk', c.voicemail_ok) order by c.position)
        from contact_point c where c.patient_id = p.id and c.safe and c.channel in ('phone', 'sms')), '[]') else '[]' end as points
    from follow_up f join patient p on p.id = f.patient_id where f.id = any(${ids}::uuid[]) and ${visibleTo(actor)}`;
  const points = await withDoubts(
    db,
    rows.flatMap((row) => row.points),
    today,
  );
  const working = new Set(points.filter((point) => works(point, today)).map(({ id }) => id));
  return new Map(
    rows.map(({ points, ...row }) => [row.id, { ...row, number: points.find(({ id }) => working.has(id)) }]),
  );
}

type Counted = {
  shown: Partial<FollowUpQuery>;
  missed: Partial<FollowUpQuery>;
  later: Partial<FollowUpQuery> | null;
};

/** How many follow-ups a diary shows, how many from before have no outcome, and how many come later. One statement. */
export async function countDiary(
  db: Reader,
  actor: Actor,
  { shown, missed, later }: Counted,
): Promise<{ count: number; withoutOutcome: number; later: number }> {
  const counted = (query: Partial<FollowUpQuery>) =>
    sql`(select count(*)::int from follow_up f where ${matching(actor, query)})`;
  return one(db, each('follow-up.count-diary'), {
    count: col.number,
    withoutOutcome: col.number,
    later: col.number,
  })`
    select ${counted(shown)} as count, ${counted(missed)} as "withoutOutcome", ${later ? counted(later) : sql`0`} as later`;
}
