import t from 'tap';
import { testApp } from '../helpers/app.ts';
import { seedFollowUps } from '../helpers/follow-ups.ts';
import { signedInBrowser } from '../helpers/pages.ts';

t.setTimeout(400_000);

t.test('the week by supporter is no wider than a phone, on the fullest of days', async (t) => {
  const { app, as, db, ids } = await testApp(t);
  await seedFollowUps(db, { patients: 6, dueOn: '2026-11-23', each: 2 });
  await seedFollowUps(db, { patients: 2, dueOn: '2026-11-25' });
  await db.updateTable('follow_up').set({ supporter_id: ids.supporter, minutes: 30 }).execute();
  const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
  const { page, look } = await signedInBrowser(t, baseURL, as.officer);
  await page.goto('/support/week');
  await page.getByRole('link', { name: 'Test supporter', exact: true }).waitFor();
  await look('the week by supporter');
});
