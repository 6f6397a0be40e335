import type { Size, Step } from './steps.ts';

/** Follow-ups with their outcomes, tasks, messages with their reminders, and who looked at whom. */
export function supportSteps({ devices, today }: Size): Step[] {
  return [
    {
      name: 'follow-ups',
      text: `
        create temp table s_day as select day::date, working_day_from(day::date) as due from generate_series(date '${today}' - 1600, date '${today}' + 200, interval '1 day') day;
        create temp table s_follow_up as
          select f.*, pg_temp.id_at(pg_temp.at(f.made, f.i * 4 + f.step)) as id,
            case when f.due >= date '${today}' then case when f.i % 9 = 0 then 'confirmed' else 'planned' end
              when f.due > date '${today}' - 4 and f.i % 5 = 0 then 'planned' when f.i % 13 = 0 then 'missed' when f.i % 17 = 0 then 'cancelled' else 'done' end as status
          from (
            select l.i, l.id as loan, l.patient, s.step, l.starts as made, d.due
            from s_loan l cross join (values (1, 2), (2, 7), (3, 28), (4, 91)) s (step, days) join s_day d on d.day = l.starts + s.days
            where l.patient is not null and (l.ends is null or s.step <= 2)
          ) f;
        create unique index on s_follow_up (id);
        insert into patient_plan (id, patient_id, version_id, referral_id, loan_id, starts_on, created_at, ended_at, ended_by)
          select new_id(), patient_id, v.id, referral_id, l.id, handover_on, issued_at, closed_at, case when closed_at is not null then 'return' end
          from loan l cross join (select v.id from support_plan p join support_plan_version v on v.plan_id = p.id where p.for_loans order by version desc limit 1) v
          where patient_id is not null;
        insert into follow_up (id, patient_id, loan_id, patient_plan_id, referral_id, step, due_on, starts_at, minutes, way, supporter_id, status, created_at, changed_at)
          select f.id, p.id, f.loan, h.id, r.id, (array['Set-up call', 'One week', 'Four weeks', 'Three months'])[f.step], f.due, time '09:00' + (f.i % 14) * interval '30 minutes',
            20, 'phone', case when f.i % 6 > 0 then s.id end, f.status, pg_temp.at(f.made, f.i), pg_temp.at(f.made, f.i)
          from s_follow_up f join s_patient p on p.n = f.patient join s_referral r on r.loan = f.i join patient_plan h on h.loan_id = f.loan join s_staff s on s.n = f.i % 12 order by f.id;
        insert into follow_up_outcome (id, follow_up_id, result, topics, minutes, confidence, frequency, concern, recorded_at, was_status, was_due_on)
          select new_id(), id, status, case when status = 'done' then '{communicating}'::text[] else '{}' end, case when status = 'done' then 20 end,
            case when status = 'done' then 1 + (i % 5)::int end, case when status = 'done' then 'weekly' end, i % 400 = 0, pg_temp.at(due, i), 'planned', due
          from s_follow_up where status in ('done', 'missed', 'cancelled');`,
    },
    {
      name: 'exports',
      text: `
        insert into privacy_decision (id, patient_id, kind, asked_by, asked_on, identity_check, by_name, at)
          select new_id(), p.id, 'export', 'patient', date '${today}' - 3, 'Saw a card', 'Seed', now() from s_patient p where p.n = 1;`,
    },
    {
      name: 'retention',
      text: `
        create temp table s_batch as select new_id() as id, n, case when n = 40 then 'proposed' when n % 4 = 0 then 'kept' else 'done' end as status from generate_series(1, 40) n;
        insert into retention_batch (id, class, months, status, proposed_at, decided_at, finished_at)
          select id, 'helped', 24, status, now(), case when status <> 'proposed' then now() end, case when status <> 'proposed' then now() end from s_batch order by id;
        insert into retention_member (batch_id, patient_id, last_on, outcome, decided_at)
          select b.id, p.id, date '${today}' - 800, case when b.status <> 'proposed' then 'kept' end, case when b.status <> 'proposed' then now() end
          from s_batch b join s_patient p on p.n <= 4000 and p.n % 40 + 1 = b.n;`,
    },
    {
      name: 'drop-ins',
      text: `
        create temp table s_drop_in as select new_id() as id, n, l.id as place, date '${today}' + 20 - n * 3 as held
          from generate_series(1, 400) n join lateral (select id from location order by id offset n % 3 limit 1) l on true;
        insert into drop_in (id, location_id, held_on, starts_at, minutes, others, created_at, changed_at)
          select id, place, held, '14:00', 120, n % 6, now(), now() from s_drop_in;
        insert into drop_in_person (id, drop_in_id, patient_id, topics, at)
          select new_id(), d.id, p.id, '{connecting}', now() from s_drop_in d join s_patient p on p.n % 400 = d.n where d.held <= date '${today}';
        insert into guide (id, name, topic, made_by, made_with, review_on, changed_at)
          select new_id(), 'Guide ' || n, 'communicating', 'The support team', 'People who use it', date '${today}' + 100, now() from generate_series(1, 12) n;
        insert into guide_version (guide_id, language, format, version, title, body, created_at, created_by)
          select g.id, l, f, 1, 'How to do it', 'Press the button.', now(), 'Seed' from guide g, unnest(array['en', 'bn']) l, unnest(array['standard', 'easy_read']) f;
        insert into handout (id, patient_id, follow_up_id, guide_id, language, format, version, way, path, given_at, given_by)
          select new_id(), p.id, f.id, g.id, 'en', 'standard', 1, 'paper', 'g/' || g.number || '/en/standard', pg_temp.at(f.due, f.i), 'Seed'
          from s_follow_up f join s_patient p on p.n = f.patient join lateral (select id, number from guide order by id offset f.i % 12 limit 1) g on true where f.status = 'done' and f.i % 3 = 0;
        insert into page_topic (id, name, changed_at) select new_id(), 'Topic ' || n, now() from generate_series(1, 8) n;
        insert into drop_in_visitor (id, drop_in_id, came_before, age_band, topics, at)
          select new_id(), d.id, v % 3 = 0, '45_to_64', '{connecting}', now() from s_drop_in d, generate_series(1, 9) v where d.held <= date '${today}';
        insert into drop_in_pages (drop_in_id, topic_id, pages)
          select d.id, t.id, 12 from s_drop_in d, page_topic t where d.held <= date '${today}';`,
    },
    {
      name: 'measures',
      text: `
        insert into instrument (id, name, direction, licence_needed, licence_held, changed_at)
          select new_id(), 'Questionnaire ' || n, 'higher', false, false, now() from generate_series(1, 3) n;
        insert into instrument_version (id, instrument_id, version, total, may_miss, items, created_at, created_by)
          select new_id(), id, 1, 'sum', 0, '[{"wording":"I know how to find help online","lowest":1,"highest":5,"labels":[],"reversed":false}]', now(), 'Seed' from instrument;
        insert into measure_asking (id, patient_id, version_id, way, status, asked_on, asked_by, answers, total, answered_on, created_at)
          select new_id(), p.id, v.id, 'paper', case when p.n % 2 = 0 then 'answered' else 'asked' end, date '${today}' - 30, 'Seed',
            case when p.n % 2 = 0 then '[3]'::jsonb end, case when p.n % 2 = 0 then 3 end, case when p.n % 2 = 0 then date '${today}' - 29 end, now()
          from s_patient p, instrument_version v where p.n % 5 = 0;
        insert into equality_answer (patient_id, given_on, age, sex, gender, ethnicity, disability, area, changed_at)
          select p.id, date '${today}' - 60 - (p.n % 700)::int, (array['under_25', '25_to_34', '35_to_44', '45_to_54', '55_to_64', '65_to_74', '75_and_over'])[1 + p.n * p.n % 7],
            case when p.n % 31 = 0 then 'rather_not_say' when p.n % 2 = 0 then 'female' else 'male' end,
            case when p.n % 29 = 0 then 'no' when p.n % 19 = 0 then 'rather_not_say' else 'yes' end,
            case when p.n % 23 = 0 then 'other' when p.n % 11 = 0 then 'mixed' when p.n % 7 = 0 then 'asian' when p.n % 5 = 0 then 'black' else 'white' end,
            case when p.n % 3 = 0 then 'yes' when p.n % 17 = 0 then 'rather_not_say' else 'no' end, (1 + p.n % 10)::text, pg_temp.at(date '${today}' - 60 - (p.n % 700)::int, p.n)
          from s_patient p where p.n % 4 > 0;
        insert into population_figure (question, source, dated, shares, changed_at)
          values ('sex', 'Seed', '2026-04-01', '{"female": 51, "male": 49}', now());`,
    },
    {
      name: 'what people told',
      text: `
        insert into story (id, patient_id, telling, words, followed, told_on, written_by, created_at, changed_at)
          select new_id(), p.id, 'retold', 'They are in touch again.', case when p.n % 3 = 0 then 'in_touch' else 'saw_gp' end, date '${today}' - (p.n % 300)::int, 'Seed', now(), now()
          from s_patient p where p.n % 4 = 0;
        insert into story_consent (id, story_id, version, purposes, given_on, way, recorded_by, created_at)
          select new_id(), id, 1, '{inside,papers}', told_on, 'in_words', 'Seed', now() from story where followed = 'in_touch';`,
    },
    {
      name: 'tasks',
      text: `
        insert into task (id, kind, subject_type, subject_id, patient_id, status, urgent, created_at, done_at)
          select pg_temp.id_at(pg_temp.at(f.due, f.i)), 'missed_twice', 'follow_up', f.id, p.id, case when f.due > date '${today}' - 20 then 'open' else 'done' end,
            f.i % 40 = 0, pg_temp.at(f.due, f.i), case when f.due > date '${today}' - 20 then null else pg_temp.at(f.due + 1, f.i) end
          from s_follow_up f join s_patient p on p.n = f.patient where f.status = 'missed';`,
    },
    {
      name: 'messages',
      text: `
        create temp table s_message as
          select f.*, pg_temp.id_at(pg_temp.at(f.due - 1, f.i)) as message from s_follow_up f where f.step <= 2 and f.i % 2 = 0 and f.due < date '${today}';
        insert into message (id, patient_id, channel, contact_point_id, wording, run_date, status, why, send_after, subject, body, sent_at, created_at, changed_at)
          select m.message, p.id, 'sms', c.id, 'discreet', m.due - 1, case when m.i % 500 = 0 then 'failed' else 'delivered' end, case when m.i % 500 = 0 then 'contact_changed' end,
            pg_temp.at(m.due - 1, m.i), 'Reminder', 'Hello. A reminder for tomorrow.', pg_temp.at(m.due - 1, m.i), pg_temp.at(m.due - 1, m.i), pg_temp.at(m.due - 1, m.i)
          from s_message m join s_patient p on p.n = m.patient join contact_point c on c.patient_id = p.id and c.channel = 'sms' order by m.message;
        insert into reminder (id, patient_id, reason, subject_id, stage, for_date, useless_after, status, message_id, created_at)
          select new_id(), p.id, 'follow_up', m.id, 'day_before', m.due, pg_temp.at(m.due, m.i), 'said', m.message, pg_temp.at(m.due - 1, m.i)
          from s_message m join s_patient p on p.n = m.patient;
        insert into message (id, patient_id, wording, run_date, status, why, send_after, created_at, changed_at)
          select new_id(), id, 'discreet', date '${today}' - (n % 5)::int, 'held', 'no_safe_contact', now(), now(), now() from s_patient where n % 8 = 0 and n < ${devices} / 20;
        insert into inbound_message (id, provider_id, from_number, body, meaning, patient_ids, received_at)
          select new_id(), 'seed ' || p.n, c.value, 'Can you ring me?', 'other', array[p.id], now()
          from s_patient p join contact_point c on c.patient_id = p.id and c.channel = 'sms' where p.n % 50 = 0;`,
    },
    {
      name: 'costs and a paper',
      text: `
        insert into cost (id, starts_on, kind, pence, note, changed_at)
          select new_id(), make_date(extract(year from date '${today}')::int - 3, 4, 1), kind, 250000, 'Seed', now() from unnest(array['staff', 'data', 'repairs']) kind;
        insert into paper (id, starts_on, ends_on, made_on, content, made_at, made_by)
          select new_id(), make_date(y, 4, 1), make_date(y + 1, 3, 31), make_date(y + 1, 5, 1), '{"scheme": "Seed", "halves": [[], []]}', now(), 'Seed'
          from (select extract(year from date '${today}')::int - 3 as y) x;`,
    },
    {
      name: 'who looked at whom',
      text: `
        insert into access_log (id, at, patient_id, actor_type, actor_id, actor_name, request_id, what)
          select new_id(), now(), p.id, 'staff', s.id, 'Helper', 'seed', 'patient'
          from s_patient p join s_staff s on s.n = p.n % 12, generate_series(1, 3);
        insert into job_run (job, local_date, step, started_at, finished_at, count)
          select 'nightly', date '${today}' - n, 'plan', now(), now(), 10 from generate_series(1, 800) n;`,
    },
  ];
}
