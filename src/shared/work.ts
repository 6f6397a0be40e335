import type { Context } from './actor.ts';
import { timestamp, today } from './clock.ts';
import type { Trx } from './database.ts';
import type { Deps } from './deps.ts';

/** What the steps of a command are given: its transaction, what they need, and who asks. */
export type Work = {
  trx: Trx;
  deps: Deps;
  ctx: Context;
  /** This instant, ISO 8601. It is read when it is asked for, so that what waited for a lock is not dated before it. */
  readonly at: string;
  /** This civil day in London. */
  readonly today: string;
};

/** The work of a transaction, in the name of whoever the context says. */
export function workIn(trx: Trx, deps: Deps, ctx: Context): Work {
  return {
    trx,
    deps,
    ctx,
    get at() {
      return timestamp(deps.clock);
    },
    get today() {
      return today(deps.clock);
    },
  };
}
