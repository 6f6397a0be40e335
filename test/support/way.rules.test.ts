import fc from 'fast-check';
import t from 'tap';
import { type Way, ways } from '../../src/support/support.rules.ts';
import { hindrancesOf, hindranceWords, hoursFor, type Person, wayFor } from '../../src/support/way.rules.ts';

const today = '2026-11-23';
type Point = Person['points'][number];
const point = (channel: Point['channel'], more: Partial<Point> = {}): Point => ({
  channel,
  safe: true,
  recheckDue: null,
  stopped: false,
  failed: false,
  doubted: false,
  hours: null,
  ...more,
});
const person = (points: Point[], more: Partial<Person> = {}): Person => ({
  contactChoice: 'any_safe',
  communicationNeeds: [],
  points,
  ...more,
});
const bsl = { communicationNeeds: ['bsl'] };
const evenings = [{ days: [1, 2, 3, 4, 5], from: '18:30', to: '21:00' }];

t.test('the way that a plan takes instead of the usual one', async (t) => {
  const cases: [string, Way, Person, Way | null][] = [
    ['a number to ring', 'phone', person([point('phone')]), 'phone'],
    ['a number for texts is rung too', 'phone', person([point('sms')]), 'phone'],
    ['an email alone', 'phone', person([point('email')]), 'message'],
    ['a letter alone', 'phone', person([point('letter')]), 'in_person'],
    ['nothing', 'phone', person([]), 'in_person'],
    [
      'a number that is not safe',
      'phone',
      person([point('sms', { safe: false }), point('email')]),
      'message',
    ],
    ['a number that stopped', 'phone', person([point('sms', { stopped: true })]), 'in_person'],
    ['a number that fails', 'phone', person([point('sms', { failed: true })]), 'in_person'],
    ['to be checked again', 'phone', person([point('sms', { recheckDue: '2026-11-22' })]), 'in_person'],
    ['to be checked again from tomorrow', 'phone', person([point('sms', { recheckDue: today })]), 'phone'],
    ['sign language and an email', 'phone', person([point('email')], bsl), 'video'],
    ['sign language and a number', 'phone', person([point('sms')], bsl), 'video'],
    ['sign language and a landline', 'phone', person([point('phone')], bsl), 'in_person'],
    ['a message with sign language', 'message', person([point('sms')], bsl), 'message'],
    ['a video call with a landline', 'video', person([point('phone')]), 'phone'],
    ['a visit', 'in_person', person([]), 'in_person'],
    [
      'evenings for the phone',
      'phone',
      person([point('phone', { hours: evenings }), point('email')]),
      'message',
    ],
    ['evenings alone', 'phone', person([point('sms', { hours: evenings })]), 'phone'],
    ...ways.map(
      (way) =>
        [
          `they contact us, ${way}`,
          way,
          person([point('sms')], { contactChoice: 'patient_contacts_us' }),
          null,
        ] as [string, Way, Person, null],
    ),
  ];
  for (const [name, usual, who, expected] of cases) t.equal(wayFor(usual, who, today), expected, name);
});

t.test('what is in the way, in words', async (t) => {
  const at = (startsAt: string) => ({ dueOn: '2026-11-24', startsAt, minutes: 20 });
  const cases: [string, Way, Person, string | null][] = [
    [
      'sign language and an email',
      'phone',
      person([point('email')], bsl),
      'They cannot be phoned: British Sign Language. Only an email is safe.',
    ],
    ['an email alone', 'phone', person([point('email')]), 'They cannot be phoned. Only an email is safe.'],
    [
      'sign language with a number',
      'phone',
      person([point('sms')], bsl),
      'They cannot be phoned: British Sign Language.',
    ],
    [
      'a number that stopped, and a letter and an email',
      'phone',
      person([point('sms', { stopped: true }), point('letter'), point('email')]),
      'They cannot be phoned: their number has stopped. Only a letter and an email are safe.',
    ],
    ['nothing', 'message', person([]), 'They cannot be written to. No way to reach them is safe.'],
    [
      'not safe any more',
      'phone',
      person([point('phone', { safe: false })]),
      'They cannot be phoned: their number is not safe. No way to reach them is safe.',
    ],
    [
      'they contact us',
      'phone',
      person([point('sms')], { contactChoice: 'patient_contacts_us' }),
      'They cannot be phoned: only they make contact. Agree with them how it takes place.',
    ],
    ['a visit', 'in_person', person([], { contactChoice: 'patient_contacts_us' }), null],
    ['a call', 'phone', person([point('sms')]), null],
  ];
  for (const [name, way, who, words] of cases) t.equal(hindranceWords(way, who, today), words, name);
  const mornings = person([point('phone', { hours: [{ days: [2], from: '09:00', to: '12:00' }] })]);
  t.equal(hindranceWords('phone', mornings, today, at('11:40')), null);
  t.equal(
    hindranceWords('phone', mornings, today, at('11:41')),
    'This is outside the hours that they gave: Tuesday, 09:00 to 12:00.',
  );
  t.equal(
    hoursFor('phone', person([...mornings.points, point('sms')]), today),
    null,
    'another number at any time',
  );
});

t.test('the way that is taken never has anything in its way', async () => {
  const points = fc.array(
    fc.record({
      channel: fc.constantFrom('sms', 'phone', 'email', 'letter'),
      safe: fc.boolean(),
      stopped: fc.boolean(),
      failed: fc.boolean(),
      recheckDue: fc.constantFrom(null, '2026-11-01', '2027-01-01'),
      hours: fc.constantFrom(null, evenings),
    }),
    { maxLength: 4 },
  );
  fc.assert(
    fc.property(fc.constantFrom(...ways), points, fc.subarray(['bsl', 'audio']), (usual, points, needs) => {
      const who = person(points as Point[], { communicationNeeds: needs });
      const way = wayFor(usual, who, today);
      return way !== null && hindrancesOf(way, who, today).length === 0;
    }),
  );
});
