import { sql } from 'kysely';
import { jsonInstant, type Reader } from '../shared/database.ts';
import { byId, type ListPage, toPage } from '../shared/lists.ts';
import { Problem } from '../shared/problem.ts';
import { each, many, maybe } from '../shared/statements.ts';
import { ApiClient, type ApiClientQuery } from './client.schemas.ts';

const columns = sql`c.id, c.name, c.role, c.rate_per_minute as "ratePerMinute", c.disabled_at is null as enabled, c.changed_at as "changedAt",
  (select json_build_object('id', o.id, 'name', o.name) from organisation o where o.id = c.organisation_id) as clinic,
  coalesce((select json_agg(json_build_object('id', k.id, 'createdAt', ${jsonInstant('k.created_at')}, 'usedAt', ${jsonInstant('k.used_at')},
      'expiresAt', ${jsonInstant('k.expires_at')}, 'readOnly', k.actions is not null, 'addresses', k.addresses, 'lastAddress', k.last_address,
      'revokedAt', ${jsonInstant('k.revoked_at')}) order by k.revoked_at desc nulls first, k.id desc)
    from (select * from api_key k where k.client_id = c.id order by k.revoked_at desc nulls first, k.id desc limit 10) k), '[]') as keys`;

/** The systems that call the API, in the order they were added: of one clinic, or with `clinicId` null those of none. */
export async function listApiClients(
  db: Reader,
  query: Omit<ApiClientQuery, 'clinicId'> & { clinicId?: string | null | undefined },
): Promise<ListPage<ApiClient>> {
  const { follows, by } = byId(sql`c.id`, { order: 'oldest', after: query.after });
  const { clinicId } = query;
  const ofClinic =
    clinicId === undefined
      ? sql``
      : clinicId === null
        ? sql`and c.organisation_id is null`
        : sql`and c.organisation_id = ${clinicId}`;
  const rows = await many(db, each('client.list-api'), ApiClient.properties)`
    select ${columns} from api_client c where true ${ofClinic} ${follows}
    order by ${by} limit ${query.limit + 1}`;
  return toPage(rows, query.limit, (row) => [row.id]);
}

/**
 * One system that calls the API, with its keys.
 * @throws Problem `not-found`
 */
export async function getApiClient(db: Reader, id: string): Promise<ApiClient> {
  const row = await maybe(
    db,
    each('client.get-api'),
    ApiClient.properties,
  )`select ${columns} from api_client c where c.id = ${id}`;
  if (!row) throw new Problem('not-found');
  return row;
}
