import { sql } from 'kysely';
import t, { type Test } from 'tap';
import { world } from '../helpers/world.ts';

const identified = { wording: 'identified' as const };

/** Someone who was told on Monday evening of a visit on Tuesday at 10am. */
async function told(t: Test, { person = {}, follow = {}, accepted = true } = {}) {
  const w = await world(t);
  const referral = await w.refer({ ...identified, ...person }, { needs: ['device'] });
  if (accepted)
    await w.call('officer', 'POST', `/referrals/${referral.id}/decisions`, { decision: 'accept' });
  const id = await w.followUp(referral.patientId, { dueOn: '2026-11-24', way: 'in_person', ...follow });
  await w.night('2026-11-23');
  const link = async () => w.app.inject({ url: `/a/${/\/a\/(\S+)/.exec((await w.sent())[0]!.body)![1]}` });
  const news = async () => (await w.sent()).slice(1).map(({ body }) => body);
  const open = async () =>
    (await w.tasks()).filter(({ status }) => status === 'open').map(({ kind }) => kind);
  t.equal((await w.sent()).length, 1, 'told once');
  return { ...w, referral, id, link, news, open };
}

t.test('rule 26: called off after it was told', async (t) => {
  for (const [by, words] of [
    ['we_cannot', /is off: we cannot make it then/],
    ['they_asked', /is off: as you asked/],
    [undefined, /for Tuesday 24 November at 10am is off\. /],
  ] as const) {
    const w = await told(t);
    t.match((await w.link()).body, /This is about <strong>Tuesday 24 November at 10am/);
    await w.call('officer', 'POST', `/follow-ups/${w.id}/outcomes`, {
      result: 'cancelled',
      ...(by && { why: by }),
    });
    t.match(
      (await w.link()).body,
      /<strong>Tuesday 24 November at 10am<\/strong> is off/,
      'the link says so at once',
    );
    t.notMatch((await w.link()).body, /Yes, that time is right/);
    await w.send();
    await w.send();
    const news = await w.news();
    t.equal(news.length, 1);
    t.match(news[0], words);
  }
});

t.test('rule 26: whatever ends it, who was told is told', async (t) => {
  for (const [name, accepted, end] of [
    [
      'withdrawn by the clinic',
      true,
      ['clinic', 'withdrawals', { reason: 'Sent in error', saidBy: 'clinic' }],
    ],
    [
      'withdrawn before it was decided',
      false,
      ['clinic', 'withdrawals', { reason: 'Sent in error', saidBy: 'clinic' }],
    ],
    ['declined', false, ['officer', 'decisions', { decision: 'decline', reason: 'Not for us' }]],
  ] as const) {
    const w = await told(t, { accepted });
    const [who, what, body] = end;
    t.equal(
      (await w.call(who, 'POST', `/referrals/${w.referral.id}/${what}`, body)).status < 300,
      true,
      name,
    );
    t.match(
      await w.rows(sql`select status, why from follow_up`),
      [{ status: 'cancelled', why: 'ended' }],
      name,
    );
    await w.send();
    t.match(await w.news(), [/is off: it is not needed any more/], name);
  }
});

t.test('a follow-up that nobody was told of ends in silence', async (t) => {
  for (const accepted of [true, false]) {
    const w = await world(t);
    const { id, patientId } = await w.refer({}, { needs: ['device'] });
    if (accepted) await w.call('officer', 'POST', `/referrals/${id}/decisions`, { decision: 'accept' });
    await w.followUp(patientId, { dueOn: '2026-11-25' });
    await w.call('clinic', 'POST', `/referrals/${id}/withdrawals`, {
      reason: 'Sent in error',
      saidBy: 'clinic',
    });
    await w.night('2026-11-24');
    t.match(await w.rows(sql`select status from follow_up`), [{ status: 'cancelled' }]);
    t.same(await w.sent(), []);
  }
});

t.test(
  'rule 26: another way, and moved, with the reason; back again before it was said, nothing',
  async (t) => {
    const w = await told(t);
    t.equal((await w.change(w.id, { way: 'phone', why: 'we_cannot' })).status, 200);
    t.match((await w.link()).body, /10am<\/strong> has changed/);
    await w.send();
    t.match(await w.news(), [
      /There is a change: we cannot make it then: .*will now phone you on Tuesday 24 November at 10am/,
    ]);
    await w.change(w.id, { dueOn: '2026-11-26', startsAt: '15:00' });
    await w.send();
    t.match((await w.news())[1], /There is a change: .*will now phone you on Thursday 26 November at 3pm/);
    await w.change(w.id, { startsAt: '16:00' });
    await w.change(w.id, { startsAt: '15:00' });
    await w.send();
    t.equal((await w.news()).length, 2, 'what they know is so again');
  },
);

