import { sql } from 'kysely';
import { pointsInDoubt } from '../patients/doubt.queries.ts';
import type { Reader } from '../shared/database.ts';
import { type ContactPoint, works } from './contact.rules.ts';

/** A way `c` to reach someone, as a JSON value in the shape of `ContactPoint`; whether it is in doubt is asked afterwards. */
export const pointJson = sql`json_build_object('id', c.id, 'channel', c.channel, 'value', c.value, 'safe', c.safe, 'recheckDue', c.recheck_due,
  'stopped', c.stopped_at is not null, 'failed', c.failed_at is not null, 'doubted', false, 'hours', c.hours)`;

/** Ways to reach people with whether each is in doubt. */
export async function withDoubts(db: Reader, points: ContactPoint[], today: string): Promise<ContactPoint[]> {
  const doubts = await pointsInDoubt(
    db,
    points.filter((point) => works(point, today)).map(({ id }) => id),
    today,
  );
  return points.map((point) => ({ ...point, doubted: doubts.has(point.id) }));
}
