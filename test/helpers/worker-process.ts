import { Temporal } from 'temporal-polyfill';
import { openDataKey } from '../../src/access/data-key.ts';
import { readConfig } from '../../src/config.ts';
import { events } from '../../src/events.ts';
import { followOn } from '../../src/follow-on.ts';
import { createDatabase } from '../../src/shared/database.ts';
import { createLogger } from '../../src/shared/logging.ts';
import { createQueue } from '../../src/shared/queue.ts';
import { startWorker } from '../../src/worker.ts';

/** A worker in a process of its own, to be killed; its clock starts at CLOCK_STARTS and runs. */
const starts = Temporal.Instant.from(process.env.CLOCK_STARTS!);
const begun = performance.now();
const clock = { now: () => starts.add({ milliseconds: Math.round(performance.now() - begun) }) };
const config = readConfig();
const log = createLogger(config.LOG_LEVEL);
const db = createDatabase(config.DATABASE_URL, 6, () => {});
const key = await openDataKey(db, config);
const deps = { config, db, clock, log, key, events, followOn };
const queue = createQueue(deps);
const worker = await startWorker(deps, queue);
process.stdout.write('started\n');
process.once('SIGTERM', async () => {
  await worker.stop();
  await queue.close();
  await db.destroy();
  process.exit(0);
});
