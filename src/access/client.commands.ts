import type { Context } from '../shared/actor.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { etagOf, requireMatch } from '../shared/etag.ts';
import { type NewEvent, recordEvent } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { invalid, Problem } from '../shared/problem.ts';
import { col } from '../shared/rows.ts';
import { many, maybe, run } from '../shared/statements.ts';
import { clientRoles, keyDays, mostValidKeys } from './client.rules.ts';
import type { ApiClientChange, KeyMade, KeyRevoked, NewApiClient, NewApiKey } from './client.schemas.ts';
import { assertMayGrantKey, readingOf } from './grants.ts';
import { networksOf } from './networks.ts';
import { keyedHash, newApiKey } from './tokens.ts';

/**
 * Adds a system that will call the API. A clinic's names the clinic, which is all it will see.
 * @throws Problem `invalid` for a clinic's without its clinic, or another's with one
 */
export async function addApiClient(deps: Deps, ctx: Context, client: NewApiClient): Promise<{ id: string }> {
  const { name, role, clinicId = null, ratePerMinute = null } = client;
  if ((role === 'clinic') !== (clinicId !== null))
    throw invalid({
      pointer: '/clinicId',
      message: clinicId ? 'Only a clinic’s system is of a clinic.' : 'Say of which clinic it is.',
    });
  assertMayGrantKey(ctx.actor, role);
  return command(deps, ctx, async (work) => {
    const id = newId();
    const { at } = work;
    const added = await run(work.trx, 'client.add-api')`
      insert into api_client (id, name, role, organisation_id, rate_per_minute, created_at, changed_at)
      select ${id}, ${name.trim()}, ${role}, ${clinicId}::uuid, ${ratePerMinute}::int, ${at}, ${at}
      where ${clinicId}::uuid is null or exists (select from organisation where id = ${clinicId} and 'clinic' = any(roles))`;
    if (!added) throw invalid({ pointer: '/clinicId', message: 'There is no clinic of this id.' });
    await recordEvent(work, {
      type: 'api_client.added',
      subjects: [
        ['api_client', id],
        ...(clinicId ? ([['organisation', clinicId]] satisfies NewEvent['subjects']) : []),
      ],
      values: { role, ...(clinicId && { clinicId }) },
      fields: ['name'],
    });
    return { id };
  });
}

/**
 * Renames a system, limits it otherwise, or stops all of its keys and lets them work again.
 * @throws Problem `not-found`, `if-match-required`, `changed-meanwhile`
 */
export async function changeApiClient(
  deps: Deps,
  ctx: Context,
  id: string,
  change: ApiClientChange,
): Promise<void> {
  await command(deps, ctx, async (work) => {
    const before = await maybe(work.trx, 'client.change-api', { changedAt: col.text, enabled: col.boolean })`
      select changed_at as "changedAt", disabled_at is null as enabled from api_client where id = ${id} for update`;
    if (!before) throw new Problem('not-found');
    requireMatch(ctx.ifMatch, etagOf(id, before.changedAt));
    const { at } = work;
    const enabled = change.enabled ?? before.enabled;
    await run(work.trx, 'client.write')`
      update api_client set name = coalesce(${change.name?.trim() ?? null}::text, name), changed_at = ${at},
        rate_per_minute = case when ${change.ratePerMinute !== undefined} then ${change.ratePerMinute ?? null}::int else rate_per_minute end,
        disabled_at = case when ${enabled} then null else coalesce(disabled_at, ${at}) end
      where id = ${id}`;
    await recordEvent(work, {
      type:
        enabled === before.enabled
          ? 'api_client.changed'
          : enabled
            ? 'api_client.enabled'
            : 'api_client.disabled',
      subjects: [['api_client', id]],
      fields: Object.keys(change).filter((name) => name !== 'enabled'),
    });
  });
}

/**
 * Makes an API key. It is shown this once and only its hash is kept, so a repeat of the request
 * makes another in its place, and the reply that arrives last has the one that works. Two of a
 * client are valid at a time, to change over.
 * @throws Problem `not-found`, `invalid` for an address that is none, `not-allowed` for a role that sees more than who makes
 * it, or `conflict` when the client has two
 */
export async function addApiKey(
  deps: Deps,
  ctx: Context,
  clientId: string,
  { days = keyDays.usual, readOnly = false, addresses }: NewApiKey = {},
): Promise<KeyMade> {
  const networks = addresses && networksOf(addresses);
  const madeBy = ctx.once?.key ?? null;
  return command(deps, { ...ctx, once: undefined }, async (work) => {
    const client = await maybe(work.trx, 'client.add-api-key', { role: col.oneOf(clientRoles) })`
      select role from api_client where id = ${clientId} for update`;
    if (!client) throw new Problem('not-found');
    assertMayGrantKey(ctx.actor, client.role);
    const { at } = work;
    const expiresAt = deps.clock
      .now()
      .add({ hours: 24 * days })
      .toString();
    await run(
      work.trx,
      'client.revoke-own-keys',
      work.trx
        .updateTable('api_key')
        .set({ revoked_at: at })
        .where('client_id', '=', clientId)
        .where('made_by', '=', madeBy)
        .where('revoked_at', 'is', null),
    );
    const valid = await many(
      work.trx,
      'client.valid-keys',
      work.trx
        .selectFrom('api_key')
        .where('client_id', '=', clientId)
        .where('revoked_at', 'is', null)
        .where((row) => row.or([row('expires_at', 'is', null), row('expires_at', '>', at)])),
    );
    if (valid.length >= mostValidKeys)
      throw new Problem('conflict', { detail: 'Two keys are valid at a time. Revoke the older one first.' });
    const id = newId();
    const key = newApiKey();
    await run(
      work.trx,
      'client.insert-key',
      work.trx.insertInto('api_key').values({
        id,
        client_id: clientId,
        hash: keyedHash(deps.key, 'api-key', key),
        made_by: madeBy,
        created_at: at,
        expires_at: expiresAt,
        actions: readOnly ? readingOf(client.role) : null,
        addresses: networks ?? null,
      }),
    );
    await recordEvent(work, {
      type: 'api_client.key_added',
      subjects: [['api_client', clientId]],
      values: { role: client.role, expiresAt, readOnly },
    });
    return { id, key, expiresAt };
  });
}

/**
 * Revokes an API key, at once and for good; revoked twice is revoked.
 * @throws Problem `not-found`
 */
export async function revokeApiKey(
  deps: Deps,
  ctx: Context,
  keyId: string,
): Promise<KeyRevoked & { clientId: string }> {
  return command(deps, ctx, async (work) => {
    const key = await maybe(work.trx, 'client.revoke-api-key', {
      clientId: col.text,
      wasValid: col.boolean,
      revokedAt: col.text,
    })`
      with found as (select id, revoked_at from api_key where id = ${keyId} for update)
      update api_key k set revoked_at = coalesce(k.revoked_at, ${work.at}) from found where k.id = found.id
      returning k.client_id as "clientId", found.revoked_at is null as "wasValid", k.revoked_at as "revokedAt"`;
    if (!key) throw new Problem('not-found');
    if (key.wasValid)
      await recordEvent(work, {
        type: 'api_client.key_revoked',
        subjects: [['api_client', key.clientId]],
      });
    return { id: keyId, revokedAt: key.revokedAt, clientId: key.clientId };
  });
}
