import t from 'tap';
import { isItsTurn, standingOf } from '../../src/referrals/standing.rules.ts';
import { followingOf, type QueueFilter } from '../../src/referrals/triage.queries.ts';
import { testApp } from '../helpers/app.ts';
import { factories } from '../helpers/factories.ts';
import { forms } from '../helpers/pages.ts';

const { app, as, deps, db, ids } = await testApp(t);
const make = factories(deps);

/** What is on the banner after a form was sent by someone whose browser last showed this list. */
async function bannerAfter(list: string, url: string, fields: Record<string, string>) {
  const seen = await forms(app, as.officer).get(list);
  const { name, value: kept } = seen.cookies.find(({ name }) => name.includes('lists'))!;
  const cookie = `${as.officer.cookie}; ${name}=${encodeURIComponent(kept)}`;
  const sent = await forms(app, { ...as.officer, cookie }).post(url, fields);
  t.equal(sent.statusCode, 303);
  const { value } = sent.cookies.find(({ name }) => name.includes('banner'))!;
  return JSON.parse(value.slice(0, value.lastIndexOf('.'))) as {
    text: string;
    link?: { href: string; text: string };
    undo?: object;
  };
}

t.test('each decision leads to the next of the list, and never to an issue out of turn', async (t) => {
  const [one, two, three] = [await make.referral(), await make.referral(), await make.referral()];
  const urgent = await make.referral({ urgency: 'urgent', urgencyReason: 'Leaves hospital' });
  const decide = (id: string, said: Record<string, string>, list = '/referrals') =>
    bannerAfter(list, `/referrals/${id}/decisions`, said);

  const mine = { staffId: ids.officer, insteadOf: '' };
  t.match(await bannerAfter('/referrals', `/referrals/${urgent.id}/assignments`, mine), {
    text: /^R-\S+ is yours\.$/,
    link: { href: `/referrals/${one.id}`, text: `Next: ${one.reference} (3 left)` },
    undo: {},
  });
  const first = await decide(urgent.id, { decision: 'accept' });
  t.match(first, {
    text: `${urgent.reference} is accepted. It is first on the waiting list.`,
    link: { href: `/referrals/${one.id}`, text: `Next: ${one.reference} (3 left)` },
    undo: {},
  });
  const asked = await decide(two.id, { decision: 'ask', question: 'Is there Wi-Fi?' });
  t.match(asked.link, { text: `Next: ${three.reference} (2 left)` });
  const declined = await decide(three.id, { decision: 'decline', reason: 'Would rather ring' });
  t.match(declined.text, `${three.reference} is declined.`);
  t.match(
    declined.link,
    { text: `Next: ${one.reference} (1 left)` },
    'from the start again; who is asked waits',
  );
  const last = await decide(one.id, { decision: 'accept' });
  t.match(last, {
    text: `${one.reference} is accepted. It is number 2 on the waiting list.`,
    link: { href: '/referrals', text: 'That was the last one: back to the list' },
  });

  const page = (await forms(app, as.officer).get(`/referrals/${one.id}`)).body;
  t.match(page, /It is number 2 on the waiting list\. 1 other waits for the same before it\./);
  t.match(page, /Issue a device out of turn/);
  const turn = (await forms(app, as.officer).get(`/referrals/${urgent.id}`)).body;
  t.match(turn, /number 1 on the waiting list, and is next for what it waits for\./);
  t.notMatch(turn, /out of turn/);
  const dataAlone = await make.referral({ needs: ['support'] });
  t.match(
    (await decide(dataAlone.id, { decision: 'accept' })).text,
    /is accepted\. Its follow-ups are planned\./,
  );
});

t.test('the filter and the order of the list hold for what comes next', async (t) => {
  const clinicId = await make.clinic();
  const [one, other, two] = [
    await make.referral({ clinicId }),
    await make.referral(),
    await make.referral({ clinicId, urgency: 'urgent', urgencyReason: 'Leaves hospital' }),
  ];
  const at = { today: '2026-11-23' };
  const next = async (id: string, filter: Partial<QueueFilter>, order?: 'newest' | 'oldest') =>
    (await followingOf(db, id, { status: 'to_decide', ...filter }, { ...at, order })).next?.id;
  t.equal(await next(two.id, { clinicId }), one.id);
  t.equal(await next(one.id, { clinicId }), two.id, 'from the start again');
  t.equal(await next(two.id, {}), one.id);
  t.equal(await next(two.id, {}, 'newest'), other.id);
  t.equal(await next(one.id, {}, 'oldest'), other.id);
  t.equal(await next(one.id, { late: true }), undefined);
  const { link } = await bannerAfter(
    `/referrals?clinicId=${clinicId}&order=newest`,
    `/referrals/${two.id}/decisions`,
    { decision: 'accept' },
  );
  t.equal(link?.text, `Next: ${one.reference} (1 left)`);
});

t.test('how a referral stands, in a sentence', async (t) => {
  const one = {
    status: 'received',
    age: '4 days',
    assignedTo: null,
    waitingPosition: null,
    ahead: 0,
    nextFollowUp: null,
  } as const;
  t.equal(standingOf(one), 'To be decided. It came 4 days ago, and nobody has taken it yet.');
  t.equal(
    standingOf({ ...one, status: 'asked', age: 'today', assignedTo: { name: 'Jo Day' } }),
    'The clinic is asked. It came today, and Jo Day has it.',
  );
  t.equal(
    standingOf({ ...one, status: 'waiting', waitingPosition: 11, ahead: 10 }),
    'It is number 11 on the waiting list. 10 others wait for the same before it.',
  );
  t.equal(standingOf({ ...one, status: 'waiting' }), 'It waits, and is next for what it waits for.');
  t.equal(standingOf({ ...one, status: 'active' }), 'Being helped.');
  t.equal(
    standingOf({ ...one, status: 'declined' }),
    'The referral is declined. There is nothing more to do.',
  );
  t.ok(isItsTurn(['device', 'support'], 0, 0));
  t.ok(isItsTurn(['device'], 3, 1), 'what is held for it is its own');
  t.notOk(isItsTurn(['device'], 1, 0));
  t.notOk(isItsTurn(['support'], 0, 0));
});

t.test(
  'accepted and on to the next in one step; issued in it only where nobody is passed over',
  async (t) => {
    const { app, as, deps } = await testApp(t);
    const make = factories(deps);
    const named = (givenName: string) =>
      make.referral({ person: { givenName, familyName: `${givenName}son` } });
    const [one, two, three] = [await named('Bo'), await named('Priya'), await named('Zoë')];
    const { post } = forms(app, as.officer);
    const decide = async (id: string, goOn: string) =>
      (await post(`/referrals/${id}/decisions`, { decision: 'accept', goOn })).headers.location;
    t.equal(await decide(one.id, 'next'), `/referrals/${two.id}`);
    t.equal(
      await decide(two.id, 'issue'),
      `/referrals/${two.id}`,
      'asked for all the same, it stays where it is',
    );
    t.equal(
      await decide(three.id, 'next'),
      `/referrals/${three.id}`,
      'the last one stays, and leads to the list',
    );
    const alone = await testApp(t);
    const [first] = [await factories(alone.deps).referral()];
    const page = await forms(alone.app, alone.as.officer).get(`/referrals/${first.id}`);
    t.match(page.body, /Accept, then the next[\s\S]*Accept and issue/);
    const sent = await forms(alone.app, alone.as.officer).post(`/referrals/${first.id}/decisions`, {
      decision: 'accept',
      goOn: 'issue',
    });
    t.equal(sent.headers.location, `/referrals/${first.id}/issue`);
  },
);
