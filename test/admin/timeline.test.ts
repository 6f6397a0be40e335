import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { permissions } from '../../src/access/permissions.ts';
import { events } from '../../src/events.ts';
import type { EventDefinitions } from '../../src/shared/event-definitions.ts';
import { statusColours, statusTag } from '../../src/shared/statuses.ts';
import { timelineLines } from '../../src/web/timeline.view.ts';

const root = path.join(import.meta.dirname, '../..');
const filesUnder = (folder: string) =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => ({ file, text: readFileSync(path.join(root, folder, file), 'utf8') }));
const definitions: EventDefinitions = events;
const say = (type: string, values: Record<string, unknown>) => definitions[type]!.line(values);

t.test(
  'every event that the commands record is defined, with its sentence, and no definition is left over',
  async (t) => {
    const recorders = filesUnder('src').filter(
      ({ file, text }) => /\brecordEvents?\(/.test(text) && file !== path.join('shared', 'events.ts'),
    );
    const types = recorders.map(({ file, text }) => {
      // What someone may do has a name of the same form, and so have statements.
      const written = text.replaceAll(/\b(many|one|maybe|run|each)\(\s*([\w.]+,\s*)?'[\w.-]+'/g, '');
      const found = [...written.matchAll(/'([a-z_]+\.[a-z_]+)'/g)]
        .map(([, type]) => type!)
        .filter((type) => !Object.hasOwn(permissions, type));
      t.ok(found.length, `${file} names its events`);
      return found;
    });
    t.ok(recorders.length > 10);
    t.same(Object.keys(definitions).sort(), [...new Set(types.flat())].sort());
  },
);

t.test('every status that the database knows has its colour', async (t) => {
  const known = Object.values(statusColours).flat();
  t.equal(new Set(known).size, known.length, 'and only one');
  const statuses = filesUnder('migrations').flatMap(({ text }) =>
    [
      ...text.matchAll(/(?:status|contact_state|result|urgency) text[^,]*?check \(\w+ in\s*\(([^)]+)\)/g),
    ].flatMap(([, list]) => [...list!.matchAll(/'(\w+)'/g)].map(([, status]) => status!)),
  );
  t.ok(statuses.includes('in_preparation') && statuses.includes('withdrawn') && statuses.includes('unknown'));
  t.same(
    [...new Set(statuses)].filter((status) => !known.includes(status)),
    [],
  );
  t.same(statusTag('in_preparation'), { text: 'Being prepared', colour: 'yellow' });
});

t.test('the sentences tell what happened with its values', async (t) => {
  for (const [type, values, sentence] of [
    [
      'donation.recorded',
      { devices: 2, receivedOn: '2026-11-20' },
      'Donation recorded with 2 devices, arrived on 20 November 2026',
    ],
    [
      'device.checked',
      { kind: 'setup', result: 'pass', performedOn: '2026-11-20', from: 'in_preparation', to: 'ready' },
      'Setup check passed, done on 20 November 2026. The device is now ready',
    ],
    [
      'referral.received',
      { needs: ['device', 'data', 'support'], urgency: 'soon' },
      'Referral received for device, data and support (soon)',
    ],
    [
      'referral.accepted',
      { from: 'received', to: 'waiting' },
      'Referral accepted. It is on the waiting list',
    ],
    [
      'loan.issued',
      {
        assetTags: ['LW-AAAAAA', 'LW-BBBBBB'],
        dueOn: '2027-01-04',
        handoverWay: 'in_person',
        handoverOn: '2026-11-23',
        acceptedBy: 'signature',
        agreementVersion: 1,
      },
      'Loan issued with LW-AAAAAA and LW-BBBBBB, handed over in person on 23 November 2026, due back on 4 January 2027. Agreement version 1 accepted with a signature',
    ],
    ['loan.issued', { dueOn: null }, 'Loan issued, with no date to come back'],
    [
      'loan.issued',
      { acceptedBy: 'verbal' },
      'Loan issued, with no date to come back. Agreement accepted verbally',
    ],
    ['device.checked', { kind: 'setup', result: 'pass', from: 'ready' }, 'Setup check passed, done on '],
    ['incident.action', { status: 'requested' }, 'Something was done'],
    [
      'loan.returned',
      { status: 'open', assetTags: ['LW-AAAAAA'], accessory: ['Case × 1'] },
      'LW-AAAAAA and Case × 1 came back. The rest is still out',
    ],
    [
      'loan.accessories_written_off',
      { status: 'closed', accessory: ['Charger × 1'] },
      'Charger × 1 will not come back. The loan is closed',
    ],
    ['accessory.moved', { kind: 'received', accessory: 'Charger', quantity: 6 }, 'Charger × 6 received'],
    [
      'loan.returned',
      { status: 'closed', assetTags: ['LW-AAAAAA'] },
      'LW-AAAAAA came back. Everything is back and the loan is closed',
    ],
    [
      'follow_up.added',
      { dueOn: '2026-12-01', way: 'phone' },
      'Follow-up planned for 1 December 2026 (phone call)',
    ],
    [
      'follow_up.moved',
      { dueOn: '2026-12-01', startsAt: '14:30', from: 'confirmed', to: 'planned', supporterId: null },
      'Follow-up moved to 1 December 2026 at 2:30pm. No longer confirmed. No supporter has it',
    ],
    [
      'follow_up.changed',
      { from: 'planned', to: 'confirmed' },
      'Follow-up changed: confirmed with the person',
    ],
    [
      'follow_up.changed',
      { way: 'video', supporterId: 'x' },
      'Follow-up changed: now video call. Given to a supporter',
    ],
    ['follow_up.outcome_recorded', { result: 'done', step: 'One week' }, 'Follow-up done: One week'],
    [
      'follow_up.outcome_taken_back',
      { result: 'done', step: 'One week', from: 'done', to: 'planned', dueOn: '2026-11-30' },
      'Follow-up done: One week. It was recorded by mistake and is taken back. It stands again for 30 November 2026',
    ],
    ['message.sent', { channel: 'sms', wording: 'discreet' }, 'Text message sent in the discreet wording'],
    [
      'message.retried',
      { channel: 'email', from: 'unknown' },
      'Email put back to be sent (it was not known if sent)',
    ],
    ['task.created', { kind: 'missed_twice' }, 'Task for staff: Two follow-ups missed in a row: call back'],
    [
      'report.exported',
      { report: 'mobile-data', suppressed: true },
      'Took a file of the report “mobile data”, with small numbers hidden',
    ],
    ['devices.exported', { count: 1 }, 'Took a file of 1 device'],
  ] as const)
    t.equal(say(type, values), sentence);
  for (const [type, { line }] of Object.entries(definitions))
    t.notMatch(line({}), /undefined|null|NaN|\[object/i, `${type} without values`);
});

const entry = {
  id: 'e',
  at: '2026-11-23T09:30:00Z',
  type: 'loan.issued',
  actor: { type: 'staff' as const, name: 'Ana Lima' },
  requestId: 'r',
  values: { assetTags: ['LW-AAAAAA', 'LW-BBBBBB'], dueOn: null },
  fields: [],
  subjects: [
    { type: 'loan', id: 'l', name: 'L-CCCCCC' },
    { type: 'device', id: 'd1', name: 'LW-AAAAAA' },
    { type: 'device', id: 'd2', name: 'LW-BBBBBB' },
    { type: 'data_plan', id: 'p' },
    { type: 'task', id: 't1' },
    { type: 'task', id: 't2' },
  ],
};

t.test('a line names the things it is about as links, in its sentence or after it', async (t) => {
  const [onLoan] = timelineLines([entry], 'l');
  t.same(onLoan?.pieces, [
    { text: 'Loan issued with ' },
    { href: '/devices/d1', text: 'LW-AAAAAA' },
    { text: ' and ' },
    { href: '/devices/d2', text: 'LW-BBBBBB' },
    { text: ', with no date to come back' },
    { text: ': ' },
    { href: '/data-plans/p', text: 'the data plan' },
  ]);
  t.equal(onLoan?.who, 'Ana Lima');
  const [onDevice] = timelineLines([entry], 'd1');
  t.match(
    onDevice?.pieces.filter(({ href }) => href),
    [{ text: 'LW-BBBBBB' }, { href: '/loans/l', text: 'L-CCCCCC' }, { text: 'the data plan' }],
  );
  const [alone] = timelineLines(
    [{ ...entry, type: 'task.created', values: {}, subjects: entry.subjects.slice(4) }],
    't1',
  );
  t.match(alone?.pieces.at(-1), { href: '/tasks/t2', text: 'the other task' });
  const [unread] = timelineLines([entry], 'l', { role: 'supporter' });
  t.notOk(
    unread?.pieces.some(({ href }) => href),
    'whoever may not open a thing has no link to it',
  );
});

t.test('lines stand by their time, and a run of one kind by one person is one line', async (t) => {
  const changed = (id: string, at: string) => ({
    ...entry,
    id,
    at,
    type: 'loan.reason_given',
    values: { assetTags: [] },
  });
  const lines = timelineLines(
    [
      changed('d', '2026-11-23T10:02:00Z'),
      { ...entry, id: 'e' },
      changed('c', '2026-11-23T10:01:00Z'),
      changed('b', '2026-11-23T10:00:00Z'),
      changed('a', '2026-11-22T10:00:00Z'),
    ],
    'l',
  );
  t.same(
    lines.map(({ at, more }) => [at, more.map((one) => one.at)]),
    [
      ['2026-11-23T10:02:00Z', ['2026-11-23T10:01:00Z', '2026-11-23T10:00:00Z']],
      ['2026-11-23T09:30:00Z', []],
      ['2026-11-22T10:00:00Z', []],
    ],
  );
});
