import { sql } from 'kysely';
import { own } from '../shared/asker.ts';
import type { Reader } from '../shared/database.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { many, one } from '../shared/statements.ts';
import { factorKinds } from './factor.rules.ts';

export const Factor = {
  id: col.text,
  kind: col.oneOf(factorKinds),
  name: col.text,
  createdAt: col.text,
  usedAt: col.orNull(col.text),
};
export type Factor = RowOf<typeof Factor>;

/** The second steps that someone has, the oldest first. */
export async function factorsOf(db: Reader, staffId: string): Promise<Factor[]> {
  return many(db, 'factor.list', Factor)`
    select id, kind, name, created_at as "createdAt", used_at as "usedAt" from factor
    where ${own(sql`staff_id = ${staffId}`)} and removed_at is null order by created_at, id`;
}

/** How someone stands: what they can show, whether their role must, and how many recovery codes are left. */
export async function standingOf(db: Reader, staffId: string) {
  return one(db, 'factor.standing', {
    name: col.text,
    email: col.text,
    hasPassword: col.boolean,
    kinds: col.listOf(col.oneOf(factorKinds)),
    isWanted: col.boolean,
    recoveryCodes: col.number,
  })`
    select p.name, p.email, p.password_hash is not null as "hasPassword",
      coalesce((select json_agg(distinct f.kind) from factor f where f.staff_id = p.id and f.removed_at is null), '[]') as kinds,
      p.role = any ((select factor_roles from sign_in_policy)::text[]) as "isWanted",
      (select count(*)::int from recovery_code r where r.staff_id = p.id and r.used_at is null) as "recoveryCodes"
    from staff p where ${own(sql`p.id = ${staffId}`)}`;
}
