import { readFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import t from 'tap';
import { readCatalogue } from '../../scripts/schema/catalogue.ts';
import { broken, plainDefault, plainSql } from '../../scripts/schema/plain.ts';
import { schemaText } from '../../scripts/schema/text.ts';
import { pendingMigrations } from '../../src/shared/migrations.ts';
import { testDatabase } from '../helpers/database.ts';

const kept = readFileSync(path.join(import.meta.dirname, '../../migrations/schema.sql'), 'utf8');
const { db, ownerUrl } = await testDatabase(t);
const client = new pg.Client(ownerUrl);
await client.connect();
t.teardown(() => client.end());
const made = async () => schemaText(await readCatalogue(client));

t.test('schema.sql is what the migrations make, and no migration itself', async (t) => {
  t.equal(await made(), kept, '`npm run schema` mends it');
  t.same(await pendingMigrations(db), []);
});

t.test('whatever changes in the database changes it', async (t) => {
  for (const [change, line] of [
    [`comment on column loan.due_on is 'Said otherwise.'`, '+  -- Said otherwise.'],
    [`comment on table message is 'Now it says what it is.'`, '+-- Now it says what it is.'],
    [
      'alter table kit add worth numeric(8, 2) not null default 0',
      '+  worth numeric(8,2) not null default 0',
    ],
    [`alter table repair add check (id is not null)`, '+  id uuid primary key check (id is not null),'],
    ['alter table loan drop constraint loan_terms_id_fkey', '-  terms_id uuid references loan_terms,'],
    ['drop index device_by_status', '-create index device_by_status on device (status, id);'],
    ['drop trigger loan_of_who_stayed on loan', '-  execute function follow_the_merge();'],
    ['grant update on event to lendwell_app', '+revoke delete on event from lendwell_app;'],
    [
      'create or replace function refuse_change() returns trigger language plpgsql as $$ begin return new; end $$',
      '+create function refuse_change() returns trigger language plpgsql as $$ begin return new; end $$;',
    ],
  ] as const) {
    await client.query('begin');
    await client.query(change);
    const [before, after] = [kept, await made()].map((text) => text.split('\n'));
    await client.query('rollback');
    const count = (lines: string[]) => lines.filter((one) => one === line.slice(1)).length;
    t.equal(count(after!) - count(before!), line.startsWith('+') ? 1 : -1, change);
  }
});

t.test('SQL in plain words keeps what is in quotation marks', async (t) => {
  t.equal(
    plainSql(`CHECK (kind = ANY (ARRAY['A'::text, 'it''s = ANY (ARRAY[x])'::text]))`),
    `check (kind in ('A', 'it''s = ANY (ARRAY[x])'))`,
  );
  t.equal(
    plainSql(`CREATE INDEX "Odd Name" ON public.x USING btree (a) WHERE b <> ALL (ARRAY['NOT'::text])`),
    `create index "Odd Name" on x (a) where b not in ('NOT')`,
  );
  t.equal(plainDefault(`'{}'::text[]`), `'{}'`);
  t.equal(plainDefault(`'a'::text || 'b'::text`), `'a' || 'b'`);
});

t.test('a long line is broken where a part begins, and one without a joint stays', async (t) => {
  const word = 'x'.repeat(60);
  t.equal(broken(`  ${word} check (${word})`, '    '), `  ${word}\n    check (${word})`);
  t.equal(broken(`  ${word}${word}`, '    '), `  ${word}${word}`);
});
