import { AsyncLocalStorage } from 'node:async_hooks';
import { type RawBuilder, sql } from 'kysely';
import { isId } from './ids.ts';

/** In whose name the database is read, where it shows them nothing but their own: a clinic, or a supporter. */
export type Asker = { role: 'lendwell_clinic' | 'lendwell_supporter'; id: string };

const asking = new AsyncLocalStorage<Asker | undefined>();

/** In whose name is read just now; undefined where everything may be read. */
export const askerNow = (): Asker | undefined => asking.getStore();

/**
 * Does work in which every statement outside of a transaction reads as this asker: it sees rows of theirs, and writes
 * nothing. Transactions are those of commands, which meet other people's rows, and see everything.
 */
export const inTheNameOf = <T>(asker: Asker, work: () => T): T => asking.run(asker, work);

/** Does work that reads and writes everything, whoever asks. Whatever reads so says why. */
export const seeingAll = <T>(work: () => T): T => asking.run(undefined, work);

/** Begins a transaction that reads in the name of the asker, in one text. @throws Error for what is no id */
export function beginsAs({ role, id }: Asker): string {
  if (!isId(id)) throw new Error('Only an id can ask');
  return `begin read only; set local role ${role}; set local lendwell.asker = '${id}'`;
}

/**
 * A condition of a query by which a clinic or a supporter is shown their own and nothing else. Row-level security holds
 * the same: its tests find the condition by this mark, and take it away.
 */
export const own = (condition: RawBuilder<unknown>) => sql<boolean>`/* own */ (${condition})`;
