import { sql } from 'kysely';
import t, { type Test } from 'tap';
import { failMessages } from '../../src/messages/failure.commands.ts';
import { revealingWords } from '../../src/messages/template.rules.ts';
import { runNightly } from '../../src/office/nightly/nightly.commands.ts';
import { stricterTrust } from '../../src/people/stricter.rules.ts';
import { world } from '../helpers/world.ts';

const bo = {
  name: 'Bo Example',
  relationship: 'brother',
  phone: '07700 900456',
  mayBeContacted: true,
  contactFor: ['support' as const],
};
const theirs = '+447700900456';
const own = '+447700900123';

/** Someone with a follow-up on Tuesday, and what they said of whom they trust. */
async function withFollowUp(t: Test, trustedPerson: object) {
  const w = await world(t);
  const { patientId, id: referralId } = await w.refer({ trustedPerson: trustedPerson as typeof bo });
  await w.call('officer', 'POST', `/referrals/${referralId}/decisions`, { decision: 'accept' });
  await w.rows(sql`update follow_up set status = 'cancelled', why = 'ended'`);
  await w.rows(sql`update reminder set status = 'cancelled'`);
  const id = await w.followUp(patientId, { dueOn: '2026-11-24', supporterId: w.ids.supporter });
  const look = async (who: 'officer' | 'supporter' = 'supporter') =>
    (await w.call(who, 'GET', `/follow-ups/${id}`)).body.contact.trusted;
  const looks = () =>
    w.rows<{ list: string; by: string }>(
      sql`select list, actor_name as by from access_log where what = 'trusted_person' and ${patientId} = any(patient_ids) order by id`,
    );
  const trust = async (said: object | null) => {
    const { etag } = await w.call('officer', 'GET', `/patients/${patientId}`);
    return w.call(
      'officer',
      'PATCH',
      `/patients/${patientId}`,
      { trustedPerson: said },
      { 'if-match': etag },
    );
  };
  const page = async (url: string, who: 'officer' | 'supporter' = 'supporter') =>
    (await w.app.inject({ url, headers: w.as[who] })).body;
  return { ...w, patientId, id, look, looks, trust, page };
}

t.test('whoever rings is shown whom the person trusts, as far as they allowed it', async (t) => {
  const w = await withFollowUp(t, bo);
  t.match(await w.look(), { name: 'Bo Example', phone: theirs, contactFor: ['support'], first: false });
  t.match(await w.page(`/follow-ups/${w.id}`), /href="tel:\+447700900456"/);
  for (const [said, shown] of [
    [{ ...bo, mayBeContacted: false, contactFor: undefined }, null],
    [{ ...bo, contactFor: ['device'] }, null],
    [{ ...bo, contactFor: ['emergency'] }, { contactFor: ['emergency'] }],
    [{ ...bo, contactFor: undefined }, { contactFor: [] }],
    [null, null],
  ] as const) {
    t.equal((await w.trust(said)).status, 200);
    const seen = await w.look();
    if (shown) t.match(seen, shown);
    else t.equal(seen, null);
    t[shown ? 'match' : 'notMatch'](await w.page(`/follow-ups/${w.id}`), /Bo Example/);
  }
});

t.test('each look at whom someone trusts is written down, and none where nobody is shown', async (t) => {
  const w = await withFollowUp(t, bo);
  await w.look();
  await w.page(`/follow-ups/${w.id}`, 'officer');
  await w.page('/support');
  t.same(await w.looks(), [
    { list: '/follow-ups/:id', by: 'Test supporter' },
    { list: '/follow-ups/:id', by: 'Test officer' },
  ]);
  t.match(await w.page(`/patients/${w.patientId}/looks`, 'officer'), /Who they trust, with the number/);
  await w.trust({ ...bo, mayBeContacted: false });
  await w.look();
  t.equal((await w.looks()).length, 2);
});

t.test(
  'another supporter’s follow-up shows nothing, and neither does one of who wants no contact',
  async (t) => {
    const w = await withFollowUp(t, bo);
    await w.rows(sql`update follow_up set supporter_id = ${w.ids.officer}`);
    t.equal((await w.call('supporter', 'GET', `/follow-ups/${w.id}`)).status, 404);
    await w.rows(sql`update patient set contact_choice = 'patient_contacts_us'`);
    t.equal(await w.look('officer'), null);
  },
);

t.test('the loan shows whom they trust about what was lent', async (t) => {
  const w = await withFollowUp(t, { ...bo, contactFor: ['device'] });
  const loan = await w.make.loan({ patientId: w.patientId });
  t.match(await w.page(`/loans/${loan.id}`, 'officer'), /href="tel:\+447700900456"/);
  t.match(await w.looks(), [{ list: '/loans/:id' }]);
  await w.trust(bo);
  t.notMatch(await w.page(`/loans/${loan.id}`, 'officer'), /Bo Example/);
});

