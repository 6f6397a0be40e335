import { sql } from 'kysely';
import type { Reader } from '../../shared/database.ts';
import { byId, type ListPage, toPage } from '../../shared/lists.ts';
import { Problem } from '../../shared/problem.ts';
import { col } from '../../shared/rows.ts';
import { each, many, maybe } from '../../shared/statements.ts';
import { Delivery, type DeliveryQuery, Webhook } from './webhook.schemas.ts';

const newest = sql`(select d.last_fault from webhook_delivery d where d.webhook_id = w.id and d.attempts > 0 order by d.id desc limit 1)`;
const columns = sql`w.id, w.url, w.disabled_at is null as enabled, w.disabled_because as "disabledBecause",
  (select count(*)::int from webhook_delivery d where d.webhook_id = w.id and d.status in ('pending', 'sending')) as waiting,
  (select max(d.ended_at) from webhook_delivery d where d.webhook_id = w.id and d.status = 'delivered') as "lastDeliveredAt",
  ${newest} as "lastFault", w.created_at as "createdAt", w.changed_at as "changedAt"`;

/**
 * The endpoints of a clinic, in the order they were added.
 * @throws Problem `not-found` for an unknown organisation
 */
export async function listWebhooks(
  db: Reader,
  organisationId: string,
): Promise<{ clinic: string; items: Webhook[] }> {
  const clinic = await maybe(
    db,
    'webhook.clinic',
    db.selectFrom('organisation').select('name').where('id', '=', organisationId),
  );
  if (!clinic) throw new Problem('not-found');
  const rows = await many(db, each('webhook.list'), Webhook.properties)`
    select ${columns} from webhook w where w.organisation_id = ${organisationId} order by w.id`;
  return { clinic: clinic.name, items: rows };
}

/**
 * One endpoint and whose it is.
 * @throws Problem `not-found`
 */
export async function getWebhook(
  db: Reader,
  id: string,
): Promise<Webhook & { clinic: { id: string; name: string } }> {
  const row = await maybe(db, each('webhook.get'), {
    ...Webhook.properties,
    clinic: col.object({ id: col.text, name: col.text }),
  })`
    select ${columns}, json_build_object('id', o.id, 'name', o.name) as clinic
    from webhook w join organisation o on o.id = w.organisation_id where w.id = ${id}`;
  if (!row) throw new Problem('not-found');
  return row;
}

/**
 * The id of the endpoint that a delivery is of.
 * @throws Problem `not-found`
 */
export async function webhookOf(db: Reader, deliveryId: string): Promise<string> {
  const delivery = await maybe(
    db,
    'webhook.of-delivery',
    db.selectFrom('webhook_delivery').select('webhook_id').where('id', '=', deliveryId),
  );
  if (!delivery) throw new Problem('not-found');
  return delivery.webhook_id;
}

/** The deliveries of an endpoint, the newest first. */
export async function listDeliveries(
  db: Reader,
  webhookId: string,
  query: DeliveryQuery,
): Promise<ListPage<Delivery>> {
  const { follows, by } = byId(sql`d.id`, query);
  const rows = await many(db, each('webhook.list-deliveries'), Delivery.properties)`
    select d.id, case when r.id is not null then json_build_object('id', r.id, 'reference', r.reference) end as referral,
      d.status, d.attempts, d.last_status as "lastStatus", d.last_fault as "lastFault",
      case when d.status = 'pending' then d.next_at end as "nextAt", d.created_at as "createdAt", d.ended_at as "endedAt"
    from webhook_delivery d left join referral r on r.id = d.referral_id
    where d.webhook_id = ${webhookId} ${query.status ? sql`and d.status = ${query.status}` : sql``} ${follows}
    order by ${by} limit ${query.limit + 1}`;
  return toPage(rows, query.limit, (row) => [row.id]);
}
