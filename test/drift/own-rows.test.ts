import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import t from 'tap';
import { testDatabase } from '../helpers/database.ts';

const { ownerUrl } = await testDatabase(t);
const owner = new pg.Client(ownerUrl);
await owner.connect();
t.teardown(() => owner.end());

/** What holds nothing about a person or a clinic, and what of it those roles may read. */
const ofNobody = [
  'lendwell_supporter device asset_tag,id,kind,make,model',
  'lendwell_supporter day_off',
  'lendwell_supporter location id,kind,name',
  'lendwell_supporter page_topic',
  'lendwell_supporter instrument',
  'lendwell_supporter instrument_version',
  'lendwell_supporter guide',
  'lendwell_supporter guide_version',
  'lendwell_supporter scheme',
  'lendwell_supporter sign_in_policy',
  'lendwell_supporter signpost',
];

/** What the roles that read in someone’s name may read without a policy that narrows it; `columns`: where it is not all. */
async function unheld(): Promise<string[]> {
  const { rows } = await owner.query<{ found: string }>(`
    select concat_ws(' ', role, relname, columns) as found
    from unnest(array['lendwell_clinic', 'lendwell_supporter']) role, pg_class c, lateral (
      select case when not has_table_privilege(role, c.oid, 'select') then string_agg(attname, ',' order by attname) end as columns
      from pg_attribute where attrelid = c.oid and attnum > 0 and has_column_privilege(role, c.oid, attnum, 'select')) a
    where relkind in ('r', 'p', 'v', 'm', 'f') and relnamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
      and has_any_column_privilege(role, c.oid, 'select')
      and not (relrowsecurity and exists (select from pg_policy where polrelid = c.oid and role::regrole = any(polroles) and polcmd = 'r'))`);
  return rows.map(({ found }) => found).sort();
}

t.test('a clinic and a supporter read no table but by a policy, or what is of nobody', async (t) => {
  t.same(await unheld(), ofNobody.sort());
});

t.test('a new table is closed to them, and is found once it is opened without a policy', async (t) => {
  const roles = 'lendwell_clinic, lendwell_supporter';
  await owner.query('begin');
  await owner.query(
    'create table patient_wish (id uuid primary key, patient_id uuid not null references patient)',
  );
  t.same(await unheld(), ofNobody.sort());
  await owner.query(`grant select (patient_id) on patient_wish to ${roles}`);
  t.same(
    (await unheld()).filter((found) => !ofNobody.includes(found)),
    ['lendwell_clinic patient_wish patient_id', 'lendwell_supporter patient_wish patient_id'],
  );
  await owner.query('alter table patient_wish enable row level security');
  t.equal((await unheld()).length, ofNobody.length + 2);
  await owner.query(`create policy own on patient_wish for select to ${roles} using (false)`);
  t.same(await unheld(), ofNobody.sort());
  await owner.query('rollback');
});

t.test('a policy that lets everything through is the application’s alone', async (t) => {
  const { rows } = await owner.query(`
    select relname, polname, polroles::regrole[]::text[] as roles from pg_policy join pg_class c on c.oid = polrelid
    where pg_get_expr(polqual, polrelid) = 'true' or 0 = any(polroles)`);
  t.ok(rows.length > 20);
  for (const { relname, polname, roles } of rows)
    t.same([polname, roles], ['everything', ['lendwell_app']], relname);
});

t.test('what policies call leaves the plans of everyone else as they are', async (t) => {
  const { rows } = await owner.query(`
    select distinct proname, proparallel, provolatile from pg_depend join pg_proc p on p.oid = refobjid
    where classid = 'pg_policy'::regclass and refclassid = 'pg_proc'::regclass order by 1`);
  // Whatever is not parallel safe in a policy keeps all plans of its table from being parallel, also where it is not asked.
  t.same(rows, [
    { proname: 'asker', proparallel: 's', provolatile: 's' },
    { proname: 'supports', proparallel: 's', provolatile: 's' },
  ]);
});

t.test('what is read beyond what is theirs is known, each for a reason that SECURITY.md tells', async (t) => {
  const root = path.join(import.meta.dirname, '../..');
  const uses = globSync('src/**/*.ts', { cwd: root }).flatMap((file) =>
    [...readFileSync(path.join(root, file), 'utf8').matchAll(/\bseeingAll\(/g)].map(() => file),
  );
  t.same(uses.sort(), [
    'src/access/giving-on.queries.ts',
    // Whoever is neither a clinic nor a supporter.
    'src/access/own-rows.ts',
    'src/people/asking.queries.ts',
    'src/people/doubt.queries.ts',
    'src/referrals/referral.queries.ts',
    // The name and the contact of the scheme, which a process keeps for all.
    'src/scheme/scheme.queries.ts',
    // What writes.
    'src/shared/statements.ts',
    'src/support/measures/measure.queries.ts',
    'src/support/measures/measure.queries.ts',
  ]);
});

t.test('those roles sign in nowhere, own nothing and write nothing', async (t) => {
  const { rows } = await owner.query(`
    select rolname, rolcanlogin, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb,
      (select count(*)::int from pg_class where relowner = r.oid) as owns,
      (select count(*)::int from pg_class, aclexplode(relacl) where grantee = r.oid and privilege_type <> 'SELECT') as writes,
      (select count(*)::int from pg_attribute, aclexplode(attacl) where grantee = r.oid and privilege_type <> 'SELECT') as "writesColumns",
      (select count(*)::int from pg_auth_members where member = r.oid) as "is"
    from pg_roles r where rolname in ('lendwell_clinic', 'lendwell_supporter') order by 1`);
  const nothing = {
    rolcanlogin: false,
    rolsuper: false,
    rolbypassrls: false,
    rolcreaterole: false,
    rolcreatedb: false,
    owns: 0,
    writes: 0,
    writesColumns: 0,
    is: 0,
  };
  t.same(rows, [
    { rolname: 'lendwell_clinic', ...nothing },
    { rolname: 'lendwell_supporter', ...nothing },
  ]);
});
