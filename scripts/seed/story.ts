import type { Step } from './steps.ts';

/** Events as the commands would have recorded them, each with its subjects. */
export function storySteps(): Step[] {
  return [
    {
      name: 'events',
      text: `
        create temp table s_event as
          select 'donation.recorded' as type, pg_temp.at(n.day, n.n) as at, jsonb_build_object('reference', n.reference, 'devices', count(d.id), 'receivedOn', n.day) as v,
            array['donation'] || array_agg('device'::text) as types, array[n.id] || array_agg(d.id) as ids
          from s_donation n join s_device d on d.donation = n.id group by n.n, n.id, n.day, n.reference
          union all
          select 'device.checked', c.recorded_at, jsonb_build_object('kind', c.kind, 'result', c.result, 'performedOn', c.performed_on, 'cycle', c.cycle, 'from', 'in_preparation', 'to', 'in_preparation'),
            array['device'], array[c.device_id] from preparation_check c join device d on d.id = c.device_id and d.cycle = c.cycle
          union all
          select 'referral.received', r.received_at, '{"needs": ["device", "support"]}', array['referral', 'patient', 'organisation'], array[r.id, r.patient_id, r.clinic_id] from referral r
          union all
          select 'referral.accepted', r.waiting_since, '{"from": "received", "to": "waiting"}', array['referral', 'patient'], array[r.id, r.patient_id] from referral r where r.waiting_since is not null
          union all
          select 'loan.issued', l.issued_at, jsonb_build_object('reference', l.reference, 'dueOn', l.due_on, 'handoverWay', l.handover_way, 'handoverOn', l.handover_on, 'acceptedBy', 'verbal', 'agreementVersion', 1),
            array['loan', case when l.patient_id is null then 'location' else 'patient' end] || i.types, array[l.id, coalesce(l.patient_id, l.location_id)] || i.ids
          from loan l join (select loan_id, array_agg('device'::text) as types, array_agg(device_id) as ids from loan_item group by loan_id) i on i.loan_id = l.id
          union all
          select 'loan.returned', l.closed_at, '{"status": "closed"}', array['loan', case when l.patient_id is null then 'location' else 'patient' end] || i.types, array[l.id, coalesce(l.patient_id, l.location_id)] || i.ids
          from loan l join (select loan_id, array_agg('device'::text) as types, array_agg(device_id) as ids from loan_item where status = 'returned' group by loan_id) i on i.loan_id = l.id
          where l.closed_at is not null;
        alter table s_event add column id uuid;
        update s_event set id = pg_temp.id_at(at);
        insert into event (id, at, type, actor_type, actor_name, request_id, "values") select id, at, type, 'staff', 'Helper 13', 'seed', v from s_event order by id;
        insert into event_subject (subject_id, event_id, subject_type)
          select u.subject, e.id, u.type from s_event e, unnest(e.types, e.ids) u (type, subject);`,
    },
  ];
}
