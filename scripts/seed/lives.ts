import { incidentReference, stocktakeReference } from '../../src/shared/ids.ts';
import { each, iccid } from './numbers.ts';
import type { Size, Step } from './steps.ts';

/** A JPEG of 4 by 3 pixels. */
const photo =
  '/9j/2wBDABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERXRTc4UG1RV19iZ2hnPk1xeXBkeFxlZ2P/2wBDARESEhgVGC8aGi9jQjhCY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2P/wAARCAADAAQDASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAX/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/8QAFQEBAQAAAAAAAAAAAAAAAAAABAX/xAAUEQEAAAAAAAAAAAAAAAAAAAAA/9oADAMBAAIRAxEAPwCaAoAv/9k=';

/** What else happens to devices: checks of every cycle, data plans, incidents, photos, repairs, disposals, holds, stocktakes. */
export function lifeSteps({ devices, today }: Size, first: { incident: number; stocktake: number }): Step[] {
  return [
    {
      name: 'checks',
      text: `
        create temp table s_cycle as
          select n, id, kind, target, 1 as cycle, received as starts from s_device
          union all select s.n, s.device, d.kind, s.target, (1 + row_number() over (partition by s.n order by s.ends))::int, s.ends
            from (select i.n, i.device, i.ends, d.target from s_item i join s_device d on d.n = i.n where i.status in ('returned', 'replaced')) s join s_device d on d.n = s.n;
        insert into preparation_check (id, device_id, cycle, kind, result, performed_on, performed_by, evidence, recorded_at, next_due)
          select pg_temp.id_at(pg_temp.at(c.starts + 2, c.n + r.position * 600)), c.id, c.cycle, r.kind, 'pass', least(c.starts + 2, date '${today}'), 'Helper 13',
            case r.kind when 'sanitisation' then '{"method": "clear", "tool": "Factory reset", "verifiedBy": "Helper 14", "sdCardRemoved": true}'::jsonb
              when 'electrical' then '{"level": "visual"}'::jsonb else '{}' end, pg_temp.at(c.starts + 2, c.n),
            case when r.kind = 'electrical' and c.target in ('ready', 'on_loan') then date '${today}' + (c.n % 700)::int - 3 end
          from s_cycle c join device d on d.id = c.id join required_check r on r.device_kind = c.kind
          where c.cycle < d.cycle or c.target not in ('in_preparation', 'in_repair', 'retired') or (c.target = 'in_preparation' and c.n % 4 = 0 and r.kind = 'sanitisation');`,
    },
    {
      name: 'data plans',
      text: `
        insert into data_plan (id, device_id, network, iccid, msisdn, gb_per_month, duration_months, activated_on, expires_on, status, suspended_at, ended_on, created_at, changed_at)
          select pg_temp.id_at(pg_temp.at(s.day, s.n)), s.id, (array['O2', 'Vodafone', 'Three'])[1 + s.n % 3], c.iccid, '+447700900' || lpad((s.n % 1000)::text, 3, '0'),
            (array[25, 20, 10])[1 + s.n % 3], 12, s.day, (s.day + interval '12 months')::date, s.status, case when s.status = 'suspended' then now() end, case when s.status = 'ended' then least((s.day + interval '12 months')::date, date '${today}') end, now(), now()
          from (
            select x.*, (row_number() over (order by n, day))::int as place from (
              select d.n, d.id, date '${today}' - (d.n * 17 % 360)::int as day, case when d.n % 40 = 0 then 'suspended' else 'active' end as status
              from s_device d where (d.kind in ('dongle', 'router', 'sim') or d.n % 10 = 0) and d.target in ('on_loan', 'ready', 'reserved', 'in_preparation')
              union all
              select d.n, d.id, d.received + 20, 'ended' from s_device d where d.kind in ('dongle', 'router', 'sim') and d.received < date '${today}' - 100
            ) x) s join unnest($1::text[]) with ordinality c (iccid, n) on c.n = s.place;`,
      values: [each(devices, iccid)],
    },
    {
      name: 'incidents',
      text: `
        create temp table s_incident as
          select (row_number() over (order by x.day))::int as n, x.*, pg_temp.id_at(pg_temp.at(x.day, x.i)) as id from (
            select i.id as item, i.loan, i.device, i.patient, i.i, i.ends as day, (array['lost', 'stolen', 'not_returned'])[1 + i.n % 3] as kind, case when i.n % 20 = 0 then 'open' else 'closed' end as status
            from s_item i where i.status = 'lost'
            union all
            select i.id, i.loan, i.device, i.patient, i.i, coalesce(i.ends, date '${today}' - (i.n % 40)::int), (array['damaged', 'faulty'])[1 + i.n % 2], case when i.ends is null then 'open' else 'closed' end
            from s_item i where i.status in ('returned', 'on_loan') and i.n % 50 = 7
          ) x;
        insert into incident (id, reference, kind, status, loan_id, loan_item_id, device_id, patient_id, reported_on, account, reported_at, closed_at, changed_at)
          select s.id, r.reference, s.kind, s.status, s.loan, s.item, s.device, p.id, s.day, 'Told by phone.', pg_temp.at(s.day, s.i),
            case when s.status = 'closed' then pg_temp.at(s.day + 3, s.i) end, pg_temp.at(s.day, s.i)
          from s_incident s join unnest($1::text[]) with ordinality r (reference, n) on r.n = s.n left join s_patient p on p.n = s.patient order by s.id;
        insert into incident_action (id, incident_id, kind, note, requested_at, requested_by, confirmed_at, confirmed_by)
          select pg_temp.id_at(pg_temp.at(s.day, s.i + a.n * 300)), s.id, a.kind, case when a.kind = 'note' then 'Called the person back.' end, pg_temp.at(s.day, s.i), 'Helper 13', pg_temp.at(s.day + 1, s.i), 'Helper 14'
          from s_incident s, (values ('lock', 1), ('note', 2), ('closed', 3)) a (kind, n) where s.status = 'closed' or a.n < 3;
        update loan_item i set incident_id = s.id from s_incident s where s.item = i.id and i.status = 'lost';`,
      values: [each(devices, (place) => incidentReference(first.incident + place))],
    },
    {
      name: 'photos and papers',
      text: `
        insert into attachment (id, kind, device_id, loan_id, incident_id, taken_on, content_type, bytes, width, height, sha256, recorded_by, created_at)
          select pg_temp.id_at(pg_temp.at(x.day, x.n)), x.kind, x.device, x.loan, x.incident, x.day, 'image/jpeg', length(f.data), 4, 3, sha256(f.data), 'Helper 13', pg_temp.at(x.day, x.n)
          from (
            select n, 'condition' as kind, id as device, null::uuid as loan, null::uuid as incident, received + 1 as day from s_device where n % 10 = 1
            union all select 7 * (row_number() over (order by id))::int, 'agreement', null, id, null, issued_at::date from loan
            union all select n + 3, 'condition', device, null, id, day from s_incident
          ) x, (select decode('${photo}', 'base64') as data) f;
        insert into attachment_content (attachment_id, data, thumbnail) select a.id, f.data, f.data from attachment a, (select decode('${photo}', 'base64') as data) f;`,
    },
    {
      name: 'repairs, disposals and holds',
      text: `
        insert into repair (id, device_id, location_id, fault, sent_on, expected_back_on, back_on, result, created_at)
          select new_id(), d.id, p.id, 'The screen is cracked', date '${today}' - (d.n % 30)::int, date '${today}' + (d.n % 20)::int - 5, null::date, null, now()
            from s_device d join s_place p on p.kind = 'repairer' and p.n = d.n % 6 where d.target = 'in_repair'
          union all select new_id(), d.id, p.id, 'The battery holds no charge', d.received + 30, d.received + 40, d.received + 41, 'repaired', now()
            from s_device d join s_place p on p.kind = 'repairer' and p.n = d.n % 6 where d.n % 9 = 0 and d.target <> 'in_repair';
        insert into disposal (id, device_id, way, disposed_on, organisation, transfer_note, created_at)
          select new_id(), id, 'recycled', date '${today}' - (n % 900)::int, 'Green Loop Recycling', 'WTN' || n, now() from s_device where target = 'retired';
        insert into allocation (id, referral_id, device_id, status, expires_on, created_at, ended_at)
          select new_id(), w.id, d.id, 'held', date '${today}' + (d.n % 14)::int, now(), null::timestamptz
            from (select id, (row_number() over (order by id))::int as n from s_device where target = 'reserved') d
            join (select id, (row_number() over (order by id))::int as n, count(*) over () as all from s_referral where status = 'waiting') w on w.n = 1 + (d.n - 1) % w.all
          union all select new_id(), r.id, i.device, 'issued', l.starts, pg_temp.at(l.starts - 5, l.i), pg_temp.at(l.starts, l.i)
            from s_loan l join s_referral r on r.loan = l.i join s_item i on i.loan = l.id where l.i % 4 = 0;`,
    },
    {
      name: 'stocktakes',
      text: `
        create temp table s_stocktake as
          select r.n::int, pg_temp.id_at(pg_temp.at(date '${today}' - 20 * r.n::int, r.n)) as id, reference, p.id as place
          from unnest($1::text[]) with ordinality r (reference, n) join s_place p on p.kind = 'hub' and p.n = r.n % 6 where r.n <= 60;
        insert into stocktake (id, reference, location_id, started_at, started_by, closed_at, closed_by, found, missing, left_meanwhile, unexpected)
          select id, reference, place, pg_temp.at(date '${today}' - 20 * n::int, n), 'Helper 13',
            case when n > 2 then pg_temp.at(date '${today}' - 20 * n::int + 1, n) end, case when n > 2 then 'Helper 13' end,
            case when n > 2 then 0 end, case when n > 2 then 0 end, case when n > 2 then 0 end, case when n > 2 then 0 end from s_stocktake order by id;
        insert into stocktake_line (stocktake_id, device_id, verdict, scanned_at, scanned_by)
          select s.id, d.id, case when d.n % 30 > 0 then 'found' when s.n > 2 then 'missing' else 'expected' end,
            case when d.n % 30 > 0 then pg_temp.at(date '${today}' - 20 * s.n::int, d.n) end, case when d.n % 30 > 0 then 'Helper 13' end
          from s_stocktake s cross join lateral (select id, (row_number() over ())::int as n from (select v.id from device v where v.location_id = s.place order by v.id limit 400) v) d;
        update stocktake s set found = (select count(*) from stocktake_line l where l.stocktake_id = s.id and l.verdict = 'found'),
            missing = (select count(*) from stocktake_line l where l.stocktake_id = s.id and l.verdict = 'missing')
          from s_stocktake t where t.id = s.id and t.n > 2;`,
      values: [each(60, (place) => stocktakeReference(first.stocktake + place))],
    },
  ];
}
