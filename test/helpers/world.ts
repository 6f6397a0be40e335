import { type RawBuilder, sql } from 'kysely';
import { handlers } from '../../src/follow-on.ts';
import { dispatch } from '../../src/messages/dispatch.commands.ts';
import { runNightly } from '../../src/office/nightly/nightly.commands.ts';
import type { NewPatient } from '../../src/people/patient.schemas.ts';
import type { NewReferral } from '../../src/referrals/referral.schemas.ts';
import { handle } from '../../src/shared/outbox.ts';
import { apiOf } from './api.ts';
import { testApp } from './app.ts';
import { factories } from './factories.ts';

const token = 'callback-token-1234567890';

type Refer = Omit<Partial<NewReferral>, 'patient'> & { by?: 'clinic' | 'officer' };

/**
 * The whole service with its worker, moved by hand: people are referred and called through the API, nights and days
 * go by, texts come in from the provider.
 */
export async function world(t: Parameters<typeof testApp>[0], settings: Record<string, string> = {}) {
  const made = await testApp(t, {
    NOTIFY_CALLBACK_TOKEN: token,
    LINK_URL: 'https://answer.example.org',
    SESSION_IDLE_MINUTES: '600000',
    SESSION_HOURS: '100000',
    ...settings,
  });
  const { app, as, db, deps, clock } = made;
  let calls = 0;

  const call = (
    who: keyof typeof as,
    method: 'GET' | 'POST' | 'PATCH',
    url: string,
    body?: object,
    headers: Record<string, string> = {},
  ) =>
    apiOf(app, as[who])(method, url, body, {
      ...(method === 'POST' && { 'idempotency-key': `call-${++calls}` }),
      ...headers,
    });

  async function rows<Row = Record<string, unknown>>(query: RawBuilder<unknown>): Promise<Row[]> {
    return (await query.execute(db)).rows as Row[];
  }

  /** What the worker has to do after commands. */
  async function work() {
    const waiting = await db
      .selectFrom('outbox')
      .select(['event_id', 'handler'])
      .where('done_at', 'is', null)
      .execute();
    for (const { event_id, handler } of waiting) await handle(deps, handlers[handler]!, event_id, handler);
  }

  async function refer(patient: Partial<NewPatient> = {}, { by = 'clinic', ...more }: Refer = {}) {
    const reply = await call(by, 'POST', '/referrals', {
      patient: {
        givenName: 'Amal',
        familyName: 'Example',
        dateOfBirth: '1980-02-29',
        contactPoints: [{ channel: 'sms', value: '07700 900123', safe: true }],
        ...patient,
      },
      needs: ['device', 'support'],
      barriers: ['money'],
      referrer: { name: 'Dr Young' },
      consent: { shareWithScheme: true, givenOn: '2026-11-20' },
      ...more,
    });
    const [row] = await rows<{ id: string }>(
      sql`select patient_id as id from referral where id = ${reply.body.id ?? null}::uuid`,
    );
    return { ...reply, id: reply.body.id as string, patientId: row?.id as string };
  }

  async function followUp(patientId: string, changes: object = {}) {
    const { body, status } = await call('officer', 'POST', '/follow-ups', {
      patientId,
      dueOn: '2026-11-25',
      startsAt: '10:00',
      way: 'phone',
      ...changes,
    });
    if (status !== 201) throw new Error(`no follow-up: ${JSON.stringify(body)}`);
    return body.id as string;
  }

  /** Changes a follow-up as someone who has just seen it. */
  async function change(id: string, changes: object) {
    const { etag } = await call('officer', 'GET', `/follow-ups/${id}`);
    return call('officer', 'PATCH', `/follow-ups/${id}`, changes, { 'if-match': etag });
  }

  /** The night of a day, and what goes out that morning. */
  async function night(day: string) {
    clock.set(`${day}T03:15:00Z`);
    await work();
    await runNightly(deps);
    clock.set(`${day}T09:30:00Z`);
    await send();
  }

  /** What is due just now. */
  async function send() {
    await work();
    await dispatch(deps);
  }

  /** What has gone out, in order. */
  const sent = () =>
    rows<{ to: string; body: string }>(sql`select recipient as to, body from captured_message order by id`);

  const tasks = () =>
    rows<{ kind: string; urgent: boolean; status: string; patientId: string | null; subjectId: string }>(
      sql`select kind, urgent, status, patient_id as "patientId", subject_id as "subjectId" from task order by id`,
    );

  /** A text that someone sends, as GOV.UK Notify tells of it. */
  const text = (message: string, from = '447700900123') =>
    app.inject({
      method: 'POST',
      url: '/api/v1/callbacks/notify/inbound-texts',
      headers: { authorization: `Bearer ${token}` },
      payload: {
        id: `text-${++calls}`,
        source_number: from,
        destination_number: '447700900000',
        message,
        date_received: clock.now().toString(),
      },
    });

  return {
    ...made,
    call,
    rows,
    work,
    refer,
    followUp,
    change,
    night,
    send,
    sent,
    tasks,
    text,
    make: factories(deps),
  };
}
