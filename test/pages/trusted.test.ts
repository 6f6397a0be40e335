import t from 'tap';
import { testApp } from '../helpers/app.ts';
import { factories } from '../helpers/factories.ts';
import { signedInBrowser } from '../helpers/pages.ts';

for (const scripts of [true, false])
  t.test(`whom someone trusts, and news for many; scripts ${scripts ? 'on' : 'off'}`, async (t) => {
    const { app, as, db, deps } = await testApp(t);
    const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
    const { page, step, look } = await signedInBrowser(t, baseURL, as.manager, { scripts });
    const { followUps, id } = await factories(deps).loan();
    const patient = await db.selectFrom('patient').select('id').executeTakeFirstOrThrow();

    await step('whom they trust is recorded, with for what', async () => {
      await page.goto(`/patients/${patient.id}/change`);
      if (!(await page.getByLabel('Who they are to the patient (optional)').isVisible()))
        await page.getByText('A trusted person').click();
      await page.locator('[name="trustedPerson.name"]').fill('Bo Example');
      await page.locator('[name="trustedPerson.phone"]').fill('07700 900456');
      await page.locator('[name="trustedPerson.mayBeContacted"][value="yes"]').check();
      await page.getByLabel('Calls and messages about this go through them').check();
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('Say for what they may be contacted').first().waitFor();
      await look('whom they trust, refused');
      await page.getByLabel('Calls about support').check();
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('may be contacted for calls about support, first').waitFor();
      await look('a person with whom they trust');
    });

    await step('whoever rings sees them first', async () => {
      await page.goto(`/follow-ups/${followUps[0]!.id}`);
      await page.getByRole('heading', { name: 'Ring their trusted person first' }).waitFor();
      await look('a follow-up through whom they trust');
      await page.goto('/support');
      await page.getByText('First ring Bo Example').first().waitFor();
      await look('the diary with whom they trust');
    });

    await step('news for many is counted, then sent', async () => {
      await page.goto('/announcements');
      await look('news for many, none');
      await page.getByLabel('Text for who chose').fill('We are at the library from Monday.');
      await page.getByLabel('Discreet text').fill('We are at the library from Monday.');
      await page.getByRole('button', { name: 'See how many it concerns' }).click();
      await page.getByText('1 person is concerned').waitFor();
      await look('news for many, counted');
      await page.getByRole('button', { name: 'Send it' }).click();
      await page.getByText('It goes to 1 by itself').waitFor();
      await look('news for many');
    });
    await page.goto(`/loans/${id}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
  });
