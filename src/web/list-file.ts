import Type, { type Static, type TObject } from 'typebox';
import type { Context } from '../shared/actor.ts';
import { today } from '../shared/clock.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { callerOf, recordEvent } from '../shared/events.ts';
import type { App } from '../shared/http.ts';
import type { ListPage, listQuery } from '../shared/lists.ts';
import { fileFormats, sendTable } from '../shared/table-file.ts';
import type { ListName } from './list.events.ts';

type Cell = string | number | boolean | null | undefined;
type Paged = { limit: number; after?: string | undefined };
type ListFile<Query extends TObject, Item> = {
  /** What the file and the log call it. */
  name: ListName;
  /** The list’s address, where not as its name. */
  path?: string;
  /** What the list takes, with its paging; the file takes the same without. */
  query: Query;
  /** The headings, each with its value of an item. A file names nobody: a reference leads to the record. */
  columns: Record<string, (item: Item) => Cell>;
  /** The headings of civil dates. */
  dates?: readonly string[];
  list(query: Static<Query> & Paged, ctx: Context): Promise<ListPage<Item>>;
  count(query: Static<Query> & Paged, ctx: Context): Promise<number>;
};

/**
 * A list as a file, `…/export.csv` and `…/export.xlsx`: with the filters of the list, read page by page as it goes out, and who
 * took it with how many lines in the log.
 */
export function listFile<Query extends TObject<typeof listQuery>, Item>(
  app: App,
  deps: Deps,
  { name, path = `/${name}`, query, columns, dates = [], list, count }: ListFile<Query, Item>,
): void {
  const headings = Object.fromEntries(
    Object.keys(columns).map((heading) => [heading, dates.includes(heading) ? { date: heading } : heading]),
  );
  const filters = Type.Omit(query, ['limit', 'after']);

  for (const format of fileFormats)
    app.get(
      `${path}/export.${format}`,
      { config: { action: 'lists.export' }, schema: { querystring: filters } },
      async (request, reply) => {
        const asked = { ...(request.query as Static<Query>), limit: 200 };
        const lines = await count(asked, request.ctx);
        await command(deps, request.ctx, (work) =>
          recordEvent(work, {
            type: 'list.exported',
            subjects: callerOf(request.ctx),
            values: { kind: name, count: lines },
          }),
        );
        return sendTable(reply, format, {
          name: `${name}-${today(deps.clock)}`,
          columns: headings,
          rows: rows(asked, request.ctx),
        });
      },
    );

  async function* rows(asked: Static<Query> & Paged, ctx: Context) {
    let after: string | undefined;
    do {
      const page: ListPage<Item> = await list({ ...asked, after }, ctx);
      for (const item of page.items)
        yield Object.fromEntries(Object.entries(columns).map(([heading, of]) => [heading, inCell(of(item))]));
      after = page.next ?? undefined;
    } while (after);
  }
}

const inCell = (value: Cell) => (typeof value === 'boolean' ? (value ? 'Yes' : 'No') : value);
