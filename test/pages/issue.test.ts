import t from 'tap';
import { fitDataPlan } from '../../src/stock/data-plans/data-plan.commands.ts';
import { testApp } from '../helpers/app.ts';
import { factories, officer } from '../helpers/factories.ts';
import { signedInBrowser } from '../helpers/pages.ts';

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
      const { page, step, scan, look } = await signedInBrowser(t, baseURL, as.officer, { scripts });

      await step('a referral is refused until it says whether a way is safe, and is recorded', async (t) => {
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
        for (const need of ['Device', 'Data', 'Support'])
          await page.getByLabel(need, { exact: true }).check();
        await page.getByLabel('The clinic may share these details with us').check();
        await page.getByRole('button', { name: 'Record referral' }).click();
        await page.getByRole('heading', { name: 'There is a problem' }).waitFor();
        await look('a referral to record, refused');
        await page
          .getByRole('link', {
            name: 'Way 1 to reach them: Choose whether the patient said that this is safe',
          })
          .waitFor();
        t.equal(await page.getByLabel('Given name').inputValue(), 'Niamh', 'what was typed stays');
        await way.getByRole('group', { name: 'Is it safe?' }).getByLabel('Yes').check();
        await page.getByLabel('Day').last().fill('20');
        await page.getByLabel('Month').last().fill('11');
        await page.getByLabel('Year').last().fill('2026');
        await page.getByRole('button', { name: 'Record referral' }).dblclick();
        await page.getByText(/Referral R-\w+ is recorded/).waitFor();
        await look('a referral to decide');
      });

      await step('it is accepted, and waits', async () => {
        await page.getByRole('button', { name: 'Accept', exact: true }).click();
        await page.getByText('It is first on the waiting list.').waitFor();
        await look('a referral that waits');
        await page.goto('/referrals/waiting');
        await look('waiting list');
      });

      await step('the kit is scanned, and each device gets its verdict', async (t) => {
        await page.locator('.app-list th').getByRole('link').first().click();
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
      });

      await step('a kit with what cannot go out is refused, and goes on without it', async () => {
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
      });

      await step('the terms are refused until it is said how they were accepted', async () => {
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
      });

      await step('the patient signs, and a double click issues one loan', async (t) => {
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
      });

      await step('the agreement is there to print', async (t) => {
        await page.getByRole('link', { name: 'Print the agreement' }).first().click();
        await page.getByRole('heading', { name: /Loan agreement L-/ }).waitFor();
        t.equal(await page.locator('img[alt=Signature]').count(), scripts ? 1 : 0);
        await look('an agreement');
      });

      await step('a device on no loan is not taken back', async () => {
        await page.goto('/returns');
        await look('returns');
        await scan(raw!.assetTag);
        await page
          .getByRole('link', { name: `${raw!.assetTag} is on no loan: it is being prepared` })
          .waitFor();
        await look('returns, on no loan');
      });

      await step('the dongle is taken back, once its condition is told', async (t) => {
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
      });

      await step('the tablet is taken back, which closes the loan', async () => {
        await page.getByRole('link', { name: 'See the loan' }).click();
        await page.getByRole('link', { name: 'Return items' }).click();
        await page.getByLabel(new RegExp(`^${tablet!.assetTag} Tablet`)).check();
        await page.getByLabel(`Condition of ${tablet!.assetTag}`).selectOption('C, worn but works');
        await page.getByLabel(`Notes on ${tablet!.assetTag}`).fill('The charger is missing.');
        await page.getByRole('button', { name: 'Take back what is ticked' }).click();
        await page.getByText('Everything is back and the loan is closed.').waitFor();
        await look('a closed loan');
        await page.getByRole('link', { name: `Prepare ${tablet!.assetTag}` }).click();
        await page.getByRole('heading', { name: tablet!.assetTag }).waitFor();
      });
    },
  );
}
