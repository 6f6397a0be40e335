import { sql } from 'kysely';
import t from 'tap';
import { issueLoan } from '../../src/lending/loans/issue.commands.ts';
import { testApp } from '../helpers/app.ts';
import { factories, officer } from '../helpers/factories.ts';
import { forms } from '../helpers/pages.ts';

const { app, as, deps, db } = await testApp(t);
const make = factories(deps);
const { get, post } = forms(app, as.officer);

t.test('what the kit page refuses and shows', async (t) => {
  const received = await make.referral();
  t.match((await get(`/referrals/${received.id}/issue`)).body, /The referral is not accepted yet/);
  const referral = await make.waitingReferral({ person: { contactPoints: [], communicationNeeds: ['bsl'] } });
  const url = `/referrals/${referral.id}/issue`;
  t.match((await get(url)).body, /British Sign Language[\s\S]*no safe way to write to them/);
  t.match(
    (await db.selectFrom('access_log').selectAll().execute()).map(({ what }) => what),
    ['referral', 'referral'],
  );

  const [device] = await make.readyDevices(1);
  const [dongle] = await make.readyDevices(1, { kind: 'dongle' });
  t.match(
    (await post(url, { scan: 'sn1' })).body,
    new RegExp(`name="kit" value="${device!.assetTag}"`),
    'a serial number finds its device',
  );
  t.match((await post(url, { scan: dongle!.assetTag })).body, /No data plan is recorded for it/);
  t.match((await post(url, { scan: 'LW-000001' })).body, /not a whole asset tag/);
  await sql`update device set status = 'reserved' where id = ${device!.id}`.execute(db);
  await sql`insert into allocation (id, referral_id, device_id, created_at) values (new_id(), ${received.id}, ${device!.id}, now())`.execute(
    db,
  );
  t.match((await post(url, { scan: device!.assetTag })).body, /Held for another referral\./);
  await sql`update allocation set referral_id = ${referral.id}`.execute(db);
  t.match((await post(url, { scan: device!.assetTag })).body, /Held for this referral\./);
  await sql`update allocation set status = 'released', ended_at = now()`.execute(db);
  await sql`update device set status = 'lost' where id = ${device!.id}`.execute(db);
  t.match((await post(url, { scan: device!.assetTag })).body, /It is lost\./);
  const empty = await post(url, { do: 'next' });
  t.equal(empty.statusCode, 422);
  t.match(
    empty.body,
    /Scan or type the label of at least one device[\s\S]*Confirm that you have checked|Confirm that you have checked[\s\S]*Scan or type the label of at least one device/,
  );
  const tooMany = await post(url, {
    do: 'next',
    contactConfirmed: 'yes',
    kit: Array.from({ length: 51 }, (_, n) => `x${n}`),
  });
  t.match(tooMany.body, /at most 50 items/);

  const terms = {
    kit: dongle!.assetTag,
    contactConfirmed: 'yes',
    'handover.way': 'in_person',
    'handover.on-day': '23',
    'handover.on-month': '11',
    'handover.on-year': '2026',
  };
  const cases: [Record<string, string>, RegExp][] = [
    [{ until: 'date', 'agreement.acceptedBy': 'verbal' }, /Enter the day it is due back/],
    [
      {
        until: 'date',
        'agreement.acceptedBy': 'verbal',
        'dueOn-day': '31',
        'dueOn-month': '2',
        'dueOn-year': '2027',
      },
      /Enter a real date/,
    ],
    [
      {
        until: 'date',
        'agreement.acceptedBy': 'verbal',
        'dueOn-day': '1',
        'dueOn-month': '1',
        'dueOn-year': '2026',
      },
      /Give a date after the handover/,
    ],
    [
      { until: 'terms', 'agreement.acceptedBy': 'signature', 'agreement.witness': 'not asked for' },
      /The signature is missing/,
    ],
    [{ until: 'terms', 'agreement.acceptedBy': 'witnessed' }, /Give the name of the witness/],
    [
      { until: 'terms', 'agreement.acceptedBy': 'verbal', kit: 'unknown' },
      /Take out what cannot go out now: unknown/,
    ],
    [{ until: 'terms', 'agreement.acceptedBy': 'verbal', kit: '' }, /The kit is empty/],
  ];
  for (const [fields, wanted] of cases) {
    const reply = await post(url, { ...terms, ...fields, do: 'issue' });
    t.equal(reply.statusCode, 422);
    t.match(reply.body, wanted);
  }
  for (const role of ['auditor', 'supporter', 'administrator'] as const)
    t.equal((await forms(app, as[role]).get(url)).statusCode, 403, role);
});

t.test(
  'two officers at once: the second sees which loan has the device, and loses nothing of what was typed',
  async (t) => {
    const [referral, other] = [await make.waitingReferral(), await make.waitingReferral()];
    const [device, spare] = await make.readyDevices(2);
    const url = `/referrals/${referral.id}/issue`;
    const winner = await issueLoan(deps, officer, {
      referralId: other.id,
      items: [{ deviceId: device!.id }],
      agreement: { acceptedBy: 'verbal' },
    });
    const typed = {
      kit: [device!.assetTag, spare!.assetTag],
      contactConfirmed: 'yes',
      until: 'terms',
      'handover.way': 'posted',
      'handover.on-day': '24',
      'handover.on-month': '11',
      'handover.on-year': '2026',
      'agreement.acceptedBy': 'witnessed',
      'agreement.witness': 'Wim <Witness>',
    };
    const refused = await post(url, { ...typed, do: 'issue' });
    t.equal(refused.statusCode, 409);
    t.match(refused.body, new RegExp(`${device!.assetTag} is on loan\\. Take it out of the kit`));
    t.match(refused.body, `<a href="/loans/${winner.id}">See loan ${winner.reference}</a>`);
    t.match(refused.body, /value="Wim &lt;Witness&gt;"/);
    t.match(refused.body, /value="posted" checked/);
    t.equal(refused.body.match(/name="kit"/g)?.length, 2, 'the kit is there once');

    const back = await post(url, { ...typed, do: 'back' });
    t.match(
      back.body,
      /type="hidden" name="agreement.witness" value="Wim &lt;Witness&gt;"/,
      'the first page carries what the second one asked',
    );
    const without = await post(url, { ...typed, do: `remove ${device!.assetTag}` });
    t.notMatch(without.body, new RegExp(`name="kit" value="${device!.assetTag}"`));
    const issued = await post(url, { ...typed, kit: spare!.assetTag, do: 'issue', _once: 'one' });
    t.equal(issued.statusCode, 303);
    const again = await post(url, { ...typed, kit: spare!.assetTag, do: 'issue', _once: 'one' });
    t.equal(again.headers.location, issued.headers.location, 'sent twice, issued once');
  },
);
