import { loanReference, referralReference } from '../../src/shared/ids.ts';
import { each, familyName, givenName, nhsNumbers } from './numbers.ts';
import type { Size, Step } from './steps.ts';

/**
 * When each device was lent and to whom: two loans a device in all. Nineteen of twenty loans are a
 * patient's, from a referral; the others are a place's. A patient has about two loans.
 */
export function loanPlanSteps({ devices, today }: Size, firstLoan: number): Step[] {
  const patients = Math.max(50, Math.floor(devices * 0.95));
  return [
    {
      name: 'plan of the loans',
      text: `
        create temp table s_loan as
          select i, lead, k, is_last, reference, starts, ends, target,
            case when i % 20 = 0 then null else 1 + i % ${patients} end as patient, i / ${patients} as round,
            case when ends is null and i % 9 > 0 then date '${today}' - 5 + (i % 180)::int when ends is not null then starts + 182 end as due,
            pg_temp.id_at(pg_temp.at(starts, i)) as id
          from (
            select (row_number() over (order by starts, lead))::int as i, p.* from (
              select d.n as lead, k, k = d.loans as is_last, d.target,
                case when d.target = 'on_loan' and k = d.loans then greatest(d.received + 20, date '${today}' - 3 - (d.n * 37 % 190)::int)
                  else d.received + 20 + slot * (k - 1) end as starts,
                case when d.target = 'on_loan' and k = d.loans then null
                  else d.received + 20 + slot * (k - 1) + greatest(3, slot - 15) end as ends
              from s_device d, lateral (select (date '${today}' - d.received - 20) / d.loans as slot) s, generate_series(1, d.loans) k
              where d.loans > 0
            ) p
          ) q join unnest($1::text[]) with ordinality r (reference, n) on r.n = q.i;
        create unique index on s_loan (i);
        create unique index on s_loan (lead, k);
        analyze s_loan; analyze s_device;`,
      values: [each(devices * 2 + 1000, (place) => loanReference(firstLoan + place))],
    },
  ];
}

