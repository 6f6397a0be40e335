import t from 'tap';
import { events } from '../../src/events.ts';
import type { Trx } from '../../src/shared/database.ts';
import { allEvents, defineEvents, type EventDefinitions } from '../../src/shared/event-definitions.ts';
import { type NewEvent, recordEvent, recordEvents } from '../../src/shared/events.ts';
import { newId } from '../../src/shared/ids.ts';
import { workIn } from '../../src/shared/work.ts';
import { testDatabase } from '../helpers/database.ts';
import { officer } from '../helpers/factories.ts';

const { deps, db } = await testDatabase(t);
const log = (write: (trx: Trx) => Promise<unknown>) => db.transaction().execute(write);
const id = newId();
const gift = { status: 'closed', assetTags: ['LW-0ABC1Z'], itemIds: [id] } as const;

/** Names that the scheme gives to things of its own. Nothing else that is logged is words. */
const schemeWords = [
  'accessory.added accessory',
  'accessory.changed accessory',
  'accessory.moved accessory',
  'accessory.movement_taken_back accessory',
  'data_offer.added network',
  'data_offer.retired network',
  'data_plan.corrected after',
  'data_plan.corrected before',
  'data_plan.fitted network',
  'data_plan.moved network',
  'data_plan.recorded network',
  'device_model.said make',
  'device_model.said model',
  'follow_up.added step',
  'follow_up.outcome_recorded step',
  'follow_up.outcome_taken_back step',
  'instrument.added instrument',
  'instrument.changed instrument',
  'kit.added kit',
  'kit.changed kit',
  'loan.accessories_written_off accessory',
  'loan.corrected terms',
  'loan.issue_taken_back accessory',
  'loan.issued accessory',
  'loan.issued kit',
  'loan.return_taken_back accessory',
  'loan.returned accessory',
  'loan_terms.added terms',
  'loan_terms.changed terms',
  'patient.measure_answered instrument',
  'patient.measure_asked instrument',
  'patient.measure_declined instrument',
  'patient.measure_link_ended instrument',
  'patient.measure_taken_back instrument',
  'patient.support_plan_given plan',
  'support_plan.added plan',
  'support_plan.changed plan',
];

t.test(
  'nothing that someone is called or wrote fits a value, but for names of the scheme’s own',
  async (t) => {
    const said = ['Amal Example', 'amal', '07700 900123', '447700900123', 'amal@example.com', '1 Elm Street'];
    const taken = new Set<string>();
    const refusals = new Set<string>();
    for (const [type, { values }] of Object.entries<EventDefinitions[string]>(events))
      for (const [name, schema] of Object.entries(values)) {
        const parts = Object.keys((schema as { properties?: object }).properties ?? { any: 0 });
        const shapes = (word: string) => [
          word,
          [word],
          [[word]],
          ...parts.map((part) => ({ [part]: word })),
          { other: word },
        ];
        for (const value of said.flatMap(shapes))
          await log((trx) =>
            recordEvent(workIn(trx, deps, officer), {
              type,
              subjects: [],
              values: { [name]: value },
            } as never),
          ).then(
            () => taken.add(`${type} ${name}`),
            ({ message }) => refusals.add(message.replace(`${type}: ${name} `, '')),
          );
      }
    t.same([...taken].sort(), schemeWords);
    t.same([...refusals], ['may not be logged']);
  },
);

t.test('a value that its type does not have is not compiled, and is refused', async (t) => {
  const refused = { message: 'loan.gifted: note may not be logged' };
  const more = { ...gift, note: 'She is glad' };
  await t.rejects(
    log((trx) =>
      recordEvent(workIn(trx, deps, officer), {
        type: 'loan.gifted',
        subjects: [['loan', id]],
        // @ts-expect-error There is no such value.
        values: { ...gift, note: 'She is glad' },
      }),
    ),
    refused,
  );
  await t.rejects(
    log((trx) =>
      // @ts-expect-error Nor is one let in that comes with others.
      recordEvent(workIn(trx, deps, officer), { type: 'loan.gifted', subjects: [], values: { ...more } }),
    ),
    refused,
  );
  await t.rejects(
    log((trx) =>
      recordEvents(
        workIn(trx, deps, officer),
        // @ts-expect-error Nor one that a function gives back.
        [more].map((values) => ({ type: 'loan.gifted', subjects: [['loan', id]], values })),
      ),
    ),
    refused,
  );
  await t.rejects(
    // @ts-expect-error Of another type it would be a value.
    log((trx) => recordEvent(workIn(trx, deps, officer), { type: 'kit.added', subjects: [], values: gift })),
    { message: 'kit.added: status may not be logged' },
  );
  await t.rejects(
    // @ts-expect-error There is no such type.
    log((trx) => recordEvent(workIn(trx, deps, officer), { type: 'loan.forgotten', subjects: [] })),
    { message: 'loan.forgotten may not be logged' },
  );
  for (const name of ['constructor', '__proto__', 'toString'])
    await t.rejects(
      log((trx) =>
        recordEvent(workIn(trx, deps, officer), {
          type: 'staff.restored',
          subjects: [],
          values: Object.fromEntries([[name, 'x']]),
        } as unknown as NewEvent),
      ),
      { message: `staff.restored: ${name} may not be logged` },
    );
  const before = await db.selectFrom('event').select('id').where('type', '=', 'loan.gifted').execute();
  t.same(before, []);
  await log((trx) =>
    recordEvent(workIn(trx, deps, officer), {
      type: 'loan.gifted',
      subjects: [],
      values: { ...gift, assetTags: [...gift.assetTags], itemIds: [...gift.itemIds] },
    }),
  );
  t.equal((await db.selectFrom('event').select('id').where('type', '=', 'loan.gifted').execute()).length, 1);
});

t.test('a type has one definition', async (t) => {
  const one = defineEvents({ 'thing.made': { values: {}, line: () => 'Made' } });
  t.same(Object.keys(allEvents(one)), ['thing.made']);
  t.throws(() => allEvents(one, one), { message: 'events defined twice: thing.made' });
});
