import { type Kysely, sql } from 'kysely';

/** Ways to look at a list that someone on the staff keeps for themselves: its filters and its order by a name. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table saved_view (
      id uuid primary key default new_id(),
      staff_id uuid not null references staff on delete cascade,
      list text not null check (list ~ '^/[a-z][a-z0-9/-]*$' and length(list) <= 100),
      name text not null check (length(name) between 1 and 40),
      query text not null check (length(query) between 1 and 500),
      unique (staff_id, list, name)
    );
    comment on table saved_view is 'A view of a list that someone keeps for themselves. It holds filters, which never name a person.';
    comment on column saved_view.list is 'The address of the list, such as /loans.';
    comment on column saved_view.query is 'Its filters and its order, as they stand in the address.';
    alter table saved_view enable row level security;
    create policy everything on saved_view to lendwell_app using (true);
    grant select on saved_view to lendwell_supporter;
    create policy supporters_own on saved_view for select to lendwell_supporter using (staff_id = asker());
  `.execute(db);
}
