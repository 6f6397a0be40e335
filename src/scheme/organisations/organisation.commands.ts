import { sql } from 'kysely';
import type { Context } from '../../shared/actor.ts';
import { timestamp } from '../../shared/clock.ts';
import { command } from '../../shared/command.ts';
import type { Trx } from '../../shared/database.ts';
import type { Deps } from '../../shared/deps.ts';
import { readEmail } from '../../shared/email.ts';
import { etagOf, requireMatch } from '../../shared/etag.ts';
import { recordEvent } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { nameKey } from '../../shared/name-key.ts';
import { readPhoneNumber } from '../../shared/phone.ts';
import { type FieldError, invalid, Problem } from '../../shared/problem.ts';
import { kept } from '../../shared/reading.ts';
import { getLocation } from './location.queries.ts';
import type { Location, LocationChange, NewLocation } from './location.schemas.ts';
import { getOrganisation } from './organisation.queries.ts';
import type { LocationKind, OrganisationRole } from './organisation.rules.ts';
import type { NewOrganisation, Organisation, OrganisationChange } from './organisation.schemas.ts';

/** Finds an organisation by its name, however it is written, or adds it; either way it has the role afterwards. Its id. */
export async function findOrAddOrganisation(
  trx: Trx,
  deps: Deps,
  name: string,
  role: OrganisationRole,
): Promise<string> {
  const id = (await organisationNamed(trx, name)) ?? newId();
  const at = timestamp(deps.clock);
  const { rows } = await sql<{ id: string }>`/* organisation.find-or-add */
    with known as (
      select id from organisation where id = ${id}::uuid
    ), given as (
      update organisation set roles = roles || array[${role}]::text[], changed_at = ${at} where id = ${id}::uuid and ${role} <> all(roles)
    ), added as (
      insert into organisation (id, name, roles, created_at, changed_at)
      select ${id}::uuid, ${name.trim()}, array[${role}]::text[], ${at}::timestamptz, ${at}::timestamptz where not exists (select from known) returning id
    )
    select id from known union all select id from added`.execute(trx);
  return rows[0]!.id;
}

/**
 * Finds the organisation of this name, however it is written. Nobody adds another of it until the transaction ends.
 * @returns its id; the earliest of several that were there before they were told apart like this
 */
async function organisationNamed(trx: Trx, name: string): Promise<string | undefined> {
  const key = nameKey(name) || name.trim();
  const named = sql<{ id: string }>`/* organisation.named */
    select id from organisation where coalesce(nullif(name_key(name), ''), name) = ${key} order by id limit 1`;
  const known = (await named.execute(trx)).rows[0];
  if (known) return known.id;
  await sql`/* organisation.turn */ select pg_advisory_xact_lock(hashtextextended(${`organisation ${key}`}, 0))`.execute(
    trx,
  );
  return (await named.execute(trx)).rows[0]?.id;
}

