import { sql } from 'kysely';
import t from 'tap';
import { beginsAs, inTheNameOf, seeingAll } from '../../src/shared/asker.ts';
import { createDatabase } from '../../src/shared/database.ts';
import { newId } from '../../src/shared/ids.ts';
import { col } from '../../src/shared/rows.ts';
import { many, one, run } from '../../src/shared/statements.ts';
import { testDatabase } from '../helpers/database.ts';
import { factories } from '../helpers/factories.ts';

const { deps, appUrl } = await testDatabase(t);
// One connection: each statement is prepared once, and asked by everyone in turn.
const db = createDatabase(appUrl, 1, () => {});
t.teardown(() => db.destroy());
const make = factories(deps);
const [first, second] = [await make.clinic(), await make.clinic()];
const ofFirst = await make.referral({ clinicId: first });
const ofSecond = await make.referral({ clinicId: second });
const referrals = async () =>
  (await many(db, 'test.referrals', { id: col.text })`select id from referral order by id`).map(
    ({ id }) => id,
  );
const clinic = (id: string) => ({ role: 'lendwell_clinic', id }) as const;
const all = [ofFirst.id, ofSecond.id];

t.test('one statement of one connection shows everyone what is theirs', async (t) => {
  t.same(await referrals(), all);
  t.same(await inTheNameOf(clinic(first), referrals), [ofFirst.id]);
  t.same(await inTheNameOf(clinic(second), referrals), [ofSecond.id]);
  t.same(await inTheNameOf(clinic(newId()), referrals), []);
  t.same(await inTheNameOf({ role: 'lendwell_supporter', id: newId() }, referrals), []);
  t.same(await referrals(), all, 'and nobody inherits another’s name');
  t.same(
    await Promise.all([
      inTheNameOf(clinic(first), referrals),
      referrals(),
      inTheNameOf(clinic(second), referrals),
    ]),
    [[ofFirst.id], all, [ofSecond.id]],
  );
});

t.test('a clinic that took another over sees what that one sent', async (t) => {
  await sql`update organisation set succeeded_by = ${second}, succeeded_on = '2026-11-01' where id = ${first}`.execute(
    db,
  );
  t.same(await inTheNameOf(clinic(second), referrals), all);
  await sql`update organisation set succeeded_by = null, succeeded_on = null where id = ${first}`.execute(db);
});

t.test('nobody said who asks: nothing is shown', async (t) => {
  await db.transaction().execute(async (trx) => {
    await sql`set local role lendwell_clinic`.execute(trx);
    t.same((await sql`select id from referral`.execute(trx)).rows, []);
  });
  t.throws(() => beginsAs(clinic(`x'; reset role; --`)), /Only an id/);
  await t.rejects(inTheNameOf(clinic(''), referrals), /Only an id/);
});

t.test('in someone’s name nothing is written but by what says that it writes, and by commands', async (t) => {
  const told = (name: string) => one(db, 'test.write', { id: col.text })`
    update referral set notes = ${name} where id = ${ofFirst.id} returning id`;
  await t.rejects(
    inTheNameOf(clinic(first), () => told('theirs')),
    { code: /42501|25006/ },
  );
  await t.rejects(
    inTheNameOf(clinic(first), () => many(db, 'test.closed', { id: col.text })`select id from contact_point`),
    { code: '42501' },
  );
  t.same(await referrals(), all, 'what was refused leaves nothing behind');
  await inTheNameOf(clinic(first), async () => {
    t.equal(await run(db, 'test.run')`update referral set notes = 'x' where id = ${ofSecond.id}`, 1);
    t.same(await seeingAll(referrals), all);
    const seen = await db
      .transaction()
      .execute((trx) => many(trx, 'test.in-command', { id: col.text })`select id from referral`);
    t.equal(seen.length, 2);
    t.same(await referrals(), [ofFirst.id]);
  });
});
