import { sql } from 'kysely';
import { timestamp } from '../shared/clock.ts';
import type { Reader } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { type ListPage, readCursor, toPage } from '../shared/lists.ts';
import { Problem } from '../shared/problem.ts';
import { col } from '../shared/rows.ts';
import { many, maybe } from '../shared/statements.ts';
import { dbsCountsUntil } from './staff.rules.ts';
import { Staff, type StaffQuery } from './staff.schemas.ts';

const hasIdentity = sql`exists (select from staff_identity i where i.staff_id = p.id)`;
const status = sql`case when p.suspended_at is not null then 'suspended' when p.password_hash is null and not ${hasIdentity} then 'invited' else 'active' end`;

const columns = (deps: Deps) => sql`p.id, p.name, p.email, p.role, ${status} as status,
  case when o.id is not null then json_build_object('id', o.id, 'name', o.name) end as organisation,
  p.weekly_minutes as "weeklyMinutes", p.dbs_checked_on as "dbsCheckedOn", p.changed_at as "changedAt",
  (select max(s.seen_at) from session s where s.staff_id = p.id) as "lastSeenAt",
  ${hasIdentity} as "singleSignOn",
  coalesce((select json_agg(distinct f.kind) from factor f where f.staff_id = p.id and f.removed_at is null), '[]') as "secondSteps",
  (select count(*)::int from session s where s.staff_id = p.id and s.revoked_at is null and s.needs is null and s.expires_at > ${timestamp(deps.clock)}
    and s.seen_at > ${timestamp(deps.clock)}::timestamptz - make_interval(mins => ${deps.config.SESSION_IDLE_MINUTES}::int)) as "openSessions"`;

const whole = (row: Omit<Staff, 'dbsCountsUntil'>): Staff => ({
  ...row,
  dbsCountsUntil: row.dbsCheckedOn && dbsCountsUntil(row.dbsCheckedOn),
});

/** Who works with Lendwell, by name. */
export async function listStaff(deps: Deps, query: StaffQuery): Promise<ListPage<Staff>> {
  const [name, id] = readCursor(query.after, ['text', 'uuid']) ?? [];
  const rows = await many(deps.db, 'staff.list', col.omit(Staff.properties, 'dbsCountsUntil'))`
    select ${columns(deps)} from staff p left join organisation o on o.id = p.organisation_id
    where ${query.role ? sql`p.role = ${query.role}` : sql`true`} ${query.status ? sql`and ${status} = ${query.status}` : sql``}
      ${name === undefined ? sql`` : sql`and (lower(p.name), p.id) > (${name}, ${id})`}
    order by lower(p.name), p.id limit ${query.limit + 1}`;
  return toPage(rows.map(whole), query.limit, (row) => [row.name.toLowerCase(), row.id]);
}

/**
 * One of them.
 * @throws Problem `not-found`
 */
export async function getStaff(deps: Deps, db: Reader, id: string): Promise<Staff> {
  const row = await maybe(db, 'staff.get', col.omit(Staff.properties, 'dbsCountsUntil'))`
    select ${columns(deps)} from staff p left join organisation o on o.id = p.organisation_id where p.id = ${id}`;
  if (!row) throw new Problem('not-found');
  return whole(row);
}
