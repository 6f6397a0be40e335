import t from 'tap';
import Type from 'typebox';
import { date, dateTime, inWords, nhsNumber, time, weekday, withDates } from '../../src/shared/formats.ts';
import { strictObject } from '../../src/shared/http.ts';
import { Problem } from '../../src/shared/problem.ts';
import { NewDataPlan } from '../../src/stock/data-plans/data-plan.schemas.ts';
import { NewCheck } from '../../src/stock/devices/device.schemas.ts';
import { NewDonation } from '../../src/stock/donations/donation.schemas.ts';
import { fields, newForm, refused, type Typed, typedIn } from '../../src/web/forms.ts';

/** The errors of a form by field name, or null when it is right. */
function faults(work: () => unknown): Record<string, string> | null {
  try {
    work();
    return null;
  } catch (error) {
    return refused({}, error).errors;
  }
}

t.test('a form becomes the body that the API takes', async (t) => {
  const typed = typedIn({
    _csrf: 'x',
    _once: 'y',
    'donor.name': ' Asda Camden ',
    'receivedOn-day': '6',
    'receivedOn-month': '8',
    'receivedOn-year': '2026',
    reference: '',
    'devices.0.kind': '',
    'devices.0.make': ' ',
    'devices.0.model': '',
    'devices.2.kind': 'tablet',
    'devices.2.make': 'Samsung',
    'devices.2.model': 'Tab',
    'devices.2.imei': '',
    'devices.2.condition': 'B',
    'devices.10.kind': 'sim',
    'devices.10.make': 'O2',
    'devices.10.model': 'SIM',
  });
  t.strictSame(fields(NewDonation, typed), {
    donor: { name: 'Asda Camden' },
    receivedOn: '2026-08-06',
    another: false,
    devices: [
      { kind: 'tablet', make: 'Samsung', model: 'Tab', condition: 'B' },
      { kind: 'sim', make: 'O2', model: 'SIM' },
    ],
  });
  t.equal(typed['devices.0.make'], 'Samsung', 'blank rows drop out of what is shown again, too');
  t.notOk('_csrf' in typed);

  const check = {
    kind: 'sanitisation',
    result: 'pass',
    performedOn: '2026-11-23',
    'evidence.method': 'clear',
    'evidence.tool': 'Reset',
    'evidence.verifiedBy': 'Bo',
    'evidence.sdCardRemoved': 'no',
  };
  t.match(
    fields(NewCheck, typedIn(check)),
    { kind: 'sanitisation', evidence: { sdCardRemoved: false } },
    'no is an answer',
  );
  t.strictSame(
    fields(
      NewCheck,
      typedIn({ kind: 'setup', result: 'pass', performedOn: '2026-11-23', 'evidence.tool': 'left over' }),
    ),
    {
      kind: 'setup',
      result: 'pass',
      performedOn: '2026-11-23',
      evidence: {},
    },
  );
  const plan = { network: 'O2', iccid: '8944116059799981699', durationMonths: '12' };
  t.match(
    fields(NewDataPlan, plan),
    { durationMonths: 12, gbPerMonth: null },
    'numbers are numbers, and an empty one may mean none',
  );

  const Needs = strictObject({
    needs: Type.Array(Type.String(), { minItems: 1 }),
    tick: Type.Optional(Type.Boolean()),
  });
  t.strictSame(
    fields(Needs, typedIn({ needs: 'device', tick: 'on' })),
    { needs: ['device'], tick: true },
    'one box ticked is a list of one',
  );
  t.strictSame(fields(Needs, typedIn({ needs: ['device', 'data'] })), { needs: ['device', 'data'] });
  t.strictSame(
    faults(() => fields(Needs, typedIn({}), { needs: 'Choose what is needed' })),
    { needs: 'Choose what is needed' },
  );
});

t.test('what is wrong is told of the field, in words', async (t) => {
  const donation = (typed: Typed) =>
    faults(() =>
      fields(NewDonation, typed, {
        receivedOn: 'Enter the date',
        devices: 'Enter a device',
        'devices.*.make': 'Enter the make',
      }),
    );
  t.match(donation({}), { receivedOn: 'Enter the date', devices: 'Enter a device' });
  t.match(donation({ 'devices.0.kind': 'tablet' }), {
    'devices.0.make': 'Enter the make',
    'devices.0.model': 'Enter this',
  });
  for (const [day, month, year] of [
    ['31', '2', '2026'],
    ['', '2', '2026'],
    ['x', '2', '2026'],
    ['1', '1', '26'],
    ['1', '1', ''],
  ]) {
    const given = {
      'receivedOn-day': day!,
      'receivedOn-month': month!,
      'receivedOn-year': year!,
      'devices.0.kind': 'tablet',
      'devices.0.make': 'A',
      'devices.0.model': 'B',
    };
    t.match(donation(given), { receivedOn: /real date/ }, `${day} ${month} ${year}`);
  }
  t.match(
    faults(() => fields(NewDataPlan, { network: 'O2', iccid: '1', durationMonths: 'twelve' })),
    { durationMonths: 'Enter a number' },
  );
  t.match(
    faults(() => fields(NewCheck, typedIn({ kind: 'sanitisation' }))),
    { result: 'Enter this', 'evidence.tool': 'Enter this' },
  );
  t.ok(faults(() => fields(NewCheck, typedIn({ kind: 'no such' }))));
  t.ok(
    faults(() => fields(NewDonation, typedIn({ __proto__: 'x', constructor: 'y' }))),
    'names of every object are only names',
  );
});

t.test('a refusal shows on the form; what no form can mend is thrown on', async (t) => {
  const taken = refused({ a: 'b' }, new Problem('device-not-available', { detail: 'It is on loan.' }));
  t.match(taken, {
    status: 409,
    typed: { a: 'b' },
    errors: {},
    summary: [{ text: 'A device cannot be issued. It is on loan.' }],
  });
  t.throws(() => refused({}, new Problem('not-found')));
  t.throws(() => refused({}, new Error('a fault of ours')), { message: 'a fault of ours' });
  t.match(newForm({ a: 'b' }), { typed: { a: 'b' }, summary: [] });
});

t.test('a sentence has its dates in words, and what was typed like one as it was typed', async (t) => {
  t.equal(withDates('Held until 2026-11-23.'), 'Held until 23 November 2026.');
  for (const typed of ['1900-02-29', '2026-13-01', '0000-00-00', '9999-99-99'])
    t.equal(withDates(`Nothing has the label ${typed}.`), `Nothing has the label ${typed}.`);
});

t.test('dates, times and numbers as the NHS writes them', async (t) => {
  t.equal(date('2018-08-06'), '6 August 2018');
  t.equal(date('2026-06-30T23:30:00.000Z'), '1 July 2026', 'an instant is of its day in London');
  t.equal(date(null), '');
  t.equal(weekday('2018-08-06'), 'Monday 6 August 2018');
  t.strictSame(['09:30:00', '17:30', '10:00', '12:00', '00:00', '12:05', '00:05', ''].map(time), [
    '9:30am',
    '5:30pm',
    '10am',
    'midday',
    'midnight',
    '12:05pm',
    '12:05am',
    '',
  ]);
  t.equal(dateTime('2026-07-01T08:05:00Z'), '1 July 2026, 9:05am');
  t.equal(nhsNumber('9990000018'), '999\u00a0000\u00a00018');
  t.equal(inWords('in_person'), 'In person');
  t.equal(inWords('sim'), 'SIM');
});
