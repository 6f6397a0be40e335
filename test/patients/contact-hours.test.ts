import t from 'tap';
import { hoursWarning } from '../../src/people/contact-hours.rules.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { seedFollowUps } from '../helpers/follow-ups.ts';
import { forms } from '../helpers/pages.ts';

const evenings = [{ days: [1, 2, 3, 4, 5], from: '18:30', to: '21:00' }];
const weekends = [{ days: [6, 7], from: '09:00', to: '12:00' }];
const lunch = [{ days: [3], from: '12:00', to: '13:00' }];
const early = [{ days: [1], from: '08:00', to: '09:00' }];

t.test('hours in which nothing can be done', async (t) => {
  for (const [channel, safe, hours, says] of [
    ['sms', true, evenings, /No message can go out/],
    [
      'email',
      true,
      weekends,
      /No message can go out in these hours \(Monday to Friday, 8am to 6pm\): we ring/,
    ],
    ['phone', true, evenings, /Nobody rings in these hours/],
    ['phone', true, early, /Nobody rings in these hours/],
    ['sms', true, early, null],
    ['sms', true, [...weekends, ...lunch], null],
    ['sms', true, null, null],
    ['sms', true, [], null],
    ['sms', false, evenings, null],
  ] as const) {
    const said = hoursWarning({ channel, safe, hours: hours && [...hours] });
    if (says) t.match(said, says, channel);
    else t.equal(said, null, channel);
  }
});

t.test('they are taken and said: in the reply, on the page, and where they are shown', async (t) => {
  const { app, as, db } = await testApp(t);
  const [person] = await seedFollowUps(db, { patients: 1, dueOn: '2026-12-01' });
  const id = person!.patientId;
  const way = { channel: 'sms', value: '07700 900123', safe: true };
  const record = async (hours: object[]) =>
    (await apiOf(app, as.officer)('POST', `/patients/${id}/contact-points`, { ...way, hours })).body.warnings;
  t.match(await record(evenings), [/No message can go out/]);
  t.match(await record(lunch), [/no time for a message before 1 follow-up of theirs: we ring instead/]);
  t.same(await record([{ days: [1], from: '09:00', to: '12:00' }]), [], 'the day before is a Monday');
  const officer = forms(app, as.officer);
  const reply = await officer.post(`/patients/${id}/contact-points`, {
    channel: 'sms',
    value: '07700 900123',
    safe: 'yes',
    voicemailOk: 'no',
    'hours.0.days': ['1', '2'],
    'hours.0.from': '18:30',
    'hours.0.to': '21:00',
  });
  t.equal(reply.statusCode, 303, reply.body);
  t.match((await officer.get(`/patients/${id}`)).body, /No message can go out in these hours/);
});
