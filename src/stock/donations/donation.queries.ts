import { sql } from 'kysely';
import type { Reader } from '../../shared/database.ts';
import { byId, bySort, type ListPage, type SortColumn, toPage } from '../../shared/lists.ts';
import { Problem } from '../../shared/problem.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { countOf, each, many, maybe } from '../../shared/statements.ts';
import { summary } from '../devices/device.queries.ts';
import { DeviceSummary } from '../devices/device.schemas.ts';
import { Donation, type DonationQuery, DonationSummary } from './donation.schemas.ts';

const columns = sql`n.id, n.reference, n.donor_reference as "donorReference", n.received_on as "receivedOn",
  json_build_object('id', o.id, 'name', o.name) as donor,
  case when l.id is not null then json_build_object('id', l.id, 'name', l.name) end as location,
  (select count(*)::int from device d where d.donation_id = n.id) as "deviceCount"`;
const tables = sql`donation n join organisation o on o.id = n.donor_id left join location l on l.id = n.location_id`;

const sorts: Record<'arrived', SortColumn<DonationSummary>> = {
  arrived: { by: sql`n.received_on`, kind: 'date', of: ({ receivedOn }) => receivedOn },
};

/** Donations, the newest first, or by the day they arrived. */
export async function listDonations(db: Reader, query: DonationQuery): Promise<ListPage<DonationSummary>> {
  const { follows, by, key } = bySort(sorts, sql`n.id`, query) ?? byId(sql`n.id`, query);
  const rows = await many(db, each('donation.list'), DonationSummary.properties)`
    select ${columns} from ${tables} where true ${follows}
    order by ${by} limit ${query.limit + 1}`;
  return toPage(rows, query.limit, key);
}

/** How many donations there are in all. */
export async function countDonations(db: Reader): Promise<number> {
  return countOf(db, each('donation.count'))`from donation`;
}

const DonationFacts = {
  ...DonationSummary.properties,
  notes: Donation.properties.notes,
  changedAt: Donation.properties.changedAt,
};

/**
 * One donation with its devices in the order they were recorded.
 * @param day civil date, for what keeps a device from being offered
 * @throws Problem `not-found`
 */
export async function getDonation(db: Reader, id: string, day: string): Promise<Donation> {
  const [donation, devices] = await Promise.all([
    maybe(
      db,
      each('donation.get'),
      DonationFacts,
    )`select ${columns}, n.notes, n.changed_at as "changedAt" from ${tables} where n.id = ${id}`,
    many(
      db,
      each('donation.devices'),
      DeviceSummary.properties,
    )`select ${summary(day)} from device d where d.donation_id = ${id} order by d.id`,
  ]);
  if (!donation) throw new Problem('not-found');
  return { ...donation, devices };
}

const Usual = { locationId: col.orNull(col.text), condition: col.orNull(col.text) };

/**
 * Where the last donation that someone recorded is kept, and the condition that most of its devices had, if it is one of
 * the last hundred.
 */
export async function usualOf(db: Reader, actorId: string | null): Promise<RowOf<typeof Usual> | undefined> {
  return maybe(db, each('donation.usual'), Usual)`
    select n.location_id as "locationId",
      (select mode() within group (order by d.condition) from device d where d.donation_id = n.id) as condition
    from (select id, location_id from donation order by id desc limit 100) n
    where exists (select from event_subject s join event e on e.id = s.event_id
      where s.subject_id = n.id and e.type = 'donation.recorded' and e.actor_id = ${actorId})
    order by n.id desc limit 1`;
}