t.test('a discreet correction says how and when, and nothing else', async (t) => {
  const w = await told(t, { person: { wording: 'discreet' } });
  await w.change(w.id, { way: 'phone' });
  await w.send();
  t.match(await w.news(), [/^Hello\. There is a change: it is now Tuesday 24 November at 10am, by phone\./]);
  await w.call('officer', 'POST', `/follow-ups/${w.id}/outcomes`, { result: 'cancelled' });
  await w.send();
  t.match((await w.news())[1], /^Hello\. Tuesday 24 November at 10am is off\./);
});

t.test('where no message may go, or not in time, there is a task to tell them', async (t) => {
  const late = await told(t);
  late.clock.set('2026-11-24T09:58:00Z');
  await late.rows(sql`update contact_point set safe = false, safe_from = null`);
  await late.call('officer', 'POST', `/follow-ups/${late.id}/outcomes`, { result: 'cancelled' });
  await late.send();
  t.ok((await late.open()).includes('no_safe_contact'), 'no safe way');
  late.clock.set('2026-11-24T10:01:00Z');
  await late.send();
  t.ok((await late.open()).includes('tell_of_change'), 'not in time');
  t.same(await late.news(), []);

  const paused = await told(t);
  await paused.call('officer', 'POST', `/patients/${paused.referral.patientId}/contact-states`, {
    state: 'paused',
    pausedUntil: '2026-12-20',
    source: 'patient',
    saidOn: '2026-11-23',
  });
  await paused.change(paused.id, { dueOn: '2026-12-22' });
  t.ok((await paused.open()).includes('tell_of_change'), 'on pause');

  const gone = await told(t);
  await gone.call('officer', 'POST', `/patients/${gone.referral.patientId}/contact-states`, {
    state: 'deceased',
    source: 'clinic',
    saidOn: '2026-11-23',
  });
  await gone.send();
  t.same(await gone.news(), []);
  t.notOk((await gone.open()).includes('tell_of_change'), 'nobody is told of someone who died');
});

t.test('an answer is about what was said, by text as by link', async (t) => {
  const w = await told(t);
  w.clock.set('2026-11-23T19:00:00Z');
  await w.change(w.id, { dueOn: '2026-12-02', startsAt: '15:00' });
  await w.text('Yes');
  t.match(
    await w.rows(sql`select status from follow_up`),
    [{ status: 'planned' }],
    'they know nothing of the new time',
  );
  t.match((await w.tasks()).at(-1), { kind: 'inbound_text', urgent: false });
  w.clock.set('2026-11-24T08:30:00Z');
  await w.send();
  t.match((await w.news())[0], /Wednesday 2 December at 3pm/);
  await w.text('Yes');
  t.match(await w.rows(sql`select status from follow_up`), [{ status: 'confirmed' }], 'now they do');
  await w.change(w.id, { way: 'video' });
  await w.text('ok');
  t.match((await w.tasks()).at(-1), { kind: 'inbound_text', urgent: false }, 'another way is another thing');
});

t.test('cancel is about the visit, stop about messages; a person reads their own words', async (t) => {
  const w = await told(t);
  await w.text('Cancel');
  t.match(await w.rows(sql`select stopped_at from contact_point`), [{ stopped_at: null }]);
  t.match((await w.tasks()).at(-1), { kind: 'asked_to_cancel', urgent: false });
  await w.text('Stop. Thank you');
  t.match(await w.rows(sql`select stopped_at from contact_point`), [{ stopped_at: /2026/ }]);
  const stop = (await w.tasks()).at(-1)!;
  t.match(stop, { kind: 'asked_to_stop', patientId: w.referral.patientId });
  t.match(
    (await w.app.inject({ url: `/messages/replies/${stop.subjectId}`, headers: w.as.officer })).body,
    /Stop\. Thank you/,
  );
  for (const words of ['want to end my life', 'i cannot cope', 'HELP', 'he found the phone', '???', '']) {
    await w.text(words);
    t.match((await w.tasks()).at(-1), { kind: 'inbound_text', urgent: true }, words);
  }
});

t.test('a text from abroad is its sender’s', async (t) => {
  const w = await world(t);
  const { patientId } = await w.refer({
    contactPoints: [{ channel: 'sms', value: '+353 87 123 4567', safe: true }],
  });
  await w.text('STOP', '353871234567');
  t.match(await w.rows(sql`select stopped_at from contact_point where patient_id = ${patientId}`), [
    { stopped_at: /2026/ },
  ]);
  t.match(await w.rows(sql`select patient_ids from inbound_message`), [{ patient_ids: [patientId] }]);
});

t.test('texts say truly whether replies are read', async (t) => {
  const w = await told(t);
  t.match((await w.sent())[0]!.body, /If you reply, someone reads it/);
  const silent = await world(t, { NOTIFY_CALLBACK_TOKEN: '' });
  const { patientId } = await silent.refer();
  await silent.followUp(patientId, { dueOn: '2026-11-24' });
  await silent.night('2026-11-23');
  t.match((await silent.sent())[0]!.body, /Replies to this message are not read/);
});
