import { sql } from 'kysely';
import type { Context } from '../shared/actor.ts';
import { timestamp } from '../shared/clock.ts';
import { command } from '../shared/command.ts';
import type { Trx } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';

export type OrganisationRole =
  | 'donor'
  | 'clinic'
  | 'support_partner'
  | 'connectivity_provider'
  | 'repairer'
  | 'access_point';

/** Finds an organisation by its name, whatever the case, or adds it; either way it has the role afterwards. Its id. */
export async function findOrAddOrganisation(
  trx: Trx,
  deps: Deps,
  name: string,
  role: OrganisationRole,
): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    insert into organisation (id, name, roles, created_at) values (${newId()}, ${name.trim()}, array[${role}], ${timestamp(deps.clock)})
    on conflict (lower(name)) do update set roles = array(select distinct unnest(organisation.roles || excluded.roles))
    returning id`.execute(trx);
  return rows[0]!.id;
}

/** Adds a clinic, support partner or other organisation, or gives one of that name the role. */
export async function addOrganisation(
  deps: Deps,
  ctx: Context,
  input: { name: string; role: OrganisationRole },
): Promise<{ id: string }> {
  return command(deps, ctx, async (trx) => {
    const id = await findOrAddOrganisation(trx, deps, input.name, input.role);
    await recordEvent(trx, deps, ctx, {
      type: 'organisation.added',
      subjects: [['organisation', id]],
      values: { role: input.role },
    });
    return { id };
  });
}

export const locationKinds = ['hub', 'clinic', 'access_point', 'repairer'] as const;
export type LocationKind = (typeof locationKinds)[number];

/**
 * Adds a place that holds stock or hosts people.
 * @throws Problem `name-in-use`
 */
export async function addLocation(
  deps: Deps,
  ctx: Context,
  input: { name: string; kind: LocationKind },
): Promise<{ id: string }> {
  return command(deps, ctx, async (trx) => {
    const id = newId();
    await trx
      .insertInto('location')
      .values({ id, name: input.name.trim(), kind: input.kind, created_at: timestamp(deps.clock) })
      .execute();
    await recordEvent(trx, deps, ctx, {
      type: 'location.added',
      subjects: [['location', id]],
      values: { kind: input.kind },
    });
    return { id };
  });
}
