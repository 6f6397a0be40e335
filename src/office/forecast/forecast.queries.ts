import { aside } from '../../shared/aside.ts';
import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { Problem } from '../../shared/problem.ts';
import { deviceKinds } from '../../stock/devices/device-kinds.rules.ts';
import { type Forecast, forecastOf, weeksAhead } from './forecast.rules.ts';
import type { ForecastQuery } from './forecast.schemas.ts';
import { readHistory } from './history.queries.ts';
import type { Wishes } from './simulation.rules.ts';

/**
 * The forecast of the coming half-year as of today, as it is and as it would be with what is wished. It is worked out
 * in a thread of its own, so that nobody waits for it.
 */
export async function readForecast(deps: Deps, query: ForecastQuery): Promise<Forecast> {
  const day = today(deps.clock);
  const { history, known } = await readHistory(deps.db, day, weeksAhead);
  const module = new URL('./forecast.rules.ts', import.meta.url);
  return aside(module, { forecastOf }, [day, history, known, wishesOf(query)], () => new Problem('busy'));
}

/** What is wished; null where nothing is. */
export function wishesOf({
  hours = 0,
  referrals = 0,
  loanWeeks = 0,
  ...query
}: ForecastQuery): Wishes | null {
  const devices = Object.fromEntries(
    deviceKinds.flatMap((kind) => (query[kind] ? [[kind, query[kind]]] : [])),
  );
  const nothing = !hours && !referrals && !loanWeeks && Object.keys(devices).length === 0;
  return nothing ? null : { devices, hours, referrals, loanWeeks };
}
