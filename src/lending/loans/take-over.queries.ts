import { likenessColumns } from '../../people/duplicate.queries.ts';
import { compare, Likeness, likenessOf } from '../../people/duplicate.rules.ts';
import { closedOf } from '../../scheme/calendar/calendar.queries.ts';
import { listLocations } from '../../scheme/organisations/organisation.queries.ts';
import type { Reader, Trx } from '../../shared/database.ts';
import { nameKey } from '../../shared/name-key.ts';
import type { Report } from '../../shared/progress.ts';
import { col } from '../../shared/rows.ts';
import { each, many } from '../../shared/statements.ts';
import { slicesOf } from '../../shared/turns.ts';
import { isInUse } from '../../stock/data-plans/data-plan.states.ts';
import { tidied } from '../../stock/donations/device-columns.rules.ts';
import { identifiersInUse } from '../../stock/donations/donation.commands.ts';
import { isOut } from './loan.states.ts';
import type { Known } from './take-over.rules.ts';
import { TakenItem } from './take-over.schemas.ts';
import type { TakeOverLine } from './take-over-line.rules.ts';
import type { Match } from './take-over-people.rules.ts';

/** So many rows are asked about at a time, so that what is found of them holds nobody up for long. */
const rowsAtATime = 500;

/**
 * What is in the database of what the rows of a list name: a place for all, and five statements for each 500 rows. What is
 * due on a closed day is told only while that is ahead.
 * @param report hears how many rows were asked about
 */
export async function knownOf(
  db: Reader | Trx,
  lines: TakeOverLine[],
  today: string,
  report?: Report,
): Promise<Known> {
  const known: Known = {
    devices: new Map(),
    iccids: new Map(),
    places: await listLocations(db),
    closed: new Map(),
    patients: new Map(),
    takenItems: new Map(),
  };
  const parts = ['devices', 'iccids', 'closed', 'patients', 'takenItems'] as const;
  for (const [place, slice] of slicesOf(lines, rowsAtATime).entries()) {
    const found = await knownOfSome(db, slice, today, place * rowsAtATime);
    for (const part of parts)
      for (const [key, value] of found[part]) (known[part] as Map<unknown, unknown>).set(key, value);
    await report?.(place * rowsAtATime + slice.length);
  }
  return known;
}

/** The same of some rows, of which the first is so far down the list. */
async function knownOfSome(
  db: Reader | Trx,
  lines: TakeOverLine[],
  today: string,
  first: number,
): Promise<Omit<Known, 'places'>> {
  const devices = await identifiersInUse(
    db,
    lines.map(({ device }) => tidied(device)),
  );
  const iccids = await iccidsInUse(
    db,
    lines.flatMap(({ plan }) => plan?.iccid || []),
  );
  const ahead = new Set(lines.flatMap(({ dueOn }) => (dueOn && dueOn >= today ? dueOn : [])));
  const closed = new Map((await closedOf(db, [...ahead])).map((one) => [one.day, one]));
  return { devices, iccids, closed, ...(await patientsLike(db, lines, first)) };
}

async function iccidsInUse(db: Reader | Trx, iccids: string[]): Promise<Known['iccids']> {
  const rows = await many(db, each('take-over.iccids-in-use'), {
    iccid: col.text,
    assetTag: col.orNull(col.text),
  })`
    select s.iccid, d.asset_tag as "assetTag" from data_plan s left join device d on d.id = s.device_id
    where ${isInUse('s')} and s.iccid = any(${iccids}::text[])`;
  return new Map(rows.map(({ iccid, assetTag }) => [iccid, assetTag]));
}

/**
 * Patients whom rows name, or who may be whom they name, by the place of the row; the earliest of several. With what
 * they have by a list from before, where a row would make them out with the same again. One statement.
 */
async function patientsLike(
  db: Reader | Trx,
  lines: TakeOverLine[],
  first: number,
): Promise<Pick<Known, 'patients' | 'takenItems'>> {
  const people = lines.flatMap(({ person }, at) => (person ? [{ at: first + at, ...person }] : []));
  const rows = people.map(({ contacts, ...person }) => ({
    ...person,
    family: nameKey(person.familyName),
    values: contacts.map(({ value }) => value.toLowerCase()),
  }));
  const alike = await many(db, 'take-over.patients-like', {
    ...Likeness,
    at: col.number,
    keptAs: col.text,
    items: col.listOf(TakenItem),
  })`
    with said as (
      select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        x (at int, "nhsNumber" text, "dateOfBirth" date, family text, values text[])
    ), alike as (
      select said.at, p.id from said join patient p on p.nhs_number = said."nhsNumber"
      union select said.at, p.id from said join patient p on name_key(p.family_name) = said.family and p.date_of_birth = said."dateOfBirth"
      union select said.at, c.patient_id from said join contact_point c on lower(c.value) = any(said.values)
    )
    select alike.at, coalesce(p.merged_into, p.id) as "keptAs", ${likenessColumns},
      coalesce((select json_agg(json_build_object('assetTag', d.asset_tag, 'loan', l.reference, 'issuedOn', l.handover_on,
          'kind', d.kind, 'make', d.make, 'model', d.model, 'serialNumber', d.serial_number, 'imei', d.imei) order by i.id)
        from loan l join loan_item i on i.loan_id = l.id join device d on d.id = i.device_id
        where l.patient_id = coalesce(p.merged_into, p.id) and l.taken_over and ${isOut('i')}), '[]') as items
    from alike join patient p on p.id = alike.id where p.erased_at is null order by alike.at, p.merged_into nulls first, p.id`;
  const said = new Map(people.map((person) => [person.at, likenessOf(person, person.contacts)]));
  const matches = new Map<number, Match>();
  const takenItems: Known['takenItems'] = new Map();
  for (const { at, keptAs, items, ...record } of alike) {
    const { identity } = compare(said.get(at)!, record);
    if (identity === 'same' || isNamedAlike(said.get(at)!, record))
      takenItems.set(at, [...(takenItems.get(at) ?? []), ...items]);
    const agrees = identity === 'same';
    if (agrees ? !matches.get(at)?.agrees : identity === 'perhaps' && !matches.has(at))
      matches.set(at, { id: keptAs, agrees });
  }
  return { patients: matches, takenItems };
}

/** Whether two descriptions have the same name, with the same birth date or way of contact, and nothing that parts them. */
function isNamedAlike(one: Likeness, other: Likeness): boolean {
  const name = ({ givenName, familyName }: Likeness) => nameKey(`${givenName} ${familyName}`);
  const values = new Set(other.contacts.map((value) => value.toLowerCase()));
  const parts = (['nhsNumber', 'dateOfBirth'] as const).some(
    (trait) => one[trait] && other[trait] && one[trait] !== other[trait],
  );
  return (
    name(one) === name(other) &&
    !parts &&
    ((one.dateOfBirth !== null && one.dateOfBirth === other.dateOfBirth) ||
      one.contacts.some((value) => values.has(value.toLowerCase())))
  );
}
