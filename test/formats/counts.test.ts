import { sql } from 'kysely';
import t from 'tap';
import { testApp } from '../helpers/app.ts';
import { factories } from '../helpers/factories.ts';
import { forms } from '../helpers/pages.ts';

const { app, as, db, deps } = await testApp(t);

t.test('who may not read the people sees no number of them', async (t) => {
  await factories(deps).waitingReferral();
  await sql`update patient set language = 'ti', communication_needs = '{easy_read}'`.execute(db);
  const seenBy = async (who: 'manager' | 'administrator') =>
    (await forms(app, as[who]).get('/settings/formats')).body;
  t.match(await seenBy('manager'), /Tigrinya, easy read: 1 person/);
  t.match(await seenBy('manager'), /Missing for 1/);
  const administrator = await seenBy('administrator');
  t.match(administrator, /Tigrinya, easy read/);
  t.notMatch(administrator, /1 person|Missing for \d/);
});
