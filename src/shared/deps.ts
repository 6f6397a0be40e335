import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import type { Clock } from './clock.ts';
import type { DB } from './database.types.ts';
import type { EventDefinitions } from './event-definitions.ts';
import type { FollowOn } from './follow-on.ts';

/** What `npm start` knows of the demonstration that it made: the ways in, and addresses of pages that need no sign-in. */
export type Demonstration = {
  staff: { role: string; email: string; password: string }[];
  links?: { clinicForm?: string | undefined; patientAnswer?: string | undefined } | undefined;
};

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
  /** There only where `npm start` made a demonstration and runs it: no setting makes one. */
  demonstration?: Demonstration | undefined;
};
