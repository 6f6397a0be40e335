import Fastify from 'fastify';
import pg from 'pg';
import { v7 } from 'uuid';

// What `npm run bench` measures Lendwell against: a route that only writes the rows of an issue,
// one prepared statement a table, with no key, schema, lock, rule or refusal.

type Body = { referralId: string; items: { deviceId: string }[] };

const pool = new pg.Pool({
  connectionString: process.env.DATABASE_URL,
  max: Number(process.env.DATABASE_POOL),
});
const { rows } = await pool.query<{ plan: string; terms: string; agreement: string; body: string }>(`
  select (select id from support_plan_version order by version desc limit 1) as plan, (select id from loan_terms where is_default and borrower = 'patient') as terms,
    id as agreement, body from agreement_version order by version desc limit 1`);
const { plan, terms, agreement, body: text } = rows[0]!;
const steps = ['Set-up call', 'One week', 'Four weeks', 'Three months'];
const dates = ['2026-12-01', '2026-12-07', '2026-12-29', '2027-03-01'];
let number = 0;

const app = Fastify();
app.post<{ Body: Body }>('/loans', async (request, reply) => {
  const { referralId, items } = request.body;
  const devices = items.map(({ deviceId }) => deviceId);
  const [loan, event, at] = [v7(), v7(), new Date().toISOString()];
  const client = await pool.connect();
  const write = (name: string, statement: string, values: unknown[]) =>
    client.query<{ patient: string }>({ name, text: statement, values });
  try {
    await client.query('begin');
    const loaned = await write(
      'loan',
      `
      insert into loan (id, reference, patient_id, referral_id, issued_at, due_on, handover_way, handover_on, terms_id,
        agreement_version_id, agreement_text, accepted_by, changed_at)
      select $1, $2, r.patient_id, r.id, $3, '2027-06-01', 'in_person', '2026-11-29', $4, $5, $6, 'verbal', $3
      from referral r where r.id = $7 returning patient_id as patient`,
      [loan, `B-${process.pid}-${++number}`, at, terms, agreement, text, referralId],
    );
    const { patient } = loaned.rows[0]!;
    const itemIds = devices.map(() => v7());
    await write(
      'items',
      `insert into loan_item (id, loan_id, device_id, issued_at, condition_out)
      select t.id, $1, t.device, $2, 'B' from unnest($3::uuid[], $4::uuid[]) t (id, device)`,
      [loan, at, itemIds, devices],
    );
    await write(
      'devices',
      `update device set status = 'on_loan', changed_at = $1 where id = any($2::uuid[])`,
      [at, devices],
    );
    await write(
      'needs',
      `update referral_need set status = 'met', settled_at = $1 where referral_id = $2 and need in ('device', 'support')`,
      [at, referralId],
    );
    await write('referral', `update referral set status = 'active', changed_at = $1 where id = $2`, [
      at,
      referralId,
    ]);
    const calls = steps.map(() => v7());
    await write(
      'calls',
      `
      with p as (
        insert into patient_plan (id, patient_id, version_id, loan_id, referral_id, starts_on, created_at)
        values ($8, $1, $9, $2, $3, '2026-11-29', $4) returning id
      )
      insert into follow_up (id, patient_id, loan_id, referral_id, patient_plan_id, step, due_on, starts_at, minutes, way, created_at, changed_at)
      select t.id, $1, $2, $3, p.id, t.step, t.due, '10:00', 20, 'phone', $4, $4 from p, unnest($5::uuid[], $6::text[], $7::date[]) t (id, step, due)`,
      [patient, loan, referralId, at, calls, steps, dates, v7(), plan],
    );
    await write(
      'event',
      `insert into event (id, at, type, actor_type, actor_name, request_id, "values", fields)
      values ($1, $2, 'loan.issued', 'client', 'Bare', 'bare', $3, '{}')`,
      [
        event,
        at,
        {
          reference: loan,
          assetTags: devices,
          dueOn: '2027-06-01',
          handoverWay: 'in_person',
          handoverOn: '2026-11-29',
          acceptedBy: 'verbal',
          agreementVersion: 1,
        },
      ],
    );
    const subjects = [loan, patient, referralId, ...devices];
    const types = ['loan', 'patient', 'referral', ...devices.map(() => 'device')];
    await write(
      'subjects',
      `insert into event_subject (subject_id, event_id, subject_type)
      select t.id, $1, t.type from unnest($2::uuid[], $3::text[]) t (id, type)`,
      [event, subjects, types],
    );
    await write(
      'outbox',
      `insert into outbox (event_id, handler, created_at) values ($1, 'plan-reminders', $2)`,
      [event, at],
    );
    await client.query('commit');
    return reply.code(201).send({ id: loan, items: itemIds, followUps: calls });
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
});

await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) });
process.once('SIGTERM', () => app.close().then(() => pool.end()));
