import fc from 'fast-check';
import t from 'tap';
import { Temporal } from 'temporal-polyfill';
import { type Hours, nextOpening } from '../../src/people/contact-window.rules.ts';

const holidays = new Set(['2026-12-25', '2026-12-28', '2027-03-26', '2027-03-29']);
const isHoliday = (date: string) => holidays.has(date);
const opening = (now: string, hours: Hours[] | null = null) =>
  nextOpening(Temporal.Instant.from(now), hours, isHoliday)?.toString() ?? null;

t.test('messages go out 08:00 to 18:00 in London on working days', async (t) => {
  const cases: [string, string, string][] = [
    ['inside the window', '2026-11-23T09:30:00Z', '2026-11-23T09:30:00Z'],
    ['at 08:00', '2026-11-23T08:00:00Z', '2026-11-23T08:00:00Z'],
    ['a moment before 08:00', '2026-11-23T07:59:59.999Z', '2026-11-23T08:00:00Z'],
    ['a moment before 18:00', '2026-11-23T17:59:59.999Z', '2026-11-23T17:59:59.999Z'],
    ['at 18:00', '2026-11-23T18:00:00Z', '2026-11-24T08:00:00Z'],
    ['Friday evening', '2026-11-27T19:00:00Z', '2026-11-30T08:00:00Z'],
    ['over Christmas', '2026-12-24T20:00:00Z', '2026-12-29T08:00:00Z'],
    ['in summer time', '2026-07-01T06:30:00Z', '2026-07-01T07:00:00Z'],
    ['the Friday before the clocks go forward', '2027-03-25T20:00:00Z', '2027-03-30T07:00:00Z'],
    ['the night the clocks go back', '2026-10-25T00:30:00Z', '2026-10-26T08:00:00Z'],
  ];
  for (const [name, now, expected] of cases) t.equal(opening(now), expected, name);
});

t.test('a person’s own hours narrow the window', async (t) => {
  const mornings = [{ days: [1, 2, 3, 4, 5], from: '07:00', to: '10:00' }];
  t.equal(opening('2026-11-23T07:30:00Z', mornings), '2026-11-23T08:00:00Z', 'never before 08:00');
  t.equal(opening('2026-11-23T10:00:00Z', mornings), '2026-11-24T08:00:00Z');
  const twice = [
    { days: [2], from: '16:00', to: '24:00' },
    { days: [2], from: '09:00', to: '11:00' },
  ];
  t.equal(opening('2026-11-23T12:00:00Z', twice), '2026-11-24T09:00:00Z', 'the earlier of two');
  t.equal(opening('2026-11-24T12:00:00Z', twice), '2026-11-24T16:00:00Z');
  t.equal(opening('2026-11-24T18:00:00Z', twice), '2026-12-01T09:00:00Z', 'never after 18:00');
  t.equal(
    opening('2026-11-23T12:00:00Z', [{ days: [6, 7], from: '10:00', to: '12:00' }]),
    null,
    'weekends never meet it',
  );
  t.equal(opening('2026-11-23T12:00:00Z', [{ days: [1], from: '18:00', to: '20:00' }]), null);
  t.equal(
    opening('2026-11-23T12:00:00Z', [{ days: [1], from: '12:00', to: '09:00' }]),
    null,
    'hours that end before they begin',
  );
  t.equal(opening('2026-11-23T12:00:00Z', []), '2026-11-23T12:00:00Z', 'no hours given are no narrowing');
});

t.test('whatever the instant and the hours, an opening is open, not in the past, and the first', async () => {
  const clock = fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
    .map(([h, m]) => `${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`);
  const hours = fc.option(
    fc.array(fc.record({ days: fc.uniqueArray(fc.integer({ min: 1, max: 7 })), from: clock, to: clock }), {
      maxLength: 3,
    }),
  );
  // Weeks around both changes of the clocks and both holidays, to the minute.
  const around = ['2026-10-23T00:00:00Z', '2026-12-23T00:00:00Z', '2027-03-24T00:00:00Z'].map(
    (at) => Temporal.Instant.from(at).epochMilliseconds,
  );
  const instant = fc
    .tuple(fc.constantFrom(...around), fc.integer({ min: 0, max: 7 * 24 * 60 }))
    .map(([start, minutes]) => Temporal.Instant.fromEpochMilliseconds(start + minutes * 60_000));
  fc.assert(
    fc.property(instant, hours, fc.integer({ min: 1, max: 2_000 }), (now, own, earlier) => {
      const next = nextOpening(now, own, isHoliday);
      if (!next) return !!own?.length;
      const isOpen = (at: Temporal.Instant) => !!nextOpening(at, own, isHoliday)?.equals(at);
      const local = next.toZonedDateTimeISO('Europe/London');
      const between = now.add({ minutes: Math.floor(now.until(next).total('minutes') * (earlier / 2_001)) });
      return (
        Temporal.Instant.compare(next, now) >= 0 &&
        isOpen(next) &&
        local.hour >= 8 &&
        local.hour < 18 &&
        local.dayOfWeek <= 5 &&
        !isHoliday(local.toPlainDate().toString()) &&
        (!own?.length ||
          own.some(
            ({ days, from, to }) =>
              days.includes(local.dayOfWeek) &&
              local.toPlainTime().toString() >= from &&
              local.toPlainTime().toString().slice(0, 5) < to,
          )) &&
        (next.equals(now) || between.equals(next) || !isOpen(between))
      );
    }),
    { numRuns: 500 },
  );
});
