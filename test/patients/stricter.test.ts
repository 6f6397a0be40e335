import { sql } from 'kysely';
import t from 'tap';
import { type SaidPoint, stricterPoint, stricterTrust } from '../../src/people/stricter.rules.ts';
import { world } from '../helpers/world.ts';

const number = '+447700900123';
const point = (changes: object = {}) => ({
  id: 'p',
  channel: 'sms' as const,
  value: number,
  safe: true,
  safeFrom: '2026-11-01',
  recheckDue: null,
  voicemailOk: true,
  hours: null,
  stoppedAt: null,
  failedAt: null,
  ...changes,
});

t.test('the stricter word of two on one number', (t) => {
  const with_ = (said: Partial<SaidPoint>, own: object = {}) =>
    stricterPoint(point(own), [{ channel: 'sms', value: number, safe: true, ...said }]);
  t.match(with_({}), { safe: true, recheckDue: null, stoppedAt: null, failedAt: null });
  t.match(with_({ safe: false }), { safe: false, safeFrom: null });
  t.match(with_({ safe: false, channel: 'phone' }), { safe: false }, 'not safe to ring is not safe to text');
  t.match(with_({ recheckDue: '2026-12-01' }), { safe: true, recheckDue: '2026-12-01' });
  t.match(with_({ recheckDue: '2026-12-01' }, { recheckDue: '2026-11-20' }), { recheckDue: '2026-11-20' });
  t.match(with_({ stoppedAt: '2026-11-20T10:00:00Z' }), { stoppedAt: '2026-11-20T10:00:00Z' });
  t.match(with_({ stoppedAt: '2026-11-20T10:00:00Z', channel: 'phone' }), { safe: false, stoppedAt: null });
  t.match(with_({ failedAt: '2026-11-20T10:00:00Z' }), { failedAt: '2026-11-20T10:00:00Z' });
  t.match(with_({ voicemailOk: false }), { voicemailOk: false });
  const hours = [{ days: [1], from: '09:00', to: '12:00' }];
  t.match(with_({ hours }), { safe: true, hours });
  t.match(with_({ hours }, { hours: [{ days: [2], from: '09:00', to: '12:00' }] }), { safe: false });
  t.match(with_({ value: '+447700900124', safe: false }), { safe: true }, 'another number');
  t.end();
});

t.test('one trusted person is known by the number, or by a name however it is written', (t) => {
  const held = { name: 'Sam Lee', phone: '+447700900301', mayBeContacted: true };
  for (const [said, may] of [
    [{ name: 'Sam  Lee', mayBeContacted: false }, false],
    [{ name: 'SAM LEE', mayBeContacted: false }, false],
    [{ name: 'Sam', mayBeContacted: false }, false],
    [{ name: 'Samantha', phone: '+447700900301', mayBeContacted: false }, false],
    [{ name: 'Jo Park', mayBeContacted: false }, true],
    [{ name: 'Sam Lee', mayBeContacted: true }, true],
    [undefined, true],
  ] as const)
    t.equal(stricterTrust(held, said)!.mayBeContacted, may, JSON.stringify(said));
  t.end();
});

t.test('a merge keeps the stricter word, whichever record stays', async (t) => {
  const w = await world(t);
  const person = (mayBeContacted: boolean) => ({
    familyName: 'Merge',
    trustedPerson: { name: 'Sam', phone: '07700 900301', mayBeContacted },
  });
  for (const staysFirst of [true, false]) {
    const one = await w.refer(person(true), { by: 'officer', clinicId: await w.make.clinic() });
    const other = await w.refer(person(false), { by: 'officer', clinicId: await w.make.clinic() });
    await w.rows(sql`update contact_point set recheck_due = '2026-11-20', failed_at = '2026-11-19T10:00:00Z',
      stopped_at = '2026-11-18T10:00:00Z' where patient_id = ${other.patientId}`);
    const [stays, goes] = staysFirst ? [one, other] : [other, one];
    const merged = await w.call('officer', 'POST', `/patients/${stays.patientId}/merges`, {
      patientId: goes.patientId,
    });
    t.equal(merged.status, 201);
    const record = () => w.call('officer', 'GET', `/patients/${stays.patientId}`);
    t.match((await record()).body, {
      trustedPerson: { mayBeContacted: false },
      contactPoints: [{ recheckDue: '2026-11-20', failedAt: /2026-11-19/, stoppedAt: /2026-11-18/ }],
    });
    const parted = await w.call('officer', 'POST', `/patients/${stays.patientId}/partings`, {
      mergeId: merged.body.id,
    });
    t.equal(parted.status, 201);
    t.match(
      (await record()).body.contactPoints,
      [{ recheckDue: staysFirst ? null : '2026-11-20' }],
      'parted, each has its own again',
    );
    await w.rows(
      sql`update patient set family_name = 'Before' where id in (${one.patientId}, ${other.patientId})`,
    );
  }
});
