import { createHash } from 'node:crypto';
import { aside } from '../../shared/aside.ts';
import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { keeps } from '../../shared/kept.ts';
import { Problem } from '../../shared/problem.ts';
import { deviceKinds } from '../../stock/devices/device-kinds.rules.ts';
import { type Ahead, aheadOfDay, type Forecast, forecastOf, weeksAhead, whatIfOf } from './forecast.rules.ts';
import type { ForecastQuery } from './forecast.schemas.ts';
import { readHistory } from './history.queries.ts';
import type { Wishes } from './simulation.rules.ts';

const module = new URL('./forecast.rules.ts', import.meta.url);
const tooMuch = () => new Problem('busy');
const keep = keeps<Ahead>(4);

/**
 * The forecast of the coming half-year as of today, as it is and as it would be with what is wished. It is worked out
 * in a thread of its own, so that nobody waits for it. What it is without a wish is kept by all that it is made from:
 * the history as it was when the day began changes in the day only where something is written down late, and then it
 * is worked out anew.
 */
export async function readForecast(deps: Deps, query: ForecastQuery): Promise<Forecast> {
  const day = today(deps.clock);
  const { history, known } = await readHistory(deps.db, day, weeksAhead);
  const { minutes } = known;
  const from = createHash('sha256')
    .update(JSON.stringify([day, history, minutes]))
    .digest('hex');
  const ahead = await keep(from, () => aside(module, { aheadOfDay }, [day, history, minutes], tooMuch));
  const wishes = wishesOf(query);
  const whatIf = wishes ? await aside(module, { whatIfOf }, [day, ahead, minutes, wishes], tooMuch) : {};
  return forecastOf(day, known, ahead, whatIf);
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
