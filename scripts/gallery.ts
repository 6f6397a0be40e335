import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { startEmbeddedPostgres } from '../src/embedded/postgres.ts';
import { migrateToLatest } from '../src/shared/migrations.ts';
import { visitAll } from './gallery/visit.ts';

// npm run gallery: signs in as each role, follows every link from where that role begins, with the demonstration
// data, keeps a picture of each page at 360 and 1440 pixels in .lendwell/gallery, and fails when axe, the console
// or the width of a page has something to say, or a page is reached by no link. Needs Chromium (CHROMIUM_PATH).

const dir = path.join(import.meta.dirname, '../.lendwell');
const pictures = path.join(dir, 'gallery');
const database = path.join(dir, 'gallery-postgres');
for (const old of [pictures, database]) rmSync(old, { recursive: true, force: true });
mkdirSync(pictures, { recursive: true });

const server = await startEmbeddedPostgres({ dir: database, durable: false });
try {
  await migrateToLatest(server.ownerUrl);
  const { visits, unreached } = await visitAll({ url: server.appUrl, pictures });
  const faults = visits.flatMap(({ role, asked, faults }) =>
    faults.map((fault) => `${role} ${asked}: ${fault}`),
  );
  for (const role of new Set(visits.map((visit) => visit.role)))
    console.log(`${role}: ${visits.filter((visit) => visit.role === role).length} pages`);
  for (const route of unreached) faults.push(`${route}: no link leads to it`);
  for (const fault of faults) console.log(`✖ ${fault}`);
  console.log(
    `${visits.length} pages in ${path.relative(process.cwd(), pictures)}, ${faults.length} faults.`,
  );
  if (faults.length) process.exitCode = 1;
} finally {
  await server.stop();
  rmSync(database, { recursive: true, force: true });
}
