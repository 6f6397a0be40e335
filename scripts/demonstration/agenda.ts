import { sql } from 'kysely';
import { Temporal } from 'temporal-polyfill';
import { addDays, fixedClock, today, zone } from '../../src/shared/clock.ts';
import type { Deps } from '../../src/shared/deps.ts';

/** Something that was done on a day; `deps` has the clock of that moment. */
type Job = (deps: Deps) => Promise<unknown>;
export type Agenda = Awaited<ReturnType<typeof createAgenda>>;

/**
 * The past, day by day: what is put on it is done through the commands in the order of its dates,
 * with a clock that stands at that moment. It ends with the last working day before today.
 */
export async function createAgenda(deps: Deps, daysBack: number) {
  const start = addDays(today(deps.clock), -daysBack);
  const workingDays = await workingDaysBetween(deps, start, addDays(today(deps.clock), -1));
  const jobs = new Map<string, Map<string, { inTurn: Job[]; sideBySide: Job[] }>>();

  /** The working day on or before so many days ago; at the latest the last one. */
  const daysAgo = (days: number): string => {
    const date = addDays(today(deps.clock), -days);
    return workingDays.findLast((day) => day <= date) ?? workingDays[0]!;
  };
  /** So many working days after a date; null when that is still ahead. */
  const later = (date: string, days: number): string | null =>
    workingDays[workingDays.findIndex((day) => day >= date) + days] ?? null;

  return {
    workingDays,
    lastDay: workingDays.at(-1)!,
    daysAgo,
    later,
    /**
     * Puts a job on a working day at a time of day, `HH:MM`; ahead of now there is nothing to do. Jobs
     * side by side may not draw from chance, number things or put more jobs on the agenda.
     */
    at(date: string | null, time: string, job: Job, how: 'inTurn' | 'sideBySide' = 'inTurn'): void {
      if (!date || date > workingDays.at(-1)!) return;
      const day = jobs.get(date) ?? new Map<string, { inTurn: Job[]; sideBySide: Job[] }>();
      const together = day.get(time) ?? { inTurn: [], sideBySide: [] };
      together[how].push(job);
      jobs.set(date, day.set(time, together));
    },
    async run(): Promise<void> {
      for (const day of workingDays) {
        // Jobs put later ones on the same day.
        const next = (after: string) =>
          [...(jobs.get(day)?.keys() ?? [])].filter((time) => time > after).sort()[0];
        for (let time = next(''); time; time = next(time)) {
          const { inTurn, sideBySide } = jobs.get(day)!.get(time)!;
          for (const [place, job] of inTurn.entries())
            await job({ ...deps, clock: clockAt(day, time, place) });
          await Promise.all(
            sideBySide.map((job, place) => job({ ...deps, clock: clockAt(day, time, place) })),
          );
        }
      }
    },
  };
}

/** A few minutes apart for what is done at one time of day. */
function clockAt(day: string, time: string, place: number) {
  const plainTime = Temporal.PlainTime.from(time).add({
    minutes: (place * 7) % 50,
    seconds: (place * 17) % 60,
  });
  return fixedClock(
    Temporal.PlainDate.from(day).toZonedDateTime({ timeZone: zone, plainTime }).toInstant().toString(),
  );
}

async function workingDaysBetween(deps: Deps, from: string, to: string): Promise<string[]> {
  const { rows } = await sql<{ day: string }>`
    select distinct working_day_from(d::date) as day from generate_series(${from}::date, ${to}::date, interval '1 day') d
    where working_day_from(d::date) <= ${to}::date order by day`.execute(deps.db);
  return rows.map(({ day }) => day);
}
