import { type RawBuilder, sql } from 'kysely';
import type { Reader } from '../shared/database.ts';
import { Problem } from '../shared/problem.ts';
import { many } from '../shared/statements.ts';
import { type Comparison, compare, Likeness } from './duplicate.rules.ts';

const mostLooked = 200;
const mostShown = 10;
const newest = sql`order by id desc limit ${mostLooked}`;

/** What of a record `p` tells whether it is of the same person: the columns of a `Likeness`. */
export const likenessColumns = sql`p.id, p.given_name as "givenName", p.family_name as "familyName", p.preferred_name as "preferredName",
  p.date_of_birth as "dateOfBirth", p.nhs_number as "nhsNumber", p.address,
  coalesce((select json_agg(distinct c.value) from contact_point c where c.patient_id = p.id), '[]') as contacts`;

/** Whether someone wrote down that two patients, by their ids, are two people. */
export const keptApart = (one: RawBuilder<unknown>, other: RawBuilder<unknown>) => sql<boolean>`exists (
  select from patient_kept_apart k where k.one = least(${one}, ${other}) and k.other = greatest(${one}, ${other}))`;

export type Duplicate = Comparison & { record: Likeness };

/**
 * Records that are likely of the same person as this one, the likeliest first: found by what an index
 * finds, then weighed. Those that were kept apart, or merged, are left out. One statement.
 * @throws Problem `not-found`
 */
export async function likelyDuplicates(
  db: Reader,
  id: string,
): Promise<{ own: Likeness; likely: Duplicate[] }> {
  const rows = await many(db, 'patient.likeness', Likeness)`
    with me as materialized (
      select name_key(given_name) as given, name_key(family_name) as family, date_of_birth as born, nhs_number,
        case when extract(day from date_of_birth) <= 12
          then make_date(extract(year from date_of_birth)::int, extract(day from date_of_birth)::int, extract(month from date_of_birth)::int)
        end as swapped,
        array(select lower(value) from contact_point where patient_id = ${id}) as contacts
      from patient where id = ${id}
    ), alike as materialized (
      (select id from patient where id = ${id}) union
      (select id from patient where nhs_number = (select nhs_number from me) ${newest}) union
      (select id from patient where date_of_birth in ((select born from me), (select swapped from me))
        and left(name_key(family_name), 1) in (select left(family, 1) from me union select left(given, 1) from me) ${newest}) union
      (select id from patient where name_key(family_name) = (select family from me) and name_key(given_name) = (select given from me) ${newest}) union
      (select id from patient where name_key(family_name) = (select given from me) and name_key(given_name) = (select family from me) ${newest}) union
      (select patient_id from contact_point where lower(value) = any((select contacts from me)::text[]) order by patient_id desc limit ${mostLooked})
    )
    select ${likenessColumns}
    from alike join patient p on p.id = alike.id
    where p.id = ${id} or (p.merged_into is null and p.erased_at is null
      and not ${keptApart(sql`p.id`, sql`${id}::uuid`)})`;
  const own = rows.find((row) => row.id === id);
  if (!own) throw new Problem('not-found');
  const likely = rows
    .filter((record) => record.id !== id)
    .map((record) => ({ record, ...compare(own, record) }))
    .filter(({ isLikely }) => isLikely)
    .sort((one, other) => other.score - one.score || one.record.id.localeCompare(other.record.id));
  return { own, likely: likely.slice(0, mostShown) };
}
