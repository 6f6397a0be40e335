import { sql } from 'kysely';
import t from 'tap';
import { issueLoan } from '../../src/lending/loans/issue.commands.ts';
import { fitDataPlan } from '../../src/stock/data-plans/data-plan.commands.ts';
import { testApp } from '../helpers/app.ts';
import { factories, officer } from '../helpers/factories.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';

for (const scripts of [true, false]) {
  t.test(
    `by keyboard and scanner: record a referral, accept, issue, take back; scripts ${scripts ? 'on' : 'off'}`,
    async (t) => {
      const { app, as, deps, db } = await testApp(t);
      const make = factories(deps);
      const [tablet, raw] = [...(await make.readyDevices(1)), ...(await make.devices(1))];
      const [dongle] = await make.readyDevices(1, { kind: 'dongle' });
      await fitDataPlan(deps, officer, dongle!.id, {
        network: 'Vodafone',
        iccid: '8944100030012345678',
        gbPerMonth: 20,
        durationMonths: 1,
        activatedOn: '2026-11-23',
      });
      const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
      const { page, scan, look } = await signedInBrowser(t, baseURL, as.officer, { scripts });

      await page.goto('/referrals');
      await page.getByText('No referral waits for a decision.').waitFor();
      await look('referrals, none');
      await page.getByRole('button', { name: 'Record a referral' }).click();
      await page.getByLabel('Clinic', { exact: true }).selectOption('Elm Street Clinic');
      await page.getByLabel('Name of who refers').fill('Dr Young');
      await page.getByLabel('Given name').fill('Niamh');
      await page.getByLabel('Family name').fill('O’Brien-Wolfeschlegelsteinhausenbergerdorff');
      const way = page.getByRole('group', { name: 'Way 1', exact: true });
      await way.getByLabel('Way', { exact: true }).selectOption('Text message');
      await way.getByLabel('Number or address').fill('07700 900123');
      for (const need of ['Device', 'Data', 'Support']) await page.getByLabel(need, { exact: true }).check();
      await page.getByLabel('The clinic may share these details with us').check();
      await page.getByRole('button', { name: 'Record referral' }).click();
      await page.getByRole('heading', { name: 'There is a problem' }).waitFor();
      await look('a referral to record, refused');
      await page
        .getByRole('link', { name: 'Way 1 to reach them: Choose whether the patient said that this is safe' })
        .waitFor();
      t.equal(await page.getByLabel('Given name').inputValue(), 'Niamh', 'what was typed stays');
      await way.getByRole('group', { name: 'Is it safe?' }).getByLabel('Yes').check();
      await page.getByLabel('Day').last().fill('20');
      await page.getByLabel('Month').last().fill('11');
      await page.getByLabel('Year').last().fill('2026');
      await page.getByRole('button', { name: 'Record referral' }).dblclick();
      await page.getByText(/Referral R-\w+ is recorded/).waitFor();
      await look('a referral to decide');

      await page.getByRole('button', { name: 'Accept' }).click();
      await page.getByText('It is first on the waiting list.').waitFor();
      await look('a referral that waits');
      await page.goto('/referrals/waiting');
      await look('waiting list');
      await page.getByRole('link', { name: /^R-/ }).click();
      await page.getByRole('button', { name: 'Issue a device' }).click();

      await page.getByRole('heading', { name: 'What goes out' }).waitFor();
      await look('issue, empty kit');
      await scan(tablet!.assetTag.toLowerCase());
      await page.getByText(`${tablet!.assetTag}: ready.`).waitFor();
      await scan(tablet!.assetTag);
      await page.getByText('already in the list.').waitFor();
      await scan(raw!.assetTag);
      await page
        .getByRole('listitem')
        .filter({ hasText: 'Still to do: sanitisation, electrical, setup.' })
        .waitFor();
      await scan('what is this');
      await page
        .getByRole('listitem')
        .filter({ hasText: 'No device here has the label or number “what is this”.' })
        .waitFor();
      await scan(dongle!.assetTag);
      await page.getByText('Its mobile data ends on 23 December 2026').waitFor();
      t.equal(await page.locator('.app-kit__line').count(), 4);
      await look('issue, kit with verdicts');
      await scan('');
      await page
        .getByRole('link', { name: `Take out what cannot go out now: ${raw!.assetTag}, what is this` })
        .waitFor();
      await look('issue, kit refused');
      await page.getByRole('button', { name: `Remove ${raw!.assetTag}` }).click();
      await page.getByRole('button', { name: 'Remove what is this' }).click();
      await page.getByRole('button', { name: 'Remove what is this' }).waitFor({ state: 'detached' });
      await page.getByLabel('I asked. What is marked safe is still safe').focus();
      await page.keyboard.press('Space');
      await page.getByLabel('Scan or type a label').focus();
      await scan('');
      await page.getByRole('heading', { name: 'Terms and agreement' }).waitFor();
      await page
        .getByText('26 weeks: until 24 May 2027 if it is handed over today; may be extended twice')
        .waitFor();
      await page.getByText('Set-up call (phone, 30 minutes): Wednesday 25 November 2026').waitFor();
      await look('issue, terms');
      await page.getByRole('button', { name: 'Back to the kit' }).click();
      await page.getByRole('button', { name: 'Go on to terms and agreement' }).click();
      await page.getByRole('button', { name: 'Issue the loan' }).click();
      await page.getByRole('link', { name: 'Choose how the agreement was accepted' }).waitFor();
      await look('issue, terms refused');
      await page.getByLabel('Signed').check();
      if (scripts) {
        const pad = (await page.locator('canvas').boundingBox())!;
        await page.mouse.move(pad.x + 20, pad.y + 40);
        await page.mouse.down();
        await page.mouse.move(pad.x + 120, pad.y + 90);
        await page.mouse.up();
      } else await page.getByLabel('Signature: type their name').fill('Niamh O’Brien');
      await page.getByRole('button', { name: 'Issue the loan' }).dblclick();
      await page
        .getByText(
          /Loan L-\w+ is issued with 2 items, due back on 24 May 2027. Next: set-up call on 25 November 2026./,
        )
        .waitFor();
      await page
        .getByText(`The data on ${dongle!.assetTag} ends on 23 December 2026, before the loan is due back.`)
        .waitFor();
      t.equal(
        (await db.selectFrom('loan').selectAll().execute()).length,
        1,
        'a double click issues one loan',
      );
      await look('a loan');
      await page.getByRole('link', { name: 'Print the agreement' }).first().click();
      await page.getByRole('heading', { name: /Loan agreement L-/ }).waitFor();
      t.equal(await page.locator('img[alt=Signature]').count(), scripts ? 1 : 0);
      await look('an agreement');

      await page.goto('/returns');
      await look('returns');
      await scan(raw!.assetTag);
      await page
        .getByRole('link', { name: `${raw!.assetTag} is on no loan: it is being prepared` })
        .waitFor();
      await look('returns, on no loan');
      await page.getByLabel('Scan or type a label').fill('');
      await page.getByLabel('Scan or type a label').focus();
      await scan(dongle!.assetTag);
      await page.getByRole('heading', { name: 'What came back?' }).waitFor();
      t.ok(await page.getByLabel(new RegExp(`^${dongle!.assetTag} Dongle`)).isChecked());
      t.notOk(await page.getByLabel(new RegExp(`^${tablet!.assetTag} Tablet`)).isChecked());
      await look('a return');
      await page.getByRole('button', { name: 'Take back what is ticked' }).click();
      await page.getByRole('link', { name: 'Choose its condition' }).click();
      await look('a return, refused');
      await page.getByLabel(`Condition of ${dongle!.assetTag}`).selectOption('B, marks of use');
      await page.getByRole('button', { name: 'Take back what is ticked' }).dblclick();
      await page
        .getByText(`${dongle!.assetTag} came back. Still with the borrower: ${tablet!.assetTag} (tablet).`)
        .waitFor();
      await page.getByRole('button', { name: 'Return items' }).click();
      await page.getByLabel(new RegExp(`^${tablet!.assetTag} Tablet`)).check();
      await page.getByLabel(`Condition of ${tablet!.assetTag}`).selectOption('C, worn but works');
      await page.getByLabel(`Notes on ${tablet!.assetTag}`).fill('The charger is missing.');
      await page.getByRole('button', { name: 'Take back what is ticked' }).click();
      await page.getByText('Everything is back and the loan is closed.').waitFor();
      await look('a closed loan');
      await page.getByRole('link', { name: `Prepare ${tablet!.assetTag}` }).click();
      await page.getByRole('heading', { name: tablet!.assetTag }).waitFor();
    },
  );
}

t.test(
  'two officers at once: the second sees which loan has the device, and loses nothing of what was typed',
  async (t) => {
    const { app, as, deps } = await testApp(t);
    const make = factories(deps);
    const [referral, other] = [await make.waitingReferral(), await make.waitingReferral()];
    const [device, spare] = await make.readyDevices(2);
    const { post } = forms(app, as.officer);
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

t.test('what the kit page refuses and shows', async (t) => {
  const { app, as, deps, db } = await testApp(t);
  const make = factories(deps);
  const { get, post } = forms(app, as.officer);
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
