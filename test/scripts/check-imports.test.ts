import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';

const script = path.join(import.meta.dirname, '../../scripts/check-imports.ts');

/** What the check says of a tree of files, by their paths from its root. */
function check(t: { testdir(): string }, files: Record<string, string>) {
  const root = t.testdir();
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  }
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, root], { encoding: 'utf8' });
  return { status, said: stdout + stderr };
}

const people = { 'src/people/patient.queries.ts': 'export const one = 1;\n' };
const loan = { 'src/lending/loans/loan.commands.ts': 'export const one = 1;\n' };
const uses = (target: string, type = '') =>
  `import ${type}{ one } from '${target}';\nexport const two = one;\n`;

t.test('imports go down, and pages may look everywhere', async (t) => {
  t.match(
    check(t, {
      ...people,
      ...loan,
      'src/lending/loans/issue.commands.ts': uses('../../people/patient.queries.ts'),
      'src/people/patient.pages.ts': uses('../lending/loans/loan.commands.ts'),
      'src/web/forms.ts': 'export const one = 1;\n',
      'src/people/patient.schemas.ts': uses('../web/forms.ts'),
    }),
    { status: 0 },
  );
});

t.test('the kinds of a feature are its own, and nobody else’s', async (t) => {
  const kind = {
    'src/messages/kinds/loan.ts': uses('../reminder.queries.ts'),
    'src/messages/reminder.queries.ts': 'export const one = 1;\n',
    'src/messages/kind.queries.ts': uses('./kinds/loan.ts'),
  };
  t.match(check(t, kind), { status: 0 });
  t.match(check(t, { ...kind, 'src/support/plan.commands.ts': uses('../messages/kinds/loan.ts') }), {
    status: 1,
    said: /src\/support\/plan\.commands\.ts: may import another feature's rules/,
  });
});

for (const [name, file, text, said] of [
  [
    'a wing above',
    'src/people/change.commands.ts',
    uses('../lending/loans/loan.commands.ts'),
    /is in a wing above/,
  ],
  [
    'the list of what follows',
    'src/people/change.commands.ts',
    uses('../follow-on.ts'),
    /takes only types from src\/follow-on\.ts/,
  ],
  [
    'another’s pages',
    'src/office/home.queries.ts',
    uses('../people/patient.pages.ts'),
    /may import another feature's rules/,
  ],
  ['disk in a rule', 'src/people/name.rules.ts', uses('node:fs'), /rules and events are pure/],
  [
    'a script',
    'src/people/name.commands.ts',
    uses('../../scripts/seed.ts'),
    /runs without scripts and tests/,
  ],
] as const)
  t.test(`it names ${name}`, async (t) => {
    const { status, said: told } = check(t, { ...people, ...loan, [file]: text });
    t.equal(status, 1);
    t.match(told, said);
    t.match(told, file);
  });

t.test('it names features that reach themselves', async (t) => {
  const tied = {
    'src/stock/kits/kit.queries.ts': uses('../devices/device.queries.ts'),
    'src/stock/devices/device.queries.ts': uses('../labels/label.queries.ts'),
    'src/stock/labels/label.queries.ts': uses('../kits/kit.queries.ts'),
    'src/stock/donations/donation.queries.ts': uses('../kits/kit.queries.ts'),
  };
  const { status, said } = check(t, tied);
  t.equal(status, 1);
  t.match(said, /reach themselves through one another: .*kits/);
  t.notMatch(said, /donations/);
});
