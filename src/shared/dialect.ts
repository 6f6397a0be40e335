import {
  AbortedTransactionError,
  type DatabaseConnection,
  type Dialect,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from 'kysely';
import type pg from 'pg';
import { type Asker, askerNow, beginsAs } from './asker.ts';
import { labelOf, type Name, type NamedQuery } from './statements.ts';

/** Hears what a statement gave, where rows are held to what it says of them. */
export type RowsHeard = (query: NamedQuery, rows: unknown[]) => void;

type Connection = DatabaseConnection & {
  client: pg.PoolClient;
  /** In whose name its next statement is to read, unless a transaction begins before. */
  asker: Asker | undefined;
  /** Whether a transaction is open that reads in someone's name. */
  isNarrow: boolean;
};

/**
 * PostgreSQL for Kysely, with statements that have names: they are prepared. In a transaction they keep one plan
 * for all parameters, see `Name`. Outside of one they read in the name of whoever asks, see `inTheNameOf`.
 */
export function createDialect(pool: pg.Pool, heard?: RowsHeard): Dialect {
  const connections = new WeakMap<pg.PoolClient, Connection>();
  const broken = new WeakSet<Connection>();
  const send = (connection: DatabaseConnection, text: string) =>
    (connection as Connection).client.query(text);
  return {
    createAdapter: () => new PostgresAdapter(),
    createQueryCompiler: () => new PostgresQueryCompiler(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createDriver: () => ({
      async init() {},
      async acquireConnection() {
        const asker = askerNow();
        const client = await pool.connect();
        const connection = connections.get(client) ?? connectionOf(client, heard);
        connections.set(client, connection);
        return Object.assign(connection, { asker });
      },
      async beginTransaction(connection, { isolationLevel, accessMode }) {
        if (isolationLevel || accessMode)
          throw new Error('Transactions have the one isolation that commands are written for');
        (connection as Connection).asker = undefined;
        await send(connection, 'begin; set local plan_cache_mode = force_generic_plan');
      },
      async commitTransaction(connection) {
        const { command } = await send(connection, 'commit');
        // A statement failed, and what was to be done next went on as if it had not: nothing was kept.
        if (command === 'ROLLBACK') throw new AbortedTransactionError();
      },
      async rollbackTransaction(connection) {
        try {
          await send(connection, 'rollback');
        } catch (error) {
          broken.add(connection as Connection);
          throw error;
        }
      },
      async releaseConnection(connection) {
        const own = connection as Connection;
        if (!own.isNarrow) return own.client.release(broken.has(own));
        own.isNarrow = false;
        // It has only read: nobody waits for its end, but the connection goes to nobody else before.
        void own.client.query('commit').then(
          () => own.client.release(),
          () => own.client.release(true),
        );
      },
      async destroy() {
        await pool.end();
      },
    }),
  };
}

function connectionOf(client: pg.PoolClient, heard: RowsHeard | undefined): Connection {
  return {
    client,
    asker: undefined,
    isNarrow: false,
    async executeQuery<T>(query: NamedQuery) {
      const { name } = query;
      if (this.asker && !this.isNarrow) {
        this.isNarrow = true;
        await client.query(beginsAs(this.asker));
      }
      const { rows, rowCount, command } = await client.query(asked(query)).catch((error) => {
        // Whoever reads the log wants to know which statement it was.
        if (error instanceof Error && name)
          error.stack = error.stack?.replace('\n    at ', `\n    at statement ${labelOf(name)}\n    at `);
        throw error;
      });
      heard?.(query, rows);
      const writes = ['INSERT', 'UPDATE', 'DELETE', 'MERGE'].includes(command);
      return { rows: rows as T[], ...(writes && { numAffectedRows: BigInt(rowCount ?? 0) }) };
    },
    streamQuery() {
      throw new Error('Rows are read page by page');
    },
  };
}

/** What `pg` is asked: the name is in the text as well, for whoever watches the database. */
function asked({ name, sql, parameters }: NamedQuery): pg.QueryConfig {
  const values = [...parameters];
  if (!name) return { text: sql, values };
  const text = `/* ${labelOf(name)} */ ${sql}`;
  return typeof name === 'string' ? { name: preparedName(name, text), text, values } : { text, values };
}

/** Names of prepared statements by their text: one name may stand for variants of a statement. PostgreSQL tells 63 bytes apart. */
const preparedNames = new Map<string, string>();

function preparedName(name: Name, text: string): string {
  const known = preparedNames.get(text);
  if (known) return known;
  const made = `${preparedNames.size} ${name}`.slice(0, 63);
  preparedNames.set(text, made);
  return made;
}
