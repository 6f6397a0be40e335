import { sql } from 'kysely';
import { seeingAll } from '../shared/asker.ts';
import type { Reader } from '../shared/database.ts';
import { writtenWith } from '../shared/moments.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { many } from '../shared/statements.ts';
import type { StaffWork } from './staff.schemas.ts';

/** The systems with keys that someone made and that still work. */
export async function systemsWithKeysOf(db: Reader, staffId: string): Promise<StaffWork['systems']> {
  return many(db, 'client.keys-made-by', { id: col.text, name: col.text, keys: col.number })`
    select c.id, c.name, count(*)::int as keys from api_client c join api_key k on k.client_id = c.id and k.revoked_at is null
    where c.disabled_at is null and exists (
      select from event_subject s join event e on e.id = s.event_id
      where s.subject_id = c.id and e.type = 'api_client.key_added' and ${writtenWith(sql`e.at`, sql`k.created_at`)} and e.actor_id = ${staffId})
    group by c.id order by lower(c.name), c.id limit 200`;
}

const WorkGiven = {
  id: col.text,
  name: col.text,
  referrals: col.number,
  followUps: col.number,
  dropIns: col.number,
};
export type WorkGiven = RowOf<typeof WorkGiven>;

/** What someone was given of others who may no longer do it, in the week before an instant, by whose it was. */
export async function workGivenTo(db: Reader, staffId: string | null, at: string): Promise<WorkGiven[]> {
  // A supporter who was given it sees nothing of whoever had it before but the name that stands here.
  return seeingAll(
    () => many(db, 'staff.work-given-to', WorkGiven)`
    select p.id, p.name, coalesce(sum((e."values"->>'count')::int), 0)::int as referrals,
      coalesce(sum((e."values"->>'followUps')::int), 0)::int as "followUps", coalesce(sum((e."values"->>'dropIns')::int), 0)::int as "dropIns"
    from event_subject mine join event e on e.id = mine.event_id
      join event_subject theirs on theirs.event_id = e.id and theirs.subject_id <> mine.subject_id
      join staff p on p.id = theirs.subject_id
    where mine.subject_id = ${staffId} and e.type in ('staff.referrals_given_on', 'staff.support_given_on')
      and e."values"->>'to' = ${staffId}::text and e.at > ${at}::timestamptz - interval '7 days'
    group by p.id order by max(e.at) desc, p.id limit 5`,
  );
}
