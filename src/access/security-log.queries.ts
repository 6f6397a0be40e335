import { sql } from 'kysely';
import { own } from '../shared/asker.ts';
import type { Reader } from '../shared/database.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { many } from '../shared/statements.ts';
import { securityKind, securityKindNames } from './security-log.rules.ts';

const OwnEvent = {
  at: col.text,
  kind: col.oneOf(securityKindNames),
  about: col.orNull(col.text),
  address: col.text,
  browser: col.text,
};

/** What happened with someone's account of late, the newest first. */
export async function ownSecurityEvents(
  db: Reader,
  staffId: string,
): Promise<(RowOf<typeof OwnEvent> & { line: string })[]> {
  const rows = await many(db, 'security.own', OwnEvent)`
    select at, kind, about, address, browser from security_event where ${own(sql`staff_id = ${staffId}`)} order by at desc, id desc limit 20`;
  return rows.map((row) => ({ ...row, line: securityKind(row.kind).line(row.about) }));
}
