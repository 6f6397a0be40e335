import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';

// A status is changed in one place, by the table of moves: everything else asks that place for it.

const root = path.join(import.meta.dirname, '../..');

/** The tables whose status has one place that changes it, and beside it what stands in a wing below. */
const writers: Record<string, string[]> = {
  device: ['src/stock/devices/status.commands.ts'],
  loan: ['src/lending/loans/status.commands.ts'],
  loan_item: ['src/lending/loans/ending.commands.ts'],
  referral: ['src/referrals/status.commands.ts'],
  // A yes to a message confirms.
  follow_up: [
    'src/messages/inbound.commands.ts',
    'src/messages/patient-links/answer.commands.ts',
    'src/support/status.commands.ts',
  ],
};

/** The tables whose status a source changes. */
function changedIn(text: string): string[] {
  const updates = [
    ...text.matchAll(
      /\bupdate (\w+)(?: (?!set\b)\w+)?\s+set\s([\s\S]*?)(?=\s(?:where|from|returning)\b|`|$)/g,
    ),
  ].filter(([, , set = '']) => /(?:^|[\s,(])status\s*=/.test(withoutBraces(set)));
  const built = [...text.matchAll(/\bupdateTable\('(\w+)'\)[^;]*?\bstatus:/g)];
  return [...updates, ...built].map(([, table]) => table!);
}

/** A column list without what stands in it of TypeScript. */
const withoutBraces = (text: string) => text.replaceAll(/\$\{[^}]*\}/g, '');

t.test('what the check finds, and what it leaves', async (t) => {
  for (const text of [
    `update device set status = 'ready' where id = 1`,
    `update device d set changed_at = now(),\n  status = case when true then 'ready' end from x`,
    `with a as (\n update device set condition = 'A', status = \${to} returning id)`,
    `db.updateTable('device').set({ status: 'ready' })`,
  ])
    t.same(changedIn(text), ['device'], text);
  for (const text of [
    `update device set location_id = 1 where status = 'ready'`,
    `update device d set condition = i.condition from i where d.status = 'ready'`,
    'update device_plan set last_status = 1',
  ])
    t.same(
      changedIn(text).filter((table) => table === 'device'),
      [],
      text,
    );
});

t.test('a status is written in the one place that reads its table of moves', async (t) => {
  const files = globSync('src/**/*.ts', { cwd: root });
  t.ok(files.length > 300);
  const found = files.flatMap((file) =>
    changedIn(readFileSync(path.join(root, file), 'utf8')).map((table) => ({ table, file })),
  );
  for (const [table, places] of Object.entries(writers))
    t.same(
      [...new Set(found.filter((one) => one.table === table).map(({ file }) => file))].sort(),
      places,
      table,
    );
  const begun = files.filter((file) => {
    const text = readFileSync(path.join(root, file), 'utf8');
    return /\binsert into device\s*\([^)]*\bstatus\b/.test(text) && !/\bdeviceBegins\[/.test(text);
  });
  t.same(begun, [], 'a device begins as the table says');
});
