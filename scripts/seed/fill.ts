import type pg from 'pg';
import { lifeSteps } from './lives.ts';
import { loanSteps } from './loans.ts';
import { loanPlanSteps, peopleSteps } from './people.ts';
import type { Size, Step } from './steps.ts';
import { stockSteps } from './stock.ts';
import { storySteps } from './story.ts';
import { supportSteps } from './support.ts';

/**
 * Fills a database with so many devices, twice as many loans over four years, and all that hangs on
 * them, in one transaction. Made-up people, and phone numbers of the drama range alone.
 * @param mark name of the organisation by which the database is known as a seeded one
 * @param log hears each part as it is done, with its seconds
 */
export async function fill(
  client: pg.Client,
  size: Size,
  mark: string,
  log: (line: string) => void = () => {},
): Promise<void> {
  const { devices } = size;
  const run = async ({ name, text, values }: Step) => {
    const start = performance.now();
    const statements = text.split(/;\s*$/m).filter((part) => part.trim());
    // Only one statement of a step has parameters: it is the one that names them.
    for (const statement of joinBodies(statements))
      await client.query(statement, statement.includes('$1') && values ? values : undefined);
    log(`${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
  };
  await client.query('begin');
  await client.query(
    `set local jit = off; set local work_mem = '128MB'; set local maintenance_work_mem = '128MB'`,
  );
  try {
    await client.query(
      'insert into organisation (id, name, roles, created_at, changed_at) values (new_id(), $1, $2, now(), now())',
      [mark, ['support_partner']],
    );
    for (const step of stockSteps(size, await take(devices), await take(Math.ceil(devices / 40))))
      await run(step);
    for (const step of loanPlanSteps(size, await take(devices * 2 + 1000))) await run(step);
    for (const step of peopleSteps(size, await take(devices * 3))) await run(step);
    const rest = [
      ...loanSteps(size),
      ...lifeSteps(size, {
        incident: await take(devices),
        stocktake: await take(60),
      }),
      ...supportSteps(size),
      ...storySteps(),
    ];
    for (const step of rest) await run(step);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }

  /** So many numbers for codes that follow each other; the first of them. */
  async function take(count: number): Promise<number> {
    const { rows } = await client.query<{ first: string }>(
      `select min(n) as first from (select nextval('code_number') as n from generate_series(1, $1::int)) x`,
      [count],
    );
    return Number(rows[0]!.first);
  }
}

/** A function's body has semicolons of its own: what lies between its quotes stays together. */
function joinBodies(parts: string[]): string[] {
  return parts.reduce<string[]>((joined, part) => {
    const last = joined.at(-1);
    if (last !== undefined && (last.match(/\$\$/g)?.length ?? 0) % 2)
      joined[joined.length - 1] = `${last};${part}`;
    else joined.push(part);
    return joined;
  }, []);
}
