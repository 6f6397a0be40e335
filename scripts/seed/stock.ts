import { assetTag, donationReference } from '../../src/shared/ids.ts';
import { each, imei } from './numbers.ts';
import type { Size, Step } from './steps.ts';

/**
 * Organisations, places, staff, donations over four years, and the devices as they begin. What each
 * device becomes is decided here (`s_device.target`), and how often it was lent (`loans`). A dongle
 * goes with the tablet before it (`lead`).
 */
export function stockSteps({ devices, today }: Size, firstTag: number, firstDonation: number): Step[] {
  const donations = Math.ceil(devices / 40);
  return [
    {
      name: 'helpers',
      text: `
        create function pg_temp.id_at(at timestamptz) returns uuid language sql volatile as $$
          select encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
            placing substring(int8send((extract(epoch from at) * 1000)::bigint) from 3) from 1 for 6), 52, 1), 53, 1), 'hex')::uuid
        $$;
        create function pg_temp.at(day date, n bigint) returns timestamptz language sql stable as $$
          select (day + time '09:00' + (n % 28000) * interval '1 second') at time zone 'Europe/London'
        $$;`,
    },
    {
      name: 'the scheme',
      text: `
        update scheme set name = 'Seeded lending', logo_type = 'image/png', logo_width = 1, logo_height = 1, logo_hash = md5('logo'),
          logo = decode('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');`,
    },
    {
      name: 'organisations, places and staff',
      text: `
        insert into organisation (id, name, roles, created_at, changed_at)
          select new_id(), (array['Alder', 'Birch', 'Cedar', 'Elm', 'Hazel', 'Lime', 'Maple', 'Rowan'])[1 + n % 8] || ' ' ||
            case when n <= 40 then 'Giving ' else 'Clinic ' end || n, array[case when n <= 40 then 'donor' else 'clinic' end], now(), now()
          from generate_series(1, 70) n;
        insert into location (id, name, kind, created_at)
          select new_id(), (array['Hub ', 'Library ', 'Library ', 'Repairs '])[1 + n % 4] || n,
            (array['hub', 'access_point', 'access_point', 'repairer'])[1 + n % 4], now() from generate_series(1, 24) n;
        insert into staff (id, name, email, role, created_at)
          select new_id(), 'Helper ' || n, 'helper' || n || '@lendwell.example', case when n <= 12 then 'supporter' else 'officer' end, now()
          from generate_series(1, 18) n;
        insert into proposed_account (id, issuer, subject, name, email, role, proposed_at, tried_at)
          select new_id(), 'https://login.lendwell.example', 'seed-' || n, 'Newcomer ' || n, 'newcomer' || n || '@lendwell.example', 'officer', now(), now()
          from generate_series(1, 3) n;
        create temp table s_org as select id, roles[1] as role, (row_number() over (partition by roles[1] order by id) - 1)::int as n from organisation;
        create temp table s_place as select id, kind, (row_number() over (partition by kind order by id) - 1)::int as n from location;
        create temp table s_staff as select id, (row_number() over (order by id) - 1)::int as n from staff where role = 'supporter';`,
    },
    {
      name: 'donations',
      text: `
        create temp table s_donation as
          select n, reference, day, pg_temp.id_at(pg_temp.at(day, n)) as id
          from (select n::int, reference, date '${today}' - 60 - (1400 * (${donations} - n) / ${donations})::int as day
            from unnest($1::text[]) with ordinality d (reference, n)) d;
        create unique index on s_donation (n);
        insert into donation (id, reference, donor_id, received_on, location_id, created_at)
          select d.id, d.reference, o.id, d.day, p.id, pg_temp.at(d.day, d.n) from s_donation d
          join s_org o on o.role = 'donor' and o.n = d.n % 40 join s_place p on p.kind = 'hub' and p.n = d.n % 6;`,
      values: [each(donations, (place) => donationReference(firstDonation + place))],
    },
    {
      name: 'devices',
      text: `
        create temp table s_device as
          select n, tag, imei, kind, lead, donation, received, pg_temp.id_at(pg_temp.at(received, n)) as id,
            case when kind = 'dongle' then 0 else 1 + lead % 3 + (lead % 9 < 2)::int end as loans,
            case when h < 450 then 'on_loan' when h < 650 then 'ready' when h < 730 then 'in_preparation' when h < 740 then 'reserved'
              when h < 770 then 'in_repair' when h < 773 then 'due_back' when h < 823 then 'lost' when h < 843 then 'gifted' else 'retired' end as target
          from (
            select x.*, d.id as donation, d.day as received, abs(hashint4(x.lead)::bigint) % 1000 as h
            from (select t.n::int, t.tag, t.imei, (case when t.n % 10 = 9 then t.n - 1 else t.n end)::int as lead,
                case t.n % 10 when 9 then 'dongle' when 7 then (array['phone', 'phone', 'laptop'])[1 + t.n / 10 % 3]
                  when 6 then (array['router', 'router', 'sim', 'tablet'])[1 + t.n / 10 % 4] else 'tablet' end as kind
              from unnest($1::text[], $2::text[]) with ordinality t (tag, imei, n)) x
            join s_donation d on d.n = 1 + (x.lead - 1) * ${donations} / ${devices}
          ) y;
        create unique index on s_device (n);
        create index on s_device (lead);
        insert into device (id, asset_tag, kind, make, model, serial_number, imei, condition, notes, cycle_started_on, donation_id, location_id, created_at, changed_at)
          select s.id, s.tag, s.kind, (array['Acme', 'Borea', 'Calla', 'Doric'])[1 + s.n % 4], 'Model ' || s.n % 12, 'SEED' || s.n,
            case when s.kind in ('phone', 'tablet') then s.imei end, (array['A', 'B', 'B', 'C'])[1 + s.n % 4],
            case when s.n % 15 = 0 then 'A small scratch on the back.' end, s.received, s.donation, p.id, pg_temp.at(s.received, s.n), pg_temp.at(s.received, s.n)
          from s_device s join s_place p on p.kind = 'hub' and p.n = s.n % 6 order by s.id;`,
      values: [each(devices, (place) => assetTag(firstTag + place)), each(devices, imei)],
    },
  ];
}
