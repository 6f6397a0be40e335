import { sql } from 'kysely';
import type { Reader } from '../shared/database.ts';
import { byId, type ListPage, toPage } from '../shared/lists.ts';
import { calledName } from '../shared/person-name.ts';
import { Problem } from '../shared/problem.ts';
import { many, maybe } from '../shared/statements.ts';
import { InboundMessage } from './inbound.schemas.ts';

const columns = sql`x.id, x.from_number as "from", x.message_id as "messageId", x.body, x.meaning, x.received_at as "receivedAt",
  coalesce((select json_agg(json_build_object('id', p.id, 'name', ${calledName}) order by p.id)
    from patient p where p.id = any(x.patient_ids)), '[]') as patients`;

/** Texts that people sent, the newest first. */
export async function listInbound(
  db: Reader,
  query: { limit: number; after?: string | undefined },
): Promise<ListPage<InboundMessage>> {
  const { follows, by } = byId(sql`x.id`, query);
  const rows = await many(db, 'inbound.list', InboundMessage.properties)`
    select ${columns} from inbound_message x where true ${follows}
    order by ${by} limit ${query.limit + 1}`;
  return toPage(rows, query.limit, (row) => [row.id]);
}

/** @throws Problem `not-found` */
export async function getInbound(db: Reader, id: string): Promise<InboundMessage> {
  const row = await maybe(db, 'inbound.get', InboundMessage.properties)`
    select ${columns} from inbound_message x where x.id = ${id}`;
  if (!row) throw new Problem('not-found');
  return row;
}
