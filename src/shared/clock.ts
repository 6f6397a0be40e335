import { Temporal } from 'temporal-polyfill';

export const zone = 'Europe/London';

/** The time, as commands and rules see it; tests and demonstration data give another one. */
export type Clock = { now(): Temporal.Instant };

export const systemClock: Clock = { now: () => Temporal.Now.instant() };

/** A clock that stands still at an instant until it is moved, or goes on by some milliseconds with each reading. */
export function fixedClock(at: string): Clock & { set(at: string): void; goOn(milliseconds: number): void } {
  let instant = Temporal.Instant.from(at);
  let step = 0;
  return {
    now() {
      const read = instant;
      instant = instant.add({ milliseconds: step });
      return read;
    },
    set(next) {
      instant = Temporal.Instant.from(next);
    },
    goOn(milliseconds) {
      step = milliseconds;
    },
  };
}

/** The civil date in London, `YYYY-MM-DD`. */
export function today(clock: Clock): string {
  return clock.now().toZonedDateTimeISO(zone).toPlainDate().toString();
}

/** The present minute in London, `YYYY-MM-DDTHH:MM`. */
export function civilTime(clock: Clock): string {
  return clock.now().toZonedDateTimeISO(zone).toPlainDateTime().toString({ smallestUnit: 'minute' });
}

/** The present instant as ISO 8601 with milliseconds, for a `timestamptz` column. */
export function timestamp(clock: Clock): string {
  return new Date(clock.now().epochMilliseconds).toISOString();
}

/** An instant as `timestamp` writes the present one. */
export function iso(instant: Temporal.Instant): string {
  return instant.toString({ smallestUnit: 'millisecond' });
}

/** The civil date of an instant in London, `YYYY-MM-DD`. */
export function civilDate(instant: string): string {
  return Temporal.Instant.from(instant).toZonedDateTimeISO(zone).toPlainDate().toString();
}

/** Adds whole days to a civil date. */
export function addDays(date: string, days: number): string {
  return Temporal.PlainDate.from(date).add({ days }).toString();
}

/** The instant of a civil date and a time of day in London, as ISO 8601; a time that the spring skips is an hour later. */
export function instantOf(date: string, time: string): string {
  return iso(Temporal.PlainDateTime.from(`${date}T${time}`).toZonedDateTime(zone).toInstant());
}
