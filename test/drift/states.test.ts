import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type RawBuilder, sql } from 'kysely';
import t from 'tap';
import { contactable } from '../../src/messages/reminder.queries.ts';
import { type ContactWishes, mayContact } from '../../src/people/reach.rules.ts';
import { testDatabase } from '../helpers/database.ts';

// A condition that is asked in SQL and in TypeScript says the same in both, and has one name.

type State = {
  (alias: string): RawBuilder<boolean>;
  statuses: readonly string[];
  of(status: string): boolean;
};

const root = path.join(import.meta.dirname, '../..');
const { db } = await testDatabase(t);
const states: { name: string; state: State }[] = [];
for (const file of globSync('src/**/*.states.ts', { cwd: root }))
  for (const [name, state] of Object.entries((await import(path.join(root, file))) as Record<string, State>))
    states.push({ name: `${name} of ${file}`, state });
const listed = states.filter(({ state }) => state.statuses);

t.test('a state is the same in SQL and in TypeScript', async (t) => {
  t.ok(listed.length > 10);
  const all = [...new Set(listed.flatMap(({ state }) => state.statuses)), 'none of them'];
  for (const { name, state } of listed) {
    const { rows } = await sql<{ status: string; is: boolean }>`
      select x.status, ${state('x')} as is
      from (select status, status as kind, case when status <> 'on_loan' then now() end as ended_at from unnest(${all}::text[]) s (status)) x`.execute(
      db,
    );
    for (const { status, is } of rows) t.equal(is, state.of(status), `${name}: ${status}`);
    t.ok(
      rows.some(({ is }) => is),
      name,
    );
  }
});

t.test('its statuses are literals, so that partial indexes are found', (t) => {
  for (const { name, state } of states) t.same(sql`${state('x')}`.compile(db).parameters, [], name);
  t.end();
});

t.test('statuses that have a name are asked by it', (t) => {
  const named = new Set(listed.map(({ state }) => [...state.statuses].sort().join()));
  for (const file of globSync('src/**/*.ts', { cwd: root, exclude: ['**/*.states.ts'] }))
    for (const [found, list = ''] of readFileSync(path.join(root, file), 'utf8').matchAll(
      /status in \(((?:'\w+'(?:, )?)+)\)/g,
    ))
      t.notOk(named.has((list.match(/\w+/g) ?? []).sort().join()), `${file}: ${found}`);
  t.end();
});

t.test('whoever may be contacted is the same in SQL and in TypeScript', async (t) => {
  const today = '2026-11-23';
  const wishes = (['any_safe', 'patient_contacts_us'] as const).flatMap((contactChoice) =>
    (['open', 'paused', 'withdrawn', 'deceased'] as const).flatMap((contactState) =>
      [null, '2026-11-22', today, '2026-11-24'].map(
        (pausedUntil): ContactWishes => ({ contactChoice, contactState, pausedUntil }),
      ),
    ),
  );
  const { rows } = await sql<{ may: boolean | null }>`
    select ${contactable(today)} as may
    from unnest(${wishes.map(({ contactChoice }) => contactChoice)}::text[], ${wishes.map(({ contactState }) => contactState)}::text[],
      ${wishes.map(({ pausedUntil }) => pausedUntil)}::date[]) with ordinality p (contact_choice, contact_state, paused_until, place)
    order by p.place`.execute(db);
  t.equal(rows.length, 32);
  wishes.forEach((one, place) => {
    t.equal(rows[place]!.may === true, mayContact(one, today), JSON.stringify(one));
  });
  t.equal(wishes.filter((one) => mayContact(one, today)).length, 6);
});
