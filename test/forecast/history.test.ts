import { sql } from 'kysely';
import t from 'tap';
import { returnItems } from '../../src/lending/loans/return.commands.ts';
import { readForecast } from '../../src/office/forecast/forecast.queries.ts';
import { weeksAhead } from '../../src/office/forecast/forecast.rules.ts';
import { readHistory } from '../../src/office/forecast/history.queries.ts';
import type { CheckKind } from '../../src/stock/devices/device.rules.ts';
import { sendForRepair, takeBackFromRepair } from '../../src/stock/devices/repair.commands.ts';
import { testDatabase } from '../helpers/database.ts';
import { factories, officer } from '../helpers/factories.ts';

const day = '2026-11-23';
const inWeek = (week: number) =>
  new Date(Date.parse(`${day}T09:30:00Z`) + week * 7 * 86_400_000).toISOString();

/** What one device went through in a scheme of its own: given, lent in week -10, back in -6, and what a test adds. */
async function ofOneDevice(t: Parameters<typeof testDatabase>[0]) {
  const { deps, clock } = await testDatabase(t);
  const make = factories(deps);
  const week = (number: number) => clock.set(inWeek(number));
  const at = async <Given>(number: number, work: () => Promise<Given>) => {
    week(number);
    return work();
  };
  const [device] = await at(-12, () => make.readyDevices(1));
  const { id, openChecks } = device!;
  const lend = (number: number) =>
    at(number, () => make.loan({ supportPlan: null, items: [{ deviceId: id }] }));
  const prepare = (number: number) =>
    at(number, async () => {
      for (const kind of openChecks as CheckKind[]) await make.pass(id, kind);
    });
  const comesBack = (number: number, loan: Awaited<ReturnType<typeof lend>>, fault?: string) =>
    at(number, async () => {
      await returnItems(deps, officer, loan.id, { items: [{ itemId: loan.items[0]!.id, condition: 'B' }] });
      if (fault) await sendForRepair(deps, officer, id, { fault });
    });
  const mended = (number: number) =>
    at(number, () => takeBackFromRepair(deps, officer, id, { result: 'repaired' }));
  const spells = async () =>
    (await readHistory(deps.db, day, weeksAhead)).history.devices.map(
      ({ what, from, to, how, fresh }) => `${what} ${from} ${to} ${how}${fresh ? ' fresh' : ''}`,
    );
  return { deps, make, id, lend, prepare, comesBack, mended, spells };
}

const lentTwice = [
  'loan -10 -6 back',
  'loan -3 null null',
  'prepared -12 -10 lent fresh',
  'prepared -4 -3 lent',
  'preparing -6 -4 prepared',
];

t.test('a loan that ended before its cycle was kept reads like any other', async (t) => {
  const { deps, lend, prepare, comesBack, spells } = await ofOneDevice(t);
  await comesBack(-6, await lend(-10));
  await prepare(-4);
  await lend(-3);
  t.strictSame(await spells(), lentTwice);
  await sql`update loan_item set cycle_out = null, cycle_out_on = null`.execute(deps.db);
  t.strictSame(await spells(), lentTwice);
});

t.test(
  'what came back faulty is being prepared until it is mended and passed, and is not a gift',
  async (t) => {
    const { lend, prepare, comesBack, mended, spells } = await ofOneDevice(t);
    await comesBack(-6, await lend(-10), 'The screen is cracked');
    await mended(-5);
    await prepare(-4);
    await lend(-3);
    t.strictSame(await spells(), lentTwice);
  },
);

t.test(
  'a device that is mended and not passed yet is still being prepared; the next loan ends nothing of it',
  async (t) => {
    const { lend, prepare, comesBack, mended, spells } = await ofOneDevice(t);
    await comesBack(-6, await lend(-10), 'The screen is cracked');
    await mended(-5);
    t.match(await spells(), ['loan -10 -6 back', 'prepared -12 -10 lent fresh', 'preparing -6 null null']);
    await prepare(-4);
    await comesBack(-2, await lend(-3));
    t.strictSame((await spells()).slice(-2), ['preparing -6 -4 prepared', 'preparing -2 null null']);
  },
);

t.test('what happens in the course of a day changes nothing of what the day reads', async (t) => {
  const { lend, prepare, comesBack, spells } = await ofOneDevice(t);
  const loan = await lend(-10);
  const before = await spells();
  await comesBack(0, loan);
  await prepare(0);
  await lend(0);
  t.strictSame(await spells(), before);
});

t.test('what a day comes to is worked out once, until something of the past is written down', async (t) => {
  const { deps, make, lend, id } = await ofOneDevice(t);
  await lend(0);
  const check = async (query: Parameters<typeof readForecast>[1]) =>
    (await readForecast(deps, query)).parts[0]!.check;
  const [one, other] = await Promise.all([check({}), check({ tablet: 3 })]);
  t.ok(one === other, 'the same, and not one like it, for two at once');
  await make.readyDevices(1);
  t.ok(one === (await check({ referrals: 10 })), 'nor does what happens today change it');
  await sql`update loan_item set issue_given_on = ${day}::date - 1 where device_id = ${id}`.execute(deps.db);
  t.not(one === (await check({})), true);
});
