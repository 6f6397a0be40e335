import { existsSync } from 'node:fs';
import path from 'node:path';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../src/embedded/postgres.ts';
import { type Figure, measure, mostKilobytes, mostStatements } from './figures/measure.ts';

// npm run figures: what each page and each list and record of the API costs on the database that
// `npm run seed` has filled, or on that of DATABASE_URL: the server's time, its statements, its
// weight, and whether one reads a large table from end to end. Fails when one needs too many, or does.

const dir = path.join(import.meta.dirname, '../.lendwell/seed-postgres');
if (!process.env.DATABASE_URL && !existsSync(dir)) {
  console.error('There is no seeded database yet: run `npm run seed -- --devices 100000` first.');
  process.exit(1);
}
let server: EmbeddedPostgres | undefined;
try {
  server = process.env.DATABASE_URL ? undefined : await startEmbeddedPostgres({ dir, durable: false });
  const url = process.env.DATABASE_URL || server!.appUrl;
  const { figures, unanswered } = await measure({ url, explain: true, repeats: 5 });
  const groups = Map.groupBy(figures, ({ route }) => route);
  console.log('     ms  statements  KB  asked  (of each route the slowest)');
  for (const group of groups.values()) {
    const [slowest] = group.toSorted((one, other) => other.ms - one.ms);
    const most = Math.max(...group.map(({ statements }) => statements));
    const heaviest = Math.max(...group.map(({ kilobytes }) => kilobytes));
    console.log(
      `${slowest!.ms.toFixed(1).padStart(7)}  ${String(most).padStart(10)}  ${heaviest.toFixed(0).padStart(2)}  ${slowest!.asked}${group.length > 1 ? `  (of ${group.length})` : ''}`,
    );
  }
  const faults = [
    ...figures.flatMap(faultsOf),
    ...unanswered.map(
      (route) => `${route}: no sample gives an answer. Add one to scripts/figures/samples.ts.`,
    ),
  ];
  console.log(`\n${figures.length} addresses of ${groups.size} routes, ${faults.length} faults.`);
  for (const fault of new Set(faults)) console.log(`✖ ${fault}`);
  if (faults.length) process.exitCode = 1;
} finally {
  await server?.stop();
}

function faultsOf({ asked, status, statements, scans, kilobytes }: Figure): string[] {
  return [
    ...(status >= 500 ? [`${asked}: answers ${status}`] : []),
    ...(statements > mostStatements ? [`${asked}: ${statements} statements`] : []),
    ...(kilobytes > mostKilobytes ? [`${asked}: ${kilobytes.toFixed(0)} KB`] : []),
    // A report counts what happened in its days, whatever that takes.
    ...(/^(\/api\/v1)?\/reports\//.test(asked) ? [] : scans).map(
      (scan) => `${asked}: reads from end to end ${scan}`,
    ),
  ];
}
