import t from 'tap';
import { concernedBy } from '../../scripts/tests/changed.ts';
import { longestFirst, slowest, timesIn } from '../../scripts/tests/files.ts';

t.test('the files of a run go longest first, and one that nobody has timed before all', async (t) => {
  const times = { 'test/a.test.ts': 1, 'test/b.test.ts': 30, 'test/c.test.ts': 4 };
  t.strictSame(
    longestFirst(['test/a.test.ts', 'test/b.test.ts', 'test/c.test.ts', 'test/new.test.ts'], times),
    ['test/new.test.ts', 'test/b.test.ts', 'test/c.test.ts', 'test/a.test.ts'],
  );
});

t.test('the times of a run are those of its files, not of the tests in them', async (t) => {
  const times = timesIn(`TAP version 14
# Subtest: test/loans/loan.test.ts
    ok 1 - out and back # time=391.083ms
    # time=2100.5ms
ok 1 - test/loans/loan.test.ts # time=2149.2ms

# Subtest: test/worker/kill.test.ts
not ok 2 - test/worker/kill.test.ts # time=61000ms
`);
  t.strictSame(times, { 'test/loans/loan.test.ts': 2.1, 'test/worker/kill.test.ts': 61 });
  t.equal(slowest(times), '  61.0 s  test/worker/kill.test.ts\n   2.1 s  test/loans/loan.test.ts');
});

t.test('what a change concerns', async (t) => {
  const texts: Record<string, string> = {
    'test/loans/loan.test.ts': `import { apiOf } from '../helpers/api.ts';`,
    'test/pages/loans.test.ts': `import t from 'tap';`,
    'test/patients/merge.test.ts': `import { issueLoan } from '../../src/lending/loans/loan.commands.ts';`,
    'test/kits/kit.test.ts': `import { world } from '../helpers/world.ts';`,
    'test/support/plan.test.ts': `import t from 'tap';`,
    'test/scripts/tour.test.ts': `import t from 'tap';`,
    'test/drift/schema.test.ts': `import t from 'tap';`,
    'test/helpers/world.ts': `import { apiOf } from './api.ts';\nimport { handlers } from '../../src/follow-on.ts';`,
  };
  const tests = Object.keys(texts).filter((file) => file.endsWith('.test.ts'));
  const of = (...changed: string[]) => concernedBy(changed, tests, (file) => texts[file] ?? '');
  t.strictSame(of('test/kits/kit.test.ts'), ['test/kits/kit.test.ts'], 'a test file');
  t.strictSame(
    of('test/helpers/api.ts'),
    ['test/loans/loan.test.ts', 'test/kits/kit.test.ts'],
    'what imports it, through another too',
  );
  t.strictSame(
    of('src/lending/loans/loan.commands.ts'),
    ['test/loans/loan.test.ts', 'test/patients/merge.test.ts'],
    'the tests of its feature, and what imports it',
  );
  t.strictSame(
    of('src/lending/loans/views/loans.njk'),
    ['test/loans/loan.test.ts', 'test/pages/loans.test.ts'],
    'a page',
  );
  t.strictSame(of('src/support/plan.rules.ts'), ['test/support/plan.test.ts']);
  t.strictSame(of('scripts/tour/calls.ts'), ['test/scripts/tour.test.ts']);
  t.strictSame(of('migrations/0100_more.ts'), ['test/drift/schema.test.ts']);
  t.strictSame(of('src/follow-on.ts'), [], 'what all tests of a world use concerns none of them');
});
