import type pg from 'pg';

/** A column with its type, default and comment as the catalogue says them. */
export type Column = {
  table: string;
  name: string;
  type: string;
  required: boolean;
  default: string | null;
  identity: string;
  generated: string;
  comment: string | null;
};

/** A constraint; `kind` is that of pg_constraint: p, u, f, c or x. */
export type Constraint = {
  table: string;
  name: string;
  kind: string;
  columns: string[];
  definition: string;
  comment: string | null;
};

/** An index, a trigger, a function or a view: what it is called and how it is made. */
export type Made = { table: string; name: string; definition: string; comment: string | null };

/** What the application's role lacks of the four things that it may do with each other table, and has of a column. */
type Rights = { table: string; revoked: string[]; granted: string[] };

/** What a role that reads in someone's name may read of a table or a view; `columns` is empty where it is all of them. */
type NarrowRight = { table: string; role: string; columns: string };

/** A policy of row-level security; `command` is that of pg_policy: * for all, r for select. */
export type Policy = { table: string; name: string; command: string; role: string; condition: string };

type Table = { name: string; comment: string | null };

/** What the catalogue of a migrated database says, each list in a stable order. */
export type Catalogue = Awaited<ReturnType<typeof readCatalogue>>;

/** The tables that are ours: neither the queue's schema nor what remembers which migrations ran. */
const ours = `relnamespace = 'public'::regnamespace and relname not like 'kysely\\_%'`;

/** Reads what is in the schema `public` of a database. */
export async function readCatalogue(client: pg.Client) {
  const all = async <T extends object>(query: string) => (await client.query<T>(query)).rows;
  return {
    tables: await all<Table>(`
      select relname as name, obj_description(oid, 'pg_class') as comment from pg_class
      where relkind in ('r', 'p') and ${ours} order by relname collate "C"`),
    columns: await all<Column>(`
      select relname as table, attname as name, format_type(atttypid, atttypmod) as type, attnotnull as required,
        pg_get_expr(adbin, adrelid, true) as default, attidentity as identity, attgenerated as generated,
        col_description(c.oid, attnum) as comment
      from pg_class c join pg_attribute a on attrelid = c.oid and attnum > 0 and not attisdropped
        left join pg_attrdef d on d.adrelid = c.oid and d.adnum = attnum
      where relkind in ('r', 'p') and ${ours} order by relname collate "C", attnum`),
    constraints: await all<Constraint>(`
      select relname as table, conname as name, contype as kind, pg_get_constraintdef(t.oid, true) as definition,
        obj_description(t.oid, 'pg_constraint') as comment,
        array(select attname::text from unnest(conkey) with ordinality k (num, place)
          join pg_attribute on attrelid = conrelid and attnum = k.num order by place) as columns
      from pg_constraint t join pg_class c on c.oid = conrelid
      where contype in ('p', 'u', 'f', 'c', 'x') and ${ours}
      order by relname collate "C", position(contype::text in 'pufcx'), conname collate "C"`),
    indexes: await all<Made>(`
      select c.relname as table, i.relname as name, pg_get_indexdef(indexrelid, 0, true) as definition,
        obj_description(indexrelid, 'pg_class') as comment
      from pg_index join (select * from pg_class where ${ours}) c on c.oid = indrelid join pg_class i on i.oid = indexrelid
      where not exists (select from pg_constraint where conindid = indexrelid and contype in ('p', 'u', 'x'))
      order by c.relname collate "C", i.relname collate "C"`),
    triggers: await all<Made>(`
      select relname as table, tgname as name, pg_get_triggerdef(t.oid, true) as definition,
        obj_description(t.oid, 'pg_trigger') as comment
      from pg_trigger t join pg_class c on c.oid = tgrelid where not tgisinternal and ${ours}
      order by relname collate "C", tgname collate "C"`),
    rights: await all<Rights>(`
      select relname as table,
        array(select lower(p) from unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE']) p
          where not has_table_privilege('lendwell_app', c.oid, p)) as revoked,
        array(select lower(privilege_type) || ' (' || attname || ')' from pg_attribute, aclexplode(attacl)
          where attrelid = c.oid and grantee = 'lendwell_app'::regrole order by attnum, privilege_type) as granted
      from pg_class c where relkind in ('r', 'p') and ${ours} order by relname collate "C"`),
    narrowRights: await all<NarrowRight>(`
      select relname as table, grantee::regrole::text as role, coalesce(string_agg(quote_ident(attname), ', ' order by attnum), '') as columns
      from (
        select relname, grantee, null as attname, 0 as attnum from pg_class c, aclexplode(relacl)
        where relkind in ('r', 'p', 'v') and privilege_type = 'SELECT' and ${ours}
        union all
        select relname, grantee, attname, a.attnum from pg_class c join pg_attribute a on attrelid = c.oid, aclexplode(attacl)
        where privilege_type = 'SELECT' and ${ours}) r
      where grantee::regrole::text in ('lendwell_clinic', 'lendwell_supporter')
      group by 1, 2 order by relname collate "C", 2`),
    policies: await all<Policy>(`
      select relname as table, polname as name, polcmd as command, array_to_string(polroles::regrole[], ', ') as role,
        pg_get_expr(polqual, polrelid, true) as condition
      from pg_policy p join pg_class c on c.oid = polrelid where relrowsecurity and ${ours}
      order by relname collate "C", array_position(array['everything'], polname::text), polname collate "C"`),
    sequences: await all<Table>(`
      select relname as name, obj_description(c.oid, 'pg_class') as comment from pg_class c
      where relkind = 'S' and ${ours} and not exists (select from pg_depend where objid = c.oid and deptype = 'i')
      order by relname collate "C"`),
    views: await all<Made>(`
      select relname as table, relname as name, pg_get_viewdef(oid, true) as definition,
        obj_description(oid, 'pg_class') as comment
      from pg_class where relkind in ('v', 'm') and ${ours} order by relname collate "C"`),
    functions: await all<Made>(`
      select '' as table, proname as name, pg_get_functiondef(p.oid) as definition,
        obj_description(p.oid, 'pg_proc') as comment
      from pg_proc p where pronamespace = 'public'::regnamespace and prokind in ('f', 'p')
        and not exists (select from pg_depend where objid = p.oid and deptype = 'e')
      order by proname collate "C", pg_get_function_identity_arguments(p.oid) collate "C"`),
  };
}
