import { sql } from 'kysely';
import type { Test } from 'tap';
import { testApp } from './app.ts';
import { seedFollowUps } from './follow-ups.ts';
import { signedInBrowser } from './pages.ts';

/** A supporter’s morning: four calls of theirs, of which the first two have come, and their diary in a browser. */
export async function morningOfCalls(t: Test) {
  const made = await testApp(t);
  const { app, as, db, ids } = made;
  const seeded = [];
  for (const startsAt of ['09:00', '09:20', '11:00', '11:30'])
    seeded.push(
      ...(await seedFollowUps(db, {
        patients: 1,
        dueOn: '2026-11-23',
        startsAt,
        channel: 'phone',
        value: '+447700900123',
      })),
    );
  await sql`update follow_up set supporter_id = ${ids.supporter}`.execute(db);
  const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
  const browser = await signedInBrowser(t, baseURL, as.supporter);
  await browser.page.goto('/support');
  const calls = browser.page.getByRole('list').getByRole('link', { name: /^Amal Example/ });
  return { ...made, ...browser, seeded, calls };
}