/** @throws Problem `name-in-use` when another organisation has this name, however it is written */
async function assertNameFree(trx: Trx, name: string, ownId?: string): Promise<void> {
  const id = await organisationNamed(trx, name);
  if (id && id !== ownId)
    throw new Problem('name-in-use', { detail: 'There is an organisation of this name already.' });
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

/**
 * Makes an organisation of a name that none has yet.
 * @throws Problem `name-in-use`, `invalid`
 */
export async function createOrganisation(
  deps: Deps,
  ctx: Context,
  input: NewOrganisation,
): Promise<Organisation> {
  const duty = dutyContact(deps, input.dutyContact);
  return command(deps, ctx, async (trx) => {
    await assertNameFree(trx, input.name);
    const id = newId();
    const at = timestamp(deps.clock);
    await sql`
      insert into organisation (id, name, roles, ods_code, duty_name, duty_phone, duty_email, created_at, changed_at)
      values (${id}, ${input.name.trim()}, ${input.roles}::text[], ${input.odsCode?.trim() ?? null}, ${duty.name}, ${duty.phone}, ${duty.email}, ${at}, ${at})`.execute(
      trx,
    );
    await recordEvent(trx, deps, ctx, {
      type: 'organisation.added',
      subjects: [['organisation', id]],
      values: { role: input.roles[0]! },
      fields: Object.keys(input).filter((name) => name !== 'roles'),
    });
    return getOrganisation(trx, id);
  });
}

/**
 * Changes what is kept of an organisation.
 * @throws Problem `not-found`, `if-match-required`, `changed-meanwhile`, `name-in-use`, `invalid`
 */
export async function changeOrganisation(
  deps: Deps,
  ctx: Context,
  id: string,
  change: OrganisationChange,
  ifMatch: string | undefined,
): Promise<Organisation> {
  const duty = dutyContact(deps, change.dutyContact);
  return command(deps, ctx, async (trx) => {
    const { rows } = await sql<{ changedAt: string }>`
      select changed_at as "changedAt" from organisation where id = ${id} for no key update`.execute(trx);
    if (!rows[0]) throw new Problem('not-found');
    requireMatch(ifMatch, etagOf(id, rows[0].changedAt));
    if (change.name) await assertNameFree(trx, change.name, id);
    const changesDuty = change.dutyContact !== undefined;
    await sql`
      update organisation set name = coalesce(${change.name?.trim() ?? null}::text, name), roles = coalesce(${change.roles ?? null}::text[], roles),
        ods_code = case when ${change.odsCode !== undefined} then ${change.odsCode?.trim() ?? null} else ods_code end,
        duty_name = case when ${changesDuty} then ${duty.name} else duty_name end,
        duty_phone = case when ${changesDuty} then ${duty.phone} else duty_phone end,
        duty_email = case when ${changesDuty} then ${duty.email} else duty_email end,
        changed_at = ${timestamp(deps.clock)}
      where id = ${id}`.execute(trx);
    await recordEvent(trx, deps, ctx, {
      type: 'organisation.changed',
      subjects: [['organisation', id]],
      fields: Object.keys(change),
    });
    return getOrganisation(trx, id);
  });
}

/** @throws Problem `invalid` for a phone number or an email address that cannot be one */
function dutyContact({ config }: Deps, given: OrganisationChange['dutyContact']) {
  const errors: FieldError[] = [];
  const phone = kept('/dutyContact/phone', errors, given?.phone, (text) =>
    readPhoneNumber(text, config.ALLOW_TEST_PHONE_NUMBERS),
  );
  const email = kept('/dutyContact/email', errors, given?.email, readEmail);
  if (errors.length) throw invalid(...errors);
  return { name: given?.name.trim() ?? null, phone: phone ?? null, email: email ?? null };
}

/** What an organisation is that runs a location of a kind. */
const roleOf: Record<LocationKind, OrganisationRole> = {
  hub: 'support_partner',
  clinic: 'clinic',
  access_point: 'access_point',
  repairer: 'repairer',
};

/**
 * Adds a place that holds stock or hosts people.
 * @throws Problem `name-in-use`
 */
export async function addLocation(deps: Deps, ctx: Context, input: NewLocation): Promise<Location> {
  return command(deps, ctx, async (trx) => {
    const id = newId();
    const at = timestamp(deps.clock);
    const organisationId = input.organisation
      ? await findOrAddOrganisation(trx, deps, input.organisation.name, roleOf[input.kind])
      : null;
    await sql`
      insert into location (id, name, kind, organisation_id, created_at, changed_at)
      values (${id}, ${input.name.trim()}, ${input.kind}, ${organisationId}, ${at}, ${at})`.execute(trx);
    await recordEvent(trx, deps, ctx, {
      type: 'location.added',
      subjects: [
        ['location', id],
        ...(organisationId ? [['organisation', organisationId] as ['organisation', string]] : []),
      ],
      values: { kind: input.kind },
    });
    return getLocation(trx, id);
  });
}

/**
 * Renames a place, or says what it is and who runs it.
 * @throws Problem `not-found`, `if-match-required`, `changed-meanwhile`, `name-in-use`
 */
export async function changeLocation(
  deps: Deps,
  ctx: Context,
  id: string,
  change: LocationChange,
  ifMatch: string | undefined,
): Promise<Location> {
  return command(deps, ctx, async (trx) => {
    const { rows } = await sql<{ kind: LocationKind; changedAt: string }>`
      select kind, changed_at as "changedAt" from location where id = ${id} for update`.execute(trx);
    const [before] = rows;
    if (!before) throw new Problem('not-found');
    requireMatch(ifMatch, etagOf(id, before.changedAt));
    const kind = change.kind ?? before.kind;
    const organisationId = change.organisation
      ? await findOrAddOrganisation(trx, deps, change.organisation.name, roleOf[kind])
      : null;
    await sql`
      update location set name = coalesce(${change.name?.trim() ?? null}::text, name), kind = ${kind}, changed_at = ${timestamp(deps.clock)},
        organisation_id = case when ${change.organisation !== undefined} then ${organisationId}::uuid else organisation_id end
      where id = ${id}`.execute(trx);
    await recordEvent(trx, deps, ctx, {
      type: 'location.changed',
      subjects: [['location', id]],
      values: kind === before.kind ? {} : { kind },
      fields: Object.keys(change).filter((name) => name !== 'kind'),
    });
    return getLocation(trx, id);
  });
}
