import { sql } from 'kysely';
import { tidied } from '../donations/device-columns.rules.ts';
import { identifiersInUse } from '../donations/donation.commands.ts';
import { listLocations } from '../organisations/organisation.queries.ts';
import type { Reader, Trx } from '../shared/database.ts';
import type { Known } from './take-over.rules.ts';
import type { TakeOverLine } from './take-over-line.rules.ts';
import type { Match } from './take-over-people.rules.ts';

/** What is in the database of what the rows of a list name: four statements, however many rows. */
export async function knownOf(db: Reader | Trx, lines: TakeOverLine[]): Promise<Known> {
  const devices = await identifiersInUse(
    db,
    lines.map(({ device }) => tidied(device)),
  );
  const iccids = await iccidsInUse(
    db,
    lines.flatMap(({ plan }) => plan?.iccid || []),
  );
  const places = await listLocations(db);
  return { devices, iccids, places, patients: await patientsLike(db, lines) };
}

async function iccidsInUse(db: Reader | Trx, iccids: string[]): Promise<Known['iccids']> {
  const { rows } = await sql<{ iccid: string; assetTag: string | null }>`
    select s.iccid, d.asset_tag as "assetTag" from data_plan s left join device d on d.id = s.device_id
    where s.status <> 'ended' and s.iccid = any(${iccids}::text[])`.execute(db);
  return new Map(rows.map(({ iccid, assetTag }) => [iccid, assetTag]));
}

/**
 * Patients whom rows name or resemble: by the same NHS number, or the same name and date of birth.
 * They agree when NHS number, date of birth and family name all do (rule 17). The earliest of several.
 */
async function patientsLike(db: Reader | Trx, lines: TakeOverLine[]): Promise<Known['patients']> {
  const people = lines.flatMap(({ person }, at) => (person ? [{ at, ...person }] : []));
  const { rows } = await sql<{ at: number; id: string; agrees: boolean }>`
    with said as (
      select at, "nhsNumber" as nhs_number, "dateOfBirth" as date_of_birth, lower("familyName") as family, lower("givenName") as given
      from jsonb_to_recordset(${JSON.stringify(people)}::jsonb)
        x (at int, "nhsNumber" text, "dateOfBirth" date, "familyName" text, "givenName" text)
    ), alike as (
      select said.at, p.id, coalesce(p.date_of_birth = said.date_of_birth, false) and lower(p.family_name) = said.family as agrees
      from said join patient p on p.nhs_number = said.nhs_number
      union all
      select said.at, p.id, false from said
        join patient p on lower(p.family_name) = said.family and p.date_of_birth = said.date_of_birth and lower(p.given_name) = said.given
    )
    select distinct on (at) at, id, agrees from alike order by at, agrees desc, id`.execute(db);
  return new Map(rows.map(({ at, ...match }): [number, Match] => [at, match]));
}
