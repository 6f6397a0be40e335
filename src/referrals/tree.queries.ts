import { sql } from 'kysely';
import type { Reader } from '../shared/database.ts';
import { etagOf } from '../shared/etag.ts';
import { Problem } from '../shared/problem.ts';
import { col } from '../shared/rows.ts';
import { many, maybe, one } from '../shared/statements.ts';
import { Rule, Tree, TreeSummary } from './tree.schemas.ts';

const told = sql`v.version, v.status, jsonb_array_length(v.rules) as "ruleCount", v.made_by as "madeBy", v.made_at as "madeAt", v.changed_by as "changedBy",
  v.changed_at as "changedAt", v.published_by as "publishedBy", v.published_at as "publishedAt", v.note`;

/** The versions of what is suggested, the newest first, a draft before all. */
export async function listTrees(db: Reader): Promise<TreeSummary[]> {
  return many(
    db,
    'tree.list',
    TreeSummary.properties,
  )`select ${told} from suggestion_tree v order by version desc`;
}

/**
 * One version with its rules; without a number, the newest that is published.
 * @throws Problem `not-found`
 */
export async function getTree(db: Reader, version?: number): Promise<Tree> {
  const which = version === undefined ? sql`v.status = 'published'` : sql`v.version = ${version}::int`;
  const row = await maybe(db, version === undefined ? 'tree.published' : 'tree.get', Tree.properties)`
    select ${told}, v.rules, (select max(b.version) from suggestion_tree b where b.version < v.version) as before
    from suggestion_tree v where ${which} order by v.version desc limit 1`;
  if (!row) throw new Problem('not-found');
  return row;
}

/** The rules by which it is suggested now, with the number of their version. */
export async function rulesInUse(db: Reader): Promise<{ version: number; rules: Tree['rules'] }> {
  return one(db, 'tree.in-use', { version: col.number, rules: col.listOf(Rule) })`
    select version, rules from suggestion_tree where status = 'published' order by version desc limit 1`;
}

/** The state of a version, for If-Match. */
export const treeTag = ({ version, status, changedAt, rules }: Tree): string =>
  etagOf(`suggestion-tree ${version} ${status}`, `${changedAt} ${JSON.stringify(rules)}`);
