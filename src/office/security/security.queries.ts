import { sql } from 'kysely';
import { securityKind } from '../../access/security-log.rules.ts';
import type { Reader } from '../../shared/database.ts';
import { type ListPage, readCursor, toPage } from '../../shared/lists.ts';
import { col } from '../../shared/rows.ts';
import { each, many } from '../../shared/statements.ts';
import { SecurityEvent, type SecurityQuery } from './security.schemas.ts';

const Row = { ...col.omit(SecurityEvent.properties, 'text'), about: col.orNull(col.text) };

/** The security log, the newest first. */
export async function listSecurityEvents(
  db: Reader,
  { after, limit, kind, alarm, staffId }: SecurityQuery,
): Promise<ListPage<SecurityEvent>> {
  const [at, id] = readCursor(after, ['instant', 'uuid']) ?? [];
  const rows = await many(db, each('security.list'), Row)`
    select e.id, e.at, e.kind, e.actor_type as "actorType", e.actor_id as "actorId", e.about, e.address, e.browser,
      e.request_id as "requestId", e.count, e.is_alarm as alarm,
      case when p.id is not null then json_build_object('id', p.id, 'name', p.name) end as account,
      case when c.id is not null then json_build_object('id', c.id, 'name', c.name) end as client
    from security_event e left join staff p on p.id = e.staff_id left join api_client c on c.id = e.client_id
    where true ${kind ? sql`and e.kind = ${kind}` : sql``} ${alarm ? sql`and e.is_alarm` : sql``}
      ${staffId ? sql`and e.staff_id = ${staffId}` : sql``} ${at ? sql`and (e.at, e.id) < (${at}::timestamptz, ${id}::uuid)` : sql``}
    order by e.at desc, e.id desc limit ${limit + 1}`;
  const items = rows.map(
    ({ about, ...row }): SecurityEvent => ({ ...row, text: securityKind(row.kind).line(about) }),
  );
  return toPage(items, limit, (row) => [row.at, row.id]);
}
