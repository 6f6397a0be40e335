import { sql } from 'kysely';
import type { Context, Role } from '../shared/actor.ts';
import { timestamp } from '../shared/clock.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { invalid, Problem } from '../shared/problem.ts';
import { hashPassword } from './password.ts';
import { keyedHash, newApiKey } from './tokens.ts';

export type StaffRole = Exclude<Role, 'clinic' | 'integration'>;
export type ClientRole = Extract<Role, 'officer' | 'clinic' | 'integration'>;

/**
 * Adds a member of staff. Without a password the account has no way in until single sign-on,
 * which finds people by their email address, or a password is set.
 * @throws Problem `name-in-use` when someone has the email address, `invalid` for a short password
 */
export async function addStaff(
  deps: Deps,
  ctx: Context,
  person: { name: string; email: string; role: StaffRole; password?: string },
): Promise<{ id: string }> {
  if (person.password !== undefined && person.password.length < 12) {
    throw invalid({ pointer: '/password', message: 'Give a password of at least 12 characters.' });
  }
  const hash = person.password === undefined ? null : await hashPassword(person.password);
  return command(deps, ctx, async (trx) => {
    const id = newId();
    await sql`insert into staff (id, name, email, role, password_hash, created_at)
      values (${id}, ${person.name}, ${person.email.trim()}, ${person.role}, ${hash}, ${timestamp(deps.clock)})`.execute(
      trx,
    );
    await recordEvent(trx, deps, ctx, {
      type: 'staff.added',
      subjects: [['staff', id]],
      values: { role: person.role },
      fields: ['name', 'email'],
    });
    return { id };
  });
}

/** Adds a system that will call the API. A clinic's names the clinic, which is all it will see. */
export async function addApiClient(
  deps: Deps,
  ctx: Context,
  client: { name: string; role: ClientRole; organisationId?: string; ratePerMinute?: number },
): Promise<{ id: string }> {
  return command(deps, ctx, async (trx) => {
    const id = newId();
    await sql`insert into api_client (id, name, role, organisation_id, rate_per_minute, created_at)
      values (${id}, ${client.name}, ${client.role}, ${client.organisationId ?? null}, ${client.ratePerMinute ?? null},
        ${timestamp(deps.clock)})`.execute(trx);
    await recordEvent(trx, deps, ctx, {
      type: 'api_client.added',
      subjects: [['api_client', id]],
      values: { role: client.role, ...(client.organisationId && { clinicId: client.organisationId }) },
      fields: ['name'],
    });
    return { id };
  });
}

/**
 * Makes an API key. It is shown this once and only its hash is kept, so a repeat of the
 * request makes another key instead of giving the same. Two may be valid at a time, to change over.
 * @throws Problem `not-found`, or `conflict` when the client has two
 */
export async function addApiKey(
  deps: Deps,
  ctx: Context,
  clientId: string,
): Promise<{ id: string; key: string }> {
  return command(deps, { ...ctx, once: undefined }, async (trx) => {
    const client = await sql`select from api_client where id = ${clientId} for update`.execute(trx);
    if (!client.rows.length) throw new Problem('not-found');
    const valid = await sql`select from api_key where client_id = ${clientId} and revoked_at is null`.execute(
      trx,
    );
    if (valid.rows.length >= 2) {
      throw new Problem('conflict', { detail: 'Two keys are valid at a time. Revoke the older one first.' });
    }
    const id = newId();
    const key = newApiKey();
    await sql`insert into api_key (id, client_id, hash, created_at)
      values (${id}, ${clientId}, ${keyedHash(deps.config.SECRET, 'api-key', key)}, ${timestamp(deps.clock)})`.execute(
      trx,
    );
    await recordEvent(trx, deps, ctx, { type: 'api_client.key_added', subjects: [['api_client', clientId]] });
    return { id, key };
  });
}

/**
 * Revokes an API key, at once and for good.
 * @throws Problem `not-found` when there is no valid key of this id
 */
export async function revokeApiKey(deps: Deps, ctx: Context, keyId: string): Promise<void> {
  await command(deps, ctx, async (trx) => {
    const { rows } = await sql<{ clientId: string }>`update api_key set revoked_at = ${timestamp(deps.clock)}
      where id = ${keyId} and revoked_at is null returning client_id as "clientId"`.execute(trx);
    if (!rows[0]) throw new Problem('not-found');
    await recordEvent(trx, deps, ctx, {
      type: 'api_client.key_revoked',
      subjects: [['api_client', rows[0].clientId]],
    });
  });
}
