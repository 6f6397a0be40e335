import { sql } from 'kysely';
import type { Reader } from '../shared/database.ts';
import { byId, type ListPage, toPage } from '../shared/lists.ts';
import { calledName } from '../shared/person-name.ts';
import { Problem } from '../shared/problem.ts';
import type { InboundMessage } from './inbound.schemas.ts';

const columns = sql`x.id, x.from_number as "from", x.message_id as "messageId", x.body, x.meaning, x.received_at as "receivedAt",
  coalesce((select json_agg(json_build_object('id', p.id, 'name', ${calledName}) order by p.id)
    from patient p where p.id = any(x.patient_ids)), '[]') as patients`;

/** Texts that people sent, the newest first. */
export async function listInbound(
  db: Reader,
  query: { limit: number; after?: string | undefined },
): Promise<ListPage<InboundMessage>> {
  const { follows, by } = byId(sql`x.id`, query);
  const { rows } = await sql<InboundMessage>`/* inbound.list */
    select ${columns} from inbound_message x where true ${follows}
    order by ${by} limit ${query.limit + 1}`.execute(db);
  return toPage(rows, query.limit, (row) => [row.id]);
}

/** @throws Problem `not-found` */
export async function getInbound(db: Reader, id: string): Promise<InboundMessage> {
  const { rows } = await sql<InboundMessage>`/* inbound.get */
    select ${columns} from inbound_message x where x.id = ${id}`.execute(db);
  if (!rows[0]) throw new Problem('not-found');
  return rows[0];
}
