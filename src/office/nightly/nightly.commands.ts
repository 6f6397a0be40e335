import { sql } from 'kysely';
import { Temporal } from 'temporal-polyfill';
import { askToWipe, countToWipe } from '../../lending/incidents/wipe-due.commands.ts';
import { countDigests, planDigests } from '../../messages/digest.commands.ts';
import { countUngathered, gatherReminders } from '../../messages/gather.commands.ts';
import { plannedKinds, planningSteps } from '../../messages/kind.queries.ts';
import { countUnplanned, planReminders, unplanned } from '../../messages/reminder.commands.ts';
import { countToPropose, proposeErasures } from '../../privacy/retention-batch.commands.ts';
import { countExpiringAllocations, expireAllocations } from '../../referrals/allocations/release.commands.ts';
import { timestamp, today, zone } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import type { Report } from '../../shared/progress.ts';
import { col } from '../../shared/rows.ts';
import { each, many, one, run } from '../../shared/statements.ts';
import { countDataEndingTasks, planDataEndingTasks } from '../../stock/data-plans/data-ending.commands.ts';
import { countChecksRunOut, expireChecks } from '../../stock/devices/run-out.commands.ts';
import {
  countShortOfUpdates,
  countUpdatesEndingTasks,
  planUpdatesEndingTasks,
  stopShortOfUpdates,
} from '../../stock/devices/updates-ending.commands.ts';
import { countFormatsMissing, settleAllFormats } from '../formats/missing.commands.ts';
import { signHead } from '../log-proof/head.commands.ts';
import { isAnythingLogged } from '../log-proof/log-proof.queries.ts';
import { countUnkept, keepReached } from '../reports/reached.commands.ts';
import { askOf, countToAsk, watches } from './watch.commands.ts';

type Step = {
  /** As `job_run` has it. */
  name: string;
  /** What it does, in words for the Jobs page. */
  words: string;
  /** Does everything that is due and not yet done for a civil date; harmless when repeated. */
  run(deps: Deps, date: string, report: Report): Promise<number>;
  /** How much `run` would do after the steps before it. */
  count(deps: Deps, date: string): Promise<number>;
};

/** What ends by its date ends on that day: a night that is run ahead, for its reminders, ends nothing early. */
const notAhead = (deps: Deps, date: string) => (date > today(deps.clock) ? today(deps.clock) : date);

/** The nightly steps in order. Each may be run again by itself. */
const steps: Step[] = [
  {
    name: 'allocations-that-expire',
    words: 'Devices let go that were held for too long',
    run: (deps, date) => expireAllocations(deps, notAhead(deps, date)),
    count: (deps, date) => countExpiringAllocations(deps, notAhead(deps, date)),
  },
  ...planningSteps.map(
    ({ name, words, reasons }): Step => ({
      name,
      words,
      run: (deps, date, report) => planReminders(deps, reasons, date, report),
      count: (deps, date) => countUnplanned(deps, reasons, date),
    }),
  ),
  {
    name: 'supporter-digests',
    words: 'Emails to supporters about their next day planned',
    run: planDigests,
    count: countDigests,
  },
  {
    name: 'devices-gone-a-day',
    words: 'Devices gone for a day: tasks to decide about erasing',
    run: askToWipe,
    count: countToWipe,
  },
  {
    name: 'data-ending',
    words: 'Mobile data that ends: tasks',
    run: planDataEndingTasks,
    count: countDataEndingTasks,
  },
  {
    name: 'gather',
    words: 'Messages made of what is due together',
    run: gatherReminders,
    count: countMessages,
  },
  {
    name: 'checks-that-run-out',
    words: 'Devices whose checks ran out',
    run: (deps, date) => expireChecks(deps, notAhead(deps, date)),
    count: (deps, date) => countChecksRunOut(deps, notAhead(deps, date)),
  },
  {
    name: 'updates-too-short',
    words: 'Ready devices whose security updates end too early',
    run: (deps) => stopShortOfUpdates(deps),
    count: (deps, date) => countShortOfUpdates(deps, notAhead(deps, date)),
  },
  {
    name: 'updates-ending',
    words: 'Security updates that end while a device is lent: tasks',
    run: (deps, date, report) => planUpdatesEndingTasks(deps, notAhead(deps, date), report),
    count: (deps, date) => countUpdatesEndingTasks(deps, notAhead(deps, date)),
  },
  ...watches.map(
    (watch): Step => ({
      name: watch.step,
      words: watch.words,
      run: (deps, date, report) => askOf(deps, watch, notAhead(deps, date), report),
      count: (deps, date) => countToAsk(deps, watch, notAhead(deps, date)),
    }),
  ),
  {
    name: 'languages-and-formats',
    words: 'What is missing in someone’s language and format: tasks',
    run: (deps) => settleAllFormats(deps),
    count: (deps) => countFormatsMissing(deps),
  },
  {
    name: 'retention',
    words: 'People whose time is over proposed for erasure',
    run: (deps, date, report) => proposeErasures(deps, notAhead(deps, date), report),
    count: (deps, date) => countToPropose(deps, notAhead(deps, date)),
  },
  {
    name: 'who-is-reached',
    words: 'Half-years that are over: who was reached, counted once',
    run: (deps, date) => keepReached(deps, notAhead(deps, date)),
    count: (deps, date) => countUnkept(deps, notAhead(deps, date)),
  },
  {
    name: 'log-head',
    words: 'The end of the log signed and sent out of the house',
    run: async (deps) => ((await signHead(deps)) ? 1 : 0),
    count: async (deps) => ((await isAnythingLogged(deps.db)) ? 1 : 0),
  },
];

