import t from 'tap';
import { numberToRing, patientStanding } from '../../src/people/standing.rules.ts';

type Shown = Parameters<typeof numberToRing>[0];

const today = '2026-11-23';
const person = (changes: object = {}) =>
  ({
    contactChoice: 'any_safe',
    contactState: 'open',
    pausedUntil: null,
    erasedAt: null,
    trustedPerson: null,
    loans: [],
    contactPoints: [
      { channel: 'email', value: 'amal@example.org', state: 'safe' },
      { channel: 'phone', value: '+447700900123', state: 'not_safe' },
      { channel: 'sms', value: '+447700900124', state: 'safe' },
    ],
    ...changes,
  }) as unknown as Shown;

t.test('the number to press is safe, and of someone who may be rung first', async (t) => {
  t.equal(numberToRing(person(), today)?.value, '+447700900124');
  for (const never of [
    { contactChoice: 'patient_contacts_us' },
    { contactState: 'paused', pausedUntil: '2026-12-01' },
    { contactState: 'withdrawn' },
    { contactState: 'deceased' },
    { erasedAt: '2026-11-01T09:00:00Z' },
    { trustedPerson: { first: true } },
    { contactPoints: [{ channel: 'phone', value: '+447700900123', state: 'in_doubt' }] },
    { contactPoints: [] },
  ])
    t.equal(numberToRing(person(never), today), undefined, JSON.stringify(never));
});

t.test('how it stands with a person, in a sentence', async (t) => {
  t.equal(patientStanding(person(), undefined), 'Nothing is on loan. No follow-up is planned.');
  t.equal(
    patientStanding(person({ loans: [{ status: 'open' }, { status: 'closed' }] }), {
      step: 'Set-up call',
      dueOn: '2026-11-25',
    }),
    '1 loan open. Next: set-up call on 25 November 2026.',
  );
  t.equal(patientStanding(person({ erasedAt: '2026-11-01T09:00:00Z' }), undefined), '');
});
