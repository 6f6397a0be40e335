import type { Size, Step } from './steps.ts';

/** The loans with their items and accessories, and the devices moved to where they end. */
export function loanSteps({ today }: Size): Step[] {
  return [
    {
      name: 'loans',
      text: `
        insert into loan (id, reference, patient_id, referral_id, location_id, status, issued_at, due_on, handover_way, handover_on, terms_id,
            agreement_version_id, agreement_text, accepted_by, closed_at, changed_at, extensions, review_on)
          select l.id, l.reference, p.id, r.id, case when l.patient is null then b.id end, case when l.ends is null then 'open' else 'closed' end,
            pg_temp.at(l.starts, l.i), l.due, (array['in_person', 'posted', 'collected'])[1 + l.i % 3], l.starts, t.id, a.id, a.body, 'verbal',
            case when l.ends is not null then pg_temp.at(l.ends, l.i) end,
            pg_temp.at(coalesce(l.ends, l.starts), l.i), (l.i % 10 = 3)::int, case when l.ends is null and l.due is null then date '${today}' - 3 + (l.i % 30)::int end
          from s_loan l left join s_patient p on p.n = l.patient left join s_referral r on r.loan = l.i
            join s_place b on b.kind = 'access_point' and b.n = l.i % 12
            join loan_terms t on t.is_default and t.borrower = case when l.patient is null then 'location' else 'patient' end
            cross join lateral (select id, body from agreement_version order by version desc limit 1) a
          order by l.id;
        create temp table s_item as
          select l.i, d.n, d.id as device, l.id as loan, l.starts, l.ends, l.patient, l.is_last, pg_temp.id_at(pg_temp.at(l.starts, l.i)) as id,
            case when l.ends is null then 'on_loan' when l.is_last and l.target = 'lost' then 'lost' when l.is_last and l.target = 'gifted' then 'gifted'
              when l.is_last and l.target = 'due_back' then 'replaced' else 'returned' end as status
          from s_loan l join s_device d on d.lead = l.lead;
        create unique index on s_item (id);
        analyze s_item;
        insert into loan_item (id, loan_id, device_id, status, issued_at, ended_at, condition_out, condition_in)
          select id, loan, device, status, pg_temp.at(starts, i), case when status <> 'on_loan' then pg_temp.at(ends, i) end, 'B',
            case when status = 'returned' then (array['B', 'B', 'C'])[1 + n % 3] end from s_item order by id;
        insert into loan_extension (id, loan_id, from_due_on, due_on, reason, actor_name, at)
          select pg_temp.id_at(pg_temp.at(starts + 60, i)), id, due - 91, due, 'Still in use', 'Helper 13', pg_temp.at(starts + 60, i)
          from s_loan where i % 10 = 3 and due is not null;`,
    },
    {
      name: 'devices where they are',
      text: `
        create temp table s_now as
          select d.n, d.id, d.target, max(i.ends) as back, count(i.id)::int as times from s_device d left join s_item i on i.n = d.n group by d.n, d.id, d.target;
        update device d set status = 'ready' from s_now s where s.id = d.id and s.target in ('ready', 'reserved', 'on_loan', 'due_back', 'gifted');
        update device d set status = s.target, cycle = 1 + s.times - (s.target in ('on_loan', 'lost', 'gifted'))::int,
            cycle_started_on = coalesce(case when s.target in ('on_loan', 'lost', 'gifted') then null else s.back end, d.cycle_started_on),
            location_id = case when s.target in ('on_loan', 'gifted', 'lost', 'retired', 'due_back') then null else d.location_id end,
            changed_at = pg_temp.at(coalesce(s.back, d.cycle_started_on), s.n)
          from s_now s where s.id = d.id and s.target not in ('due_back', 'gifted');
        update device d set status = 'on_loan' from s_now s where s.id = d.id and s.target in ('due_back', 'gifted');
        update device d set status = s.target, cycle = 1 + s.times, location_id = null from s_now s where s.id = d.id and s.target in ('due_back', 'gifted');`,
    },
    {
      name: 'accessories',
      text: `
        insert into accessory_stock (accessory_id, location_id, quantity) select a.id, p.id, 500 from accessory a, s_place p where p.kind = 'hub';
        insert into loan_accessory (loan_id, accessory_id, quantity, returned)
          select l.id, a.id, 1, case when l.ends is null or l.i % 25 = 0 then 0 else 1 end
          from s_loan l, accessory a where a.kind = 'Charger' or (a.kind = 'Case' and l.i % 2 = 0);
        insert into accessory_movement (id, accessory_id, location_id, kind, change, loan_id, actor_name, at)
          select pg_temp.id_at(pg_temp.at(l.starts, l.i)), a.id, p.id, 'issued', -1, l.id, 'Helper 13', pg_temp.at(l.starts, l.i)
          from s_loan l join accessory a on a.kind = 'Charger' join s_place p on p.kind = 'hub' and p.n = l.i % 6
          union all select pg_temp.id_at(pg_temp.at(l.ends, l.i)), a.id, p.id, 'returned', 1, l.id, 'Helper 13', pg_temp.at(l.ends, l.i)
          from s_loan l join accessory a on a.kind = 'Charger' join s_place p on p.kind = 'hub' and p.n = l.i % 6 where l.ends is not null and l.i % 25 > 0;`,
    },
  ];
}