/** The patients with their ways of contact, and their referrals: one a loan, and those that wait or ended otherwise. */
export function peopleSteps({ devices, today }: Size, firstReferral: number): Step[] {
  const patients = Math.max(50, Math.floor(devices * 0.95));
  const others = `(values ('received', ${Math.ceil(devices / 1000)}, 10), ('asked', ${Math.ceil(devices / 2000)}, 15), ('waiting', ${Math.ceil(devices / 200)}, 20),
    ('declined', ${Math.ceil(devices / 50)}, 25), ('withdrawn', ${Math.ceil(devices / 100)}, 28)) v (status, count, shift)`;
  return [
    {
      name: 'patients',
      text: `
        create temp table s_patient as
          select n::int, given, family, case when n % 10 > 0 then nhs end as nhs, 'x' || n || '@mail.example' as email, date '1940-01-01' + (n * 7919 % 24000)::int as born,
            '+447700900' || lpad((n % 1000)::text, 3, '0') as phone, pg_temp.id_at(pg_temp.at(date '${today}' - 1500 + (n * 1300 / ${patients})::int, n)) as id
          from unnest($1::text[], $2::text[], $3::text[]) with ordinality p (given, family, nhs, n);
        create unique index on s_patient (n);
        insert into patient (id, given_name, family_name, date_of_birth, nhs_number, address, wording, communication_needs, created_at, changed_at)
          select id, given, family, born, nhs, n || ' Seed Road' || E'\\nLondon\\nNW1 1AA',
            case when n % 3 = 1 then 'identified' else 'discreet' end, case when n % 12 = 5 then '{easy_read}'::text[] else '{}' end, now(), now()
          from s_patient order by id;
        insert into contact_point (id, patient_id, position, channel, value, safe, safe_from, created_at)
          select new_id(), id, 0, 'sms', phone, n % 8 > 0, case when n % 8 > 0 then date '${today}' - 400 end, now() from s_patient
          union all select new_id(), id, 1, 'email', email, n % 2 = 0, case when n % 2 = 0 then date '${today}' - 400 end, now() from s_patient where n % 3 = 0;`,
      values: [each(patients, givenName), each(patients, familyName), nhsNumbers(patients)],
    },
    {
      name: 'referrals',
      text: `
        create temp table s_referral as
          select (row_number() over (order by received, patient))::int as n, x.*, pg_temp.id_at(pg_temp.at(received, patient)) as id from (
            select l.i as loan, l.patient, (l.round + l.patient) % 30 as clinic, l.starts - 14 as received,
              case when l.ends is null then 'active' else 'closed' end as status
            from s_loan l where l.patient is not null
            union all
            select null, 1 + (n - 1) % ${patients}, (n + v.shift) % 30, date '${today}' - (n % 60)::int, v.status from ${others}, generate_series(1, v.count) n
          ) x;
        create unique index on s_referral (loan);
        analyze s_referral;
        insert into referral (id, reference, clinic_id, patient_id, nhs_number, given_name, family_name, date_of_birth, status, urgency, barriers, referrer_name, share_with_scheme,
            share_back_with_clinic, consent_given_on, decision_reason, withdrawal_reason, withdrawal_said_by, received_at, waiting_since, changed_at)
          select s.id, r.reference, o.id, p.id, p.nhs, p.given, p.family, p.born, s.status, (array['routine', 'routine', 'routine', 'soon', 'urgent'])[1 + s.n % 5], '{money,skills}',
            'Dr ' || p.family, true, s.n % 2 = 0, s.received, case when s.status = 'declined' then 'Lives elsewhere' end, case when s.status = 'withdrawn' then 'Not needed any more' end, case when s.status = 'withdrawn' then 'patient' end,
            pg_temp.at(s.received, s.patient), case when s.status in ('waiting', 'active', 'closed') then pg_temp.at(s.received + 1, s.patient) end, pg_temp.at(s.received + 1, s.patient)
          from s_referral s join unnest($1::text[]) with ordinality r (reference, n) on r.n = s.n join s_patient p on p.n = s.patient
            join s_org o on o.role = 'clinic' and o.n = s.clinic order by s.id;
        insert into referral_question (id, referral_id, question, asked_at)
          select new_id(), s.id, 'Which device suits?', pg_temp.at(s.received + 1, s.patient) from s_referral s where s.status = 'asked';
        insert into referral_need (referral_id, need, status, reason, settled_at)
          select s.id, n.need, case when s.status in ('active', 'closed') then case when n.need = 'data' and s.n % 7 = 0 and s.status = 'closed' then 'dropped' when n.need = 'data' and s.n % 11 = 0 and s.status = 'active' then 'open' else 'met' end
              when s.status in ('declined', 'withdrawn') then 'dropped' else 'open' end,
            case when s.status in ('declined', 'withdrawn') then 'Not needed' end, case when s.status not in ('received', 'asked', 'waiting') then pg_temp.at(s.received + 10, s.n) end
          from s_referral s, (values ('device', 1), ('data', 2), ('support', 1)) n (need, every) where s.n % n.every = 0;
        insert into signpost (id, name, details, changed_at)
          select new_id(), 'Library drop-in ' || n, 'Tablets to use and someone to ask, on weekday ' || n, pg_temp.at(date '${today}' - 400, n) from generate_series(1, 5) n;
        update referral r set assigned_to = o.id from s_referral s, (select id, row_number() over (order by id) - 1 as n, count(*) over () as all from staff where role = 'officer') o
          where r.id = s.id and s.n % 3 > 0 and o.n = s.n % o.all;
        insert into suggestion_tree (version, status, rules, made_by, made_at, changed_by, changed_at)
          select 2, 'draft', rules, 'Seed', now(), 'Seed', now() from suggestion_tree where version = 1;
        insert into referral_assessment (id, referral_id, said, suggestions, tree_version, by_name, at)
          select new_id(), s.id, '{"barriers":["skills"],"uses":["shared_phone"],"internetAtHome":"no","privateSpace":"yes","prefersNotDigital":false}',
            '[{"offer":"device","why":"They have no smartphone, tablet or computer of their own."}]', 1, 'Olive Officer', pg_temp.at(s.received + 1, s.patient)
          from s_referral s where s.n % 6 = 0;
        insert into referral_note (id, referral_id, note, at, by_name)
          select new_id(), s.id, 'Rang the clinic: the person prefers mornings.', pg_temp.at(s.received + 1, s.patient), 'Olive Officer' from s_referral s where s.n % 4 = 0;
        insert into proposal (id, referral_id, item, said)
          select new_id(), s.id, 'wording', '"identified"' from s_referral s where s.status in ('received', 'waiting') and s.n % 5 = 0;
        insert into api_client (id, name, role, organisation_id, created_at, changed_at)
          select new_id(), name || ' records', 'clinic', id, pg_temp.at(date '${today}' - 400, 1), pg_temp.at(date '${today}' - 400, 1)
          from organisation where id in (select id from s_org where role = 'clinic');
        insert into webhook (id, organisation_id, url, created_at, changed_at)
          select new_id(), id, 'https://records-' || n || '.clinic.example/lendwell', pg_temp.at(date '${today}' - 400, n), pg_temp.at(date '${today}' - 400, n)
          from s_org where role = 'clinic' and n % 2 = 0;
        insert into webhook_delivery (id, webhook_id, referral_id, status, attempts, next_at, give_up_at, last_status, created_at, ended_at)
          select new_id(), w.id, s.id, 'delivered', 1, at, at + interval '3 days', 204, at, at
          from s_referral s join s_org o on o.role = 'clinic' and o.n = s.clinic join webhook w on w.organisation_id = o.id,
            lateral (select pg_temp.at(s.received + 1, s.patient) as at) t;`,
      values: [each(devices * 3, (place) => referralReference(firstReferral + place))],
    },
  ];
}
