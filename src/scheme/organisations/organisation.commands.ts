import type { Context } from '../../shared/actor.ts';
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
import { col } from '../../shared/rows.ts';
import { maybe, one, run } from '../../shared/statements.ts';
import type { Work } from '../../shared/work.ts';
import { getLocation } from './location.queries.ts';
import type { Location, LocationChange, NewLocation } from './location.schemas.ts';
import { getOrganisation } from './organisation.queries.ts';
import type { LocationKind, OrganisationRole } from './organisation.rules.ts';
import type { NewOrganisation, Organisation, OrganisationChange } from './organisation.schemas.ts';

/** Finds an organisation by its name, however it is written, or adds it; either way it has the role afterwards. Its id. */
export async function findOrAddOrganisation(
  work: Work,
  name: string,
  role: OrganisationRole,
): Promise<string> {
  const id = (await organisationNamed(work.trx, name)) ?? newId();
  const { at } = work;
  const row = await one(work.trx, 'organisation.find-or-add', { id: col.text })`
    with known as (
      select id from organisation where id = ${id}::uuid
    ), given as (
      update organisation set roles = roles || array[${role}]::text[], changed_at = ${at} where id = ${id}::uuid and ${role} <> all(roles)
    ), added as (
      insert into organisation (id, name, roles, created_at, changed_at)
      select ${id}::uuid, ${name.trim()}, array[${role}]::text[], ${at}::timestamptz, ${at}::timestamptz where not exists (select from known) returning id
    )
    select id from known union all select id from added`;
  return row.id;
}

/**
 * Finds the organisation of this name, however it is written. Nobody adds another of it until the transaction ends.
 * @returns its id; the earliest of several that were there before they were told apart like this
 */
async function organisationNamed(trx: Trx, name: string): Promise<string | undefined> {
  const key = nameKey(name) || name.trim();
  const named = () => maybe(trx, 'organisation.named', { id: col.text })`
    select id from organisation where coalesce(nullif(name_key(name), ''), name) = ${key} order by id limit 1`;
  const known = await named();
  if (known) return known.id;
  await run(
    trx,
    'organisation.turn',
  )`select pg_advisory_xact_lock(hashtextextended(${`organisation ${key}`}, 0))`;
  return (await named())?.id;
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
  return command(deps, ctx, async (work) => {
    const id = await findOrAddOrganisation(work, input.name, input.role);
    await recordEvent(work, {
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
  return command(deps, ctx, async (work) => {
    await assertNameFree(work.trx, input.name);
    const id = newId();
    const { at } = work;
    await run(work.trx, 'organisation.create')`
      insert into organisation (id, name, roles, ods_code, duty_name, duty_phone, duty_email, created_at, changed_at)
      values (${id}, ${input.name.trim()}, ${input.roles}::text[], ${input.odsCode?.trim() ?? null}, ${duty.name}, ${duty.phone}, ${duty.email}, ${at}, ${at})`;
    await recordEvent(work, {
      type: 'organisation.added',
      subjects: [['organisation', id]],
      values: { role: input.roles[0]! },
      fields: Object.keys(input).filter((name) => name !== 'roles'),
    });
    return getOrganisation(work.trx, id);
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
): Promise<Organisation> {
  const duty = dutyContact(deps, change.dutyContact);
  return command(deps, ctx, async (work) => {
    const row = await maybe(
      work.trx,
      'organisation.change',
      work.trx
        .selectFrom('organisation')
        .select('changed_at as changedAt')
        .where('id', '=', id)
        .forNoKeyUpdate(),
    );
    if (!row) throw new Problem('not-found');
    requireMatch(ctx.ifMatch, etagOf(id, row.changedAt));
    if (change.name) await assertNameFree(work.trx, change.name, id);
    const changesDuty = change.dutyContact !== undefined;
    await run(work.trx, 'organisation.write')`
      update organisation set name = coalesce(${change.name?.trim() ?? null}::text, name), roles = coalesce(${change.roles ?? null}::text[], roles),
        ods_code = case when ${change.odsCode !== undefined} then ${change.odsCode?.trim() ?? null} else ods_code end,
        duty_name = case when ${changesDuty} then ${duty.name} else duty_name end,
        duty_phone = case when ${changesDuty} then ${duty.phone} else duty_phone end,
        duty_email = case when ${changesDuty} then ${duty.email} else duty_email end,
        changed_at = ${work.at}
      where id = ${id}`;
    await recordEvent(work, {
      type: 'organisation.changed',
      subjects: [['organisation', id]],
      fields: Object.keys(change),
    });
    return getOrganisation(work.trx, id);
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
  return command(deps, ctx, async (work) => {
    const id = newId();
    const { at } = work;
    const organisationId = input.organisation
      ? await findOrAddOrganisation(work, input.organisation.name, roleOf[input.kind])
      : null;
    await run(
      work.trx,
      'organisation.add-location',
      work.trx.insertInto('location').values({
        id,
        name: input.name.trim(),
        kind: input.kind,
        organisation_id: organisationId,
        created_at: at,
        changed_at: at,
      }),
    );
    await recordEvent(work, {
      type: 'location.added',
      subjects: [
        ['location', id],
        ...(organisationId ? [['organisation', organisationId] as ['organisation', string]] : []),
      ],
      values: { kind: input.kind },
    });
    return getLocation(work.trx, id);
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
): Promise<Location> {
  return command(deps, ctx, async (work) => {
    const before = await maybe(
      work.trx,
      'organisation.change-location',
      work.trx
        .selectFrom('location')
        .select(['kind', 'changed_at as changedAt'])
        .where('id', '=', id)
        .forUpdate(),
    );
    if (!before) throw new Problem('not-found');
    requireMatch(ctx.ifMatch, etagOf(id, before.changedAt));
    const kind = change.kind ?? before.kind;
    const organisationId = change.organisation
      ? await findOrAddOrganisation(work, change.organisation.name, roleOf[kind])
      : null;
    await run(work.trx, 'location.write')`
      update location set name = coalesce(${change.name?.trim() ?? null}::text, name), kind = ${kind}, changed_at = ${work.at},
        organisation_id = case when ${change.organisation !== undefined} then ${organisationId}::uuid else organisation_id end
      where id = ${id}`;
    await recordEvent(work, {
      type: 'location.changed',
      subjects: [['location', id]],
      values: kind === before.kind ? {} : { kind },
      fields: Object.keys(change).filter((name) => name !== 'kind'),
    });
    return getLocation(work.trx, id);
  });
}
