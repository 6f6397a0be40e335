import type { Reader } from '../shared/database.ts';
import { each, many, maybe } from '../shared/statements.ts';

export type SavedView = { id: string; name: string; query: string };

/** Someone's own views of a list, by name. */
export async function listViews(db: Reader, staffId: string, list: string): Promise<SavedView[]> {
  return many(
    db,
    each('saved-view.list'),
    db
      .selectFrom('saved_view')
      .select(['id', 'name', 'query'])
      .where('staff_id', '=', staffId)
      .where('list', '=', list)
      .orderBy('name'),
  );
}

/** The list that a view of someone's is of; undefined when it is not theirs, or is gone. */
export async function listOfView(db: Reader, staffId: string, id: string): Promise<string | undefined> {
  const row = await maybe(
    db,
    'saved-view.list-of',
    db.selectFrom('saved_view').select('list').where('staff_id', '=', staffId).where('id', '=', id),
  );
  return row?.list;
}
