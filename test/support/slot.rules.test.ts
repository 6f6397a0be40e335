import fc from 'fast-check';
import t from 'tap';
import { Temporal } from 'temporal-polyfill';
import { arrange, type Diary, type Wanted } from '../../src/support/planning.rules.ts';
import { type Around, freeSlot, overlap, type Slot, skippedTime } from '../../src/support/slot.rules.ts';

const slot = (dueOn: string, startsAt = '10:00', minutes = 30): Slot => ({ dueOn, startsAt, minutes });
const around = (more: Partial<Around> = {}): Around => ({
  taken: [],
  crowd: [],
  hours: null,
  isDayOff: (date) => date === '2026-12-25' || date === '2026-12-28',
  now: '2026-11-23T09:30',
  ...more,
});
const tuesday = '2026-11-24';
const wholeDay = (day: string) => slot(day, '09:00', 480);

t.test('the free time next to the one that is wanted', async (t) => {
  const wednesdays = [{ days: [3], from: '13:00', to: '15:00' }];
  const cases: [string, Slot, Around, string][] = [
    ['free', slot(tuesday), around(), '2026-11-24 10:00'],
    ['not on a quarter, and free', slot(tuesday, '10:05'), around(), '2026-11-24 10:05'],
    [
      'taken: after rather than before',
      slot(tuesday),
      around({ taken: [slot(tuesday)] }),
      '2026-11-24 10:30',
    ],
    [
      'taken up to what follows: before',
      slot(tuesday),
      around({ taken: [slot(tuesday), slot(tuesday, '10:30')] }),
      '2026-11-24 09:30',
    ],
    [
      'ends where the next begins',
      slot(tuesday),
      around({ taken: [slot(tuesday, '10:30')] }),
      '2026-11-24 10:00',
    ],
    ['a full day', slot(tuesday), around({ taken: [wholeDay(tuesday)] }), '2026-11-25 10:00'],
    ['a full Friday', slot('2026-11-27'), around({ taken: [wholeDay('2026-11-27')] }), '2026-11-30 10:00'],
    ['over Christmas', slot('2026-12-25'), around(), '2026-12-29 10:00'],
    ['a Saturday', slot('2026-11-28'), around(), '2026-11-30 10:00'],
    ['too early', slot(tuesday, '06:00'), around(), '2026-11-24 09:00'],
    ['too late', slot(tuesday, '20:00'), around(), '2026-11-24 16:30'],
    ['today, when it is over', slot('2026-11-23', '08:00'), around(), '2026-11-23 09:45'],
    ['today, after work', slot('2026-11-23'), around({ now: '2026-11-23T17:01' }), '2026-11-24 10:00'],
    ['their hours', slot(tuesday), around({ hours: wednesdays }), '2026-11-25 13:00'],
    [
      'hours that never meet ours',
      slot(tuesday),
      around({ hours: [{ days: [6], from: '10:00', to: '12:00' }] }),
      '2026-11-24 10:00',
    ],
    ['a whole working day', slot(tuesday, '10:00', 480), around(), '2026-11-24 09:00'],
    [
      'towards today, for what is before a day',
      slot(tuesday),
      around({ taken: [wholeDay(tuesday)], back: true, now: '2026-11-19T10:00' }),
      '2026-11-23 10:00',
    ],
    [
      'on, when nothing is left before',
      slot(tuesday),
      around({ taken: [wholeDay(tuesday)], back: true }),
      '2026-11-25 10:00',
    ],
    [
      'in a crowd: where the fewest are',
      slot(tuesday),
      around({ crowd: [{ ...slot(tuesday), count: 2 }] }),
      '2026-11-24 10:30',
    ],
    [
      'in a full crowd: still that day',
      slot(tuesday),
      around({ crowd: [{ ...wholeDay(tuesday), count: 1 }] }),
      '2026-11-24 10:00',
    ],
  ];
  for (const [name, wanted, where, expected] of cases) {
    const { dueOn, startsAt } = freeSlot(wanted, where);
    t.equal(`${dueOn} ${startsAt}`, expected, name);
  }
});

const anySlot = fc.record({
  dueOn: fc
    .integer({ min: 0, max: 20 })
    .map((n) => Temporal.PlainDate.from(tuesday).add({ days: n }).toString()),
  startsAt: fc.integer({ min: 0, max: 95 }).map((n) =>
    Temporal.PlainTime.from('00:00')
      .add({ minutes: n * 15 })
      .toString({ smallestUnit: 'minute' }),
  ),
  minutes: fc.integer({ min: 5, max: 90 }),
});
const whom = fc.constantFrom('a', 'b', null);
const wanted = anySlot.chain((slot) =>
  fc
    .record({ patientId: fc.constantFrom('p', 'q', 'r'), supporterId: whom })
    .map((who): Wanted => ({ ...slot, ...who, way: 'phone' })),
);

t.test(
  'whatever is asked for: on working days in working hours, nobody twice at once, and always the same',
  async () => {
    fc.assert(
      fc.property(fc.array(wanted, { maxLength: 40 }), fc.array(wanted, { maxLength: 20 }), (many, taken) => {
        const crowd = taken.map((one) => ({ ...one, count: 1 }));
        const diary: Diary = { people: [], taken, crowd, daysOff: ['2026-11-30'] };
        const made = arrange(many, diary, '2026-11-23T09:30');
        const together = (one: Wanted, other: Wanted) =>
          one !== other &&
          (one.patientId === other.patientId ||
            (one.supporterId !== null && one.supporterId === other.supporterId)) &&
          overlap(one, other);
        const fits = made.every(
          (one) =>
            Temporal.PlainDate.from(one.dueOn).dayOfWeek <= 5 &&
            one.dueOn !== '2026-11-30' &&
            one.startsAt >= '09:00' &&
            one.startsAt < '17:00' &&
            ![...taken, ...made].some((other) => together(one, other)),
        );
        return fits && JSON.stringify(arrange(many, diary, '2026-11-23T09:30')) === JSON.stringify(made);
      }),
    );
  },
);

t.test('times that the clocks skip', async (t) => {
  for (const [day, time, isThere] of [
    ['2027-03-28', '00:59', true],
    ['2027-03-28', '01:00', false],
    ['2027-03-28', '01:30', false],
    ['2027-03-28', '02:00', true],
    ['2027-10-31', '01:30', true],
    ['2026-03-29', '01:15', false],
  ] as const)
    t.equal(skippedTime(day, time).length === 0, isThere, `${day} ${time}`);
  t.match(skippedTime('2027-03-28', '01:30'), [
    { pointer: '/startsAt', message: /does not exist. Give 02:30 or another time/ },
  ]);
});
