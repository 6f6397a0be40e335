import { openDataKey } from '../../src/access/data-key.ts';
import { buildApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { events } from '../../src/events.ts';
import { followOn } from '../../src/follow-on.ts';
import { readPaperReports } from '../../src/office/reports/paper.queries.ts';
import { paperYear } from '../../src/office/reports/paper.rules.ts';
import { fixedClock, today } from '../../src/shared/clock.ts';
import { createDatabase } from '../../src/shared/database.ts';
import { createLogger } from '../../src/shared/logging.ts';
import { manager } from './factories.ts';

/** In a process of its own, elsewhere in the world: writes the reports of a paper anew, and its file. */
const { CLOCK_AT, PAPER_TO, PAPER_URL, COOKIE } = process.env as Record<string, string>;
const clock = fixedClock(CLOCK_AT!);
const config = readConfig();
const db = createDatabase(config.DATABASE_URL, 6, () => {});
const key = await openDataKey(db, config);
const deps = { config, db, clock, log: createLogger('silent'), key, events, followOn };
const reports = await readPaperReports(deps, manager.actor, paperYear(PAPER_TO!, today(clock)));
const app = buildApp(deps);
const { body } = await (await app).inject({ url: PAPER_URL!, headers: { cookie: COOKIE! } });
process.stdout.write(JSON.stringify({ zone: process.env.TZ, reports, body }), () => process.exit(0));