/** What each step of the night does, in words for the Jobs page; the key is its name in `job_run`. */
export const stepWords: Record<string, string> = Object.fromEntries(
  steps.map(({ name, words }) => [name, words]),
);

/** How many messages the night would make. What a night that is run ahead does not say waits for its day. */
function countMessages(deps: Deps, date: string): Promise<number> {
  const isAhead = date > today(deps.clock);
  const kinds = plannedKinds.filter(({ goesAhead }) => goesAhead || !isAhead);
  return countUngathered(
    deps,
    date,
    sql.join(
      kinds.map((kind) => unplanned(deps, kind, date)),
      sql` union all `,
    ),
  );
}

export type NightlyResult = { localDate: string; steps: { step: string; count: number; skipped: boolean }[] };

/**
 * Runs the night of a civil date. A step that has finished for this date is skipped unless `again`;
 * one that was broken off is run from its start. Unfinished nights before it are marked as superseded:
 * what they left is due now and planned now.
 * @param options.localDate `YYYY-MM-DD`, today in London when left out
 * @param options.dryRun only counts
 */
export async function runNightly(
  deps: Deps,
  options: { localDate?: string | undefined; again?: boolean; dryRun?: boolean } = {},
): Promise<NightlyResult> {
  const localDate = options.localDate ?? today(deps.clock);
  const result: NightlyResult = { localDate, steps: [] };
  if (!options.dryRun) await supersedeOlder(deps, localDate);
  for (const step of steps) {
    if (options.dryRun) {
      result.steps.push({ step: step.name, count: await step.count(deps, localDate), skipped: false });
      continue;
    }
    const begun = await begin(deps, localDate, step.name, options.again ?? false);
    const count = begun ? await step.run(deps, localDate, reporter(deps, localDate, step.name)) : 0;
    if (begun) {
      await finish(deps, localDate, step.name, count);
      deps.log.info({ job: 'nightly', localDate, step: step.name, count }, 'nightly step finished');
    }
    result.steps.push({ step: step.name, count, skipped: !begun });
  }
  return result;
}

/** Whether today's night has come and is not finished. */
export async function nightlyIsDue(deps: Deps, nightlyTime: string): Promise<boolean> {
  const now = deps.clock.now().toZonedDateTimeISO(zone);
  if (Temporal.PlainTime.compare(now.toPlainTime(), nightlyTime) < 0) return false;
  const row = await one(deps.db, each('nightly.is-due'), { finished: col.number })`
    select count(*) as finished from job_run
    where job = 'nightly' and local_date = ${now.toPlainDate().toString()} and finished_at is not null and step = any(${steps.map(({ name }) => name)})`;
  return row.finished < steps.length;
}

async function supersedeOlder(deps: Deps, localDate: string): Promise<void> {
  await run(deps.db, each('nightly.supersede-older'))`
    update job_run set superseded_at = ${timestamp(deps.clock)}
    where job = 'nightly' and local_date < ${localDate} and finished_at is null and superseded_at is null`;
}

/** @returns false when the step has finished for this date and is not to be run again */
async function begin(deps: Deps, localDate: string, step: string, again: boolean): Promise<boolean> {
  const rows = await many(deps.db, each('nightly.begin'), {})`
    insert into job_run (job, local_date, step, started_at) values ('nightly', ${localDate}, ${step}, ${timestamp(deps.clock)})
    on conflict (job, local_date, step) do update set started_at = excluded.started_at, moved_at = null, finished_at = null, count = null, superseded_at = null
      where job_run.finished_at is null or ${again}
    returning 1`;
  return rows.length > 0;
}

/** Notes how far a step has come, for the log and the Jobs page. */
function reporter(deps: Deps, localDate: string, step: string): Report {
  return async (count) => {
    deps.log.info({ job: 'nightly', localDate, step, count }, 'nightly step under way');
    await run(deps.db, 'job-run.progress')`
      update job_run set count = ${count}, moved_at = ${timestamp(deps.clock)}
      where job = 'nightly' and local_date = ${localDate} and step = ${step} and finished_at is null`;
  };
}

async function finish(deps: Deps, localDate: string, step: string, count: number): Promise<void> {
  await run(deps.db, each('nightly.finish'))`
    update job_run set finished_at = ${timestamp(deps.clock)}, count = ${count}
    where job = 'nightly' and local_date = ${localDate} and step = ${step}`;
}
