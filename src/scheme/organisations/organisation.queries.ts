import { type RawBuilder, sql } from 'kysely';
import { isOpenReferral } from '../../referrals/referral.states.ts';
import type { Reader } from '../../shared/database.ts';
import { type ListPage, readCursor, toPage } from '../../shared/lists.ts';
import { nameKey } from '../../shared/name-key.ts';
import { Problem } from '../../shared/problem.ts';
import { countOf, each, many, maybe } from '../../shared/statements.ts';
import { lacksDutyContact } from './duty-contact.queries.ts';
import type { LocationKind } from './organisation.rules.ts';
import { Organisation, type OrganisationQuery, OrganisationSummary } from './organisation.schemas.ts';

export type Named = { id: string; name: string };

/** The organisations whose referrals are a clinic's: itself, and those it has taken over. */
export const clinicAndPredecessors = (clinicId: string | RawBuilder<unknown> | null | undefined) =>
  sql`(select id from organisation where id = ${clinicId} or succeeded_by = ${clinicId})`;

/** The places that hold stock or host people, by name. */
export async function listLocations(db: Reader): Promise<(Named & { kind: LocationKind })[]> {
  return many(db, 'location.names', db.selectFrom('location').select(['id', 'name', 'kind']).orderBy('name'));
}

/** The clinics that refer, by name; not those that were taken over. */
export async function listClinics(db: Reader): Promise<Named[]> {
  return many(
    db,
    'clinic.names',
    db
      .selectFrom('organisation')
      .select(['id', 'name'])
      .where(sql<boolean>`'clinic' = any(roles)`)
      .where('succeeded_by', 'is', null)
      .orderBy('name'),
  );
}

/** The donors, by name. */
export async function listDonors(db: Reader): Promise<Named[]> {
  return many(
    db,
    'donor.names',
    db
      .selectFrom('organisation')
      .select(['id', 'name'])
      .where(sql<boolean>`'donor' = any(roles)`)
      .orderBy('name'),
  );
}

/** Whose people do follow-ups, by name; not those that were taken over. */
export async function listSupportPartners(db: Reader): Promise<Named[]> {
  return many(
    db,
    'support-partner.names',
    db
      .selectFrom('organisation')
      .select(['id', 'name'])
      .where(sql<boolean>`'support_partner' = any(roles)`)
      .where('succeeded_by', 'is', null)
      .orderBy('name'),
  );
}

const summary = sql`o.id, o.name, o.roles, o.ods_code as "odsCode",
  (select json_build_object('id', s.id, 'name', s.name) from organisation s where s.id = o.succeeded_by) as "succeededBy",
  (select count(*)::int from referral r where r.clinic_id = o.id and ${isOpenReferral('r')}) as "openReferrals",
  (select count(*)::int from api_client c join api_key k on k.client_id = c.id
    where c.organisation_id = o.id and c.disabled_at is null and k.revoked_at is null) as "validKeys"`;

/** Organisations by name, of one role or with a part of a name when asked. */
export async function listOrganisations(
  db: Reader,
  query: OrganisationQuery,
): Promise<ListPage<OrganisationSummary>> {
  const after = readCursor(query.after, ['text', 'uuid']);
  const rows = await many(db, each('organisation.list'), OrganisationSummary.properties)`
    select ${summary} from organisation o
    where ${matching(query)} ${after ? sql`and (lower(o.name), o.id) > (lower(${after[0]}), ${after[1]}::uuid)` : sql``}
    order by lower(o.name), o.id limit ${query.limit + 1}`;
  return toPage(rows, query.limit, (row) => [row.name, row.id]);
}

/** How many organisations the filters of a list match. */
export async function countOrganisations(db: Reader, filter: OrganisationFilter): Promise<number> {
  return countOf(db, each('organisation.count'))`from organisation o where ${matching(filter)}`;
}

type OrganisationFilter = Pick<OrganisationQuery, 'role' | 'name' | 'dutyContact'>;

const matching = ({ role, name, dutyContact }: OrganisationFilter) =>
  sql`true ${dutyContact ? sql`and ${lacksDutyContact}` : sql``} ${role ? sql`and ${role} = any(o.roles)` : sql``}
    ${name ? sql`and position(${nameKey(name)} in name_key(o.name)) > 0` : sql``}`;

/**
 * One organisation.
 * @throws Problem `not-found`
 */
export async function getOrganisation(db: Reader, id: string): Promise<Organisation> {
  const row = await maybe(db, each('organisation.get'), Organisation.properties)`
    select ${summary}, o.succeeded_on as "succeededOn", o.changed_at as "changedAt",
      case when o.duty_name is not null then json_build_object('name', o.duty_name, 'phone', o.duty_phone, 'email', o.duty_email) end as "dutyContact",
      coalesce((select json_agg(json_build_object('id', p.id, 'name', p.name) order by p.name) from organisation p where p.succeeded_by = o.id), '[]') as predecessors,
      (select count(*)::int from webhook w where w.organisation_id = o.id) as webhooks,
      (select count(*)::int from form_link f where f.clinic_id = o.id and f.revoked_at is null) as "formLinks"
    from organisation o where o.id = ${id}`;
  if (!row) throw new Problem('not-found');
  return row;
}
