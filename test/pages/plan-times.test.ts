import t from 'tap';
import { recordContactPoint } from '../../src/people/contact-point.commands.ts';
import { addFollowUp } from '../../src/support/follow-up.commands.ts';
import { testApp } from '../helpers/app.ts';
import { factories, officer } from '../helpers/factories.ts';
import { seedFollowUps } from '../helpers/follow-ups.ts';
import { signedInBrowser } from '../helpers/pages.ts';

t.setTimeout(400_000);

for (const scripts of [true, false]) {
  t.test(
    `what stands in the way of a follow-up, and another way and time; scripts ${scripts ? 'on' : 'off'}`,
    async (t) => {
      t.setTimeout(400_000);
      const { app, as, ids, deps, db } = await testApp(t);
      const make = factories(deps);
      const email = { channel: 'email' as const, value: 'amal@example.com', safe: true };
      await make.loan();
      const { id } = await db.selectFrom('patient').select('id').executeTakeFirstOrThrow();
      await recordContactPoint(deps, officer, id, email);
      await recordContactPoint(deps, officer, id, { channel: 'sms', value: '07700 900123', safe: false });
      const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
      const { page, look } = await signedInBrowser(t, baseURL, as.officer, { scripts });
      await page.goto('/support?from=2026-11-23');
      await page.getByText('4 follow-ups on this page cannot take place as planned').waitFor();
      await look('diary, with what stands in the way');
      const says = 'They cannot be phoned: their number is not safe. Only an email is safe.';
      t.equal(await page.getByText(says).count(), 4);
      await page
        .getByRole('listitem')
        .filter({ hasText: 'Set-up call' })
        .getByRole('link', { name: /^(?!Move)/ })
        .first()
        .click();
      await page.getByText(says).waitFor();
      t.equal(
        await page.getByLabel('How', { exact: true }).inputValue(),
        'message',
        'what they can use is offered',
      );
      await look('a follow-up with a conflict');
      await page.getByLabel('How', { exact: true }).selectOption('phone');
      await page.getByLabel('Why the way changes').selectOption('Say no reason');
      await page.getByLabel('How long', { exact: true }).fill('600');
      await page.getByRole('button', { name: 'Change the way' }).click();
      await page.getByRole('link', { name: /480/ }).waitFor();
      await look('another way, refused');
      await page.getByLabel('How', { exact: true }).selectOption('message');
      await page.getByLabel('How long', { exact: true }).fill('20');
      await page.getByRole('button', { name: 'Change the way' }).click();
      await page.getByText('Saved.').first().waitFor();
      t.equal(await page.getByText(says).count(), 0);
      await page.getByText('Wednesday 25 November 2026, 10am, 20 minutes').waitFor();

      await page.getByText('Move it').click();
      t.equal(
        await page.getByLabel('Time', { exact: true }).inputValue(),
        '10:30',
        'the next free time, not the old one',
      );
      await look('a follow-up to move');
      const moveIt = page.getByRole('group').filter({ has: page.getByLabel('Time', { exact: true }) });
      await moveIt.getByLabel('Why it changes').selectOption('as you asked');
      await moveIt.getByRole('button', { name: 'Save' }).click();
      await page.getByText('Wednesday 25 November 2026, 10:30am, 20 minutes').waitFor();

      const [other] = await seedFollowUps(db, { patients: 1, dueOn: '2027-06-01' });
      const supporterId = ids.supporter!;
      await addFollowUp(deps, officer, {
        patientId: other!.patientId,
        dueOn: '2026-11-25',
        startsAt: '10:45',
        way: 'phone',
        supporterId,
      });
      await page.getByLabel('Who does it').selectOption('Test supporter');
      const assign = page.getByRole('group').filter({ has: page.getByLabel('Who does it') });
      await assign.getByRole('button', { name: 'Save' }).click();
      await page
        .getByText('Its supporter has another follow-up at the same time: 10:45am, 20 minutes.')
        .waitFor();
      await look('a follow-up at the same time as another');

      await page.goto(`/follow-ups/new?patientId=${id}`);
      t.ok(await page.getByRole('radio', { name: /message/i }).isChecked());
      for (const [part, value] of [
        ['Day', '5'],
        ['Month', '12'],
        ['Year', '2026'],
      ] as const)
        await page.getByLabel(part).fill(value);
      await look('a follow-up to add');
      await page.getByRole('button', { name: 'Add follow-up' }).click();
      await page.getByText('Monday 7 December 2026, 10am, 20 minutes').waitFor();
    },
  );
}
