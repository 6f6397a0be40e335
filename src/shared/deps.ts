import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import type { Clock } from './clock.ts';
import type { DB } from './database.types.ts';
import type { EventDefinitions } from './event-definitions.ts';
import type { FollowOn } from './follow-on.ts';

/** What commands, queries and jobs are given. */
export type Deps = {
  config: Config;
  db: Kysely<DB>;
  clock: Clock;
  log: Logger;
  /** What stored tokens are hashed with and secrets are sealed with, as `openDataKey` opens it. */
  key: string;
  /** Everything that can happen, as `src/events.ts` lists it. */
  events: EventDefinitions;
  /** What follows from it, as `src/follow-on.ts` has it. */
  followOn: FollowOn;
};
