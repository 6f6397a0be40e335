import type { Actor } from '../../shared/actor.ts';
import type { Reader } from '../../shared/database.ts';
import type { Deps } from '../../shared/deps.ts';
import { Problem } from '../../shared/problem.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { many, maybe } from '../../shared/statements.ts';
import { type Halves, type PaperContent, paperReports } from './paper.rules.ts';
import { readReport } from './report.queries.ts';

const Line = { id: col.text, from: col.text, to: col.text, madeOn: col.text, madeBy: col.text };
const Paper = {
  id: col.text,
  from: col.text,
  to: col.text,
  madeOn: col.text,
  content: col.unchecked<PaperContent>(),
};
export type Paper = RowOf<typeof Paper>;

/** The latest papers that were made, the last first. */
export async function listPapers(db: Reader): Promise<RowOf<typeof Line>[]> {
  return many(db, 'paper.list', Line)`
    select id, to_char(starts_on, 'YYYY-MM-DD') as "from", to_char(ends_on, 'YYYY-MM-DD') as "to", to_char(made_on, 'YYYY-MM-DD') as "madeOn", made_by as "madeBy"
    from paper order by made_on desc, ends_on desc limit 30`;
}

/** @throws Problem `not-found` */
export async function getPaper(db: Reader, id: string): Promise<Paper> {
  const row = await maybe(db, 'paper.get', Paper)`
    select id, to_char(starts_on, 'YYYY-MM-DD') as "from", to_char(ends_on, 'YYYY-MM-DD') as "to", to_char(made_on, 'YYYY-MM-DD') as "madeOn", content
    from paper where id = ${id}`;
  if (!row) throw new Problem('not-found');
  return row;
}

/** The reports of both half-years of a paper, each as it leaves the scheme: the same that the report's page shows. */
export async function readPaperReports(
  deps: Deps,
  actor: Actor,
  halves: Halves,
): Promise<PaperContent['halves']> {
  const read = async (half: Halves[number]) => {
    const found = [];
    for (const name of paperReports)
      found.push(await readReport(deps, actor, name, { ...half, suppressed: true }));
    return found;
  };
  return [await read(halves[0]), await read(halves[1])];
}