t.test(
  'where it is to go through them, they are rung first and written to in words for a third person',
  async (t) => {
    const w = await withFollowUp(t, { ...bo, first: true });
    t.match(await w.page(`/follow-ups/${w.id}`), /Ring their trusted person first/);
    t.match(await w.page('/support'), /First ring Bo Example \(brother\) on/);
    t.match(await w.looks(), [{ list: '/follow-ups/:id' }, { list: '/support' }]);
    await w.night('2026-11-23');
    const [one, ...more] = await w.sent();
    t.same(more, [], 'said once');
    t.equal(one!.to, theirs);
    t.match(
      one!.body,
      /Amal said that we may go through you. Please tell them: we are in touch on Tuesday 24 November at 10am, by phone/,
    );
    t.same(revealingWords(one!.body), []);
    t.notMatch(one!.body, /\/a\//, 'no link that answers in their name');
    await w.call('officer', 'POST', `/follow-ups/${w.id}/outcomes`, {
      result: 'cancelled',
      why: 'they_asked',
    });
    await w.send();
    t.match((await w.sent()).slice(1), [{ to: theirs, body: /is off: as they asked/ }]);
  },
);

t.test('consent taken back before it is sent sends to the person themselves', async (t) => {
  const w = await withFollowUp(t, { ...bo, first: true });
  w.clock.set('2026-11-23T03:15:00Z');
  await runNightly(w.deps);
  t.match(await w.rows(sql`select to_trusted from message where status = 'planned'`), [{ to_trusted: true }]);
  t.equal((await w.trust({ ...bo, mayBeContacted: false })).status, 200);
  w.clock.set('2026-11-23T09:30:00Z');
  await w.send();
  await w.send();
  t.match(await w.sent(), [{ to: own }]);
  t.equal((await w.sent()).length, 1);
});

t.test(
  'STOP from their number stops theirs and not the person’s, and stays while the number does',
  async (t) => {
    const w = await withFollowUp(t, { ...bo, first: true });
    await w.text('STOP', '447700900456');
    t.match(await w.look(), { phone: null, first: false });
    t.equal((await w.trust({ ...bo, name: 'Robert Example', first: true })).status, 200);
    t.match(await w.look(), { name: 'Robert Example', phone: null });
    await w.night('2026-11-23');
    t.match(await w.sent(), [{ to: own }]);
    t.equal((await w.trust({ ...bo, phone: '07700 900457' })).status, 200);
    t.match(await w.look(), { phone: '+447700900457' });
  },
);

t.test(
  'STOP from a number counts for whoever trusts it, before and after, also if they did not meanwhile',
  async (t) => {
    const w = await withFollowUp(t, { ...bo, phone: undefined });
    await w.text('STOP', '447700900456');
    t.equal((await w.trust(bo)).status, 200);
    t.match(await w.look(), { name: 'Bo Example', phone: null });
    t.equal((await w.trust(null)).status, 200);
    t.match((await w.trust(bo)).body.trustedPerson, { phone: theirs, stoppedAt: /^2026-11-/ });
    t.equal((await w.trust({ ...bo, phone: '07700 900457' })).status, 200);
    await w.refer({ familyName: 'Other', trustedPerson: { ...bo, phone: '07700 900457' } });
    await w.text('STOP', '447700900457');
    t.match(await w.rows(sql`select trusted_person ->> 'stoppedAt' is not null as stopped from patient`), [
      { stopped: true },
      { stopped: true },
    ]);
    t.match(await w.look(), { phone: null });
  },
);

t.test('a number that anybody calls unsafe, or that failed for anybody, is not used', async (t) => {
  const w = await withFollowUp(t, bo);
  await w.refer({
    familyName: 'Other',
    contactPoints: [{ channel: 'sms', value: '07700 900456', safe: true }],
  });
  const others = sql`where value = ${theirs}`;
  t.match(await w.look(), { phone: theirs });
  await w.rows(sql`update contact_point set safe = false ${others}`);
  t.match(await w.look(), { phone: null });
  await w.rows(sql`update contact_point set safe = true, failed_at = now() ${others}`);
  t.match(await w.look(), { phone: null });
});

t.test('a message that does not arrive says nothing of who is trusted meanwhile', async (t) => {
  const w = await withFollowUp(t, { ...bo, first: true });
  await w.night('2026-11-23');
  const [{ id } = { id: '' }] = await w.rows<{ id: string }>(sql`select id from message where to_trusted`);
  t.equal((await w.trust({ ...bo, phone: '07700 900457' })).status, 200);
  const failed = { why: 'not_delivered', pointFails: true } as const;
  await failMessages(w.deps, [{ id }], failed);
  t.match(await w.look(), { phone: '+447700900457' });
  t.equal((await w.call('officer', 'GET', `/messages/${id}`)).body.recipient, theirs);
});

t.test('a number that the person calls unsafe is not used for them either', async (t) => {
  const w = await withFollowUp(t, { ...bo, phone: '07700 900123', first: true });
  t.match(await w.look(), { phone: own });
  await w.rows(sql`update contact_point set safe = false`);
  t.match(await w.look(), { phone: null, first: false });
});

t.test('nothing goes through someone of whom it was not said for what', async (t) => {
  const w = await withFollowUp(t, bo);
  for (const said of [
    { ...bo, contactFor: undefined, first: true },
    { ...bo, phone: undefined, first: true },
    { ...bo, mayBeContacted: false, first: true },
  ])
    t.match(await w.trust(said), { status: 422, body: { errors: [{ pointer: '/trustedPerson/first' }] } });
});

t.test('of two records the stricter word on whom they trust stays', (t) => {
  const held = { ...bo, contactFor: ['support', 'device'], first: true };
  t.match(stricterTrust(held, { ...bo, contactFor: ['device', 'emergency'], first: false }), {
    contactFor: ['device'],
    first: false,
  });
  t.match(stricterTrust(held, { ...bo, contactFor: ['emergency'] }), { mayBeContacted: false });
  t.match(stricterTrust(held, { ...bo, stoppedAt: '2026-11-01T00:00:00Z' }), {
    stoppedAt: '2026-11-01T00:00:00Z',
  });
  t.equal(stricterTrust(held, { ...bo, phone: '1', stoppedAt: 'x' })!.stoppedAt, undefined);
  t.end();
});
