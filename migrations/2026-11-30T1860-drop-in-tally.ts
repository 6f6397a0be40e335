import { type Kysely, sql } from 'kysely';

/** Who came to a drop-in without a name, what was looked at on devices that people share there, and what a supporter may read of it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table drop_in_visitor (
      id uuid primary key,
      drop_in_id uuid not null references drop_in,
      came_before boolean not null,
      age_band text check (age_band in ('under_25', '25_to_44', '45_to_64', '65_and_over')),
      topics text[] not null default '{}',
      at timestamptz not null
    );
    comment on table drop_in_visitor is 'Someone who came and is not known by name: a stroke of a tally, of whom nothing else is kept.';
    comment on column drop_in_visitor.came_before is 'Whether they said that they had been there before; who had not is a person whom drop-ins reached.';
    comment on column drop_in_visitor.age_band is 'As whoever was there guessed it; null where nobody said.';
    create index drop_in_visitor_drop_in on drop_in_visitor (drop_in_id, id);

    create table page_topic (
      id uuid primary key,
      name text not null,
      part_of uuid references page_topic,
      retired_at timestamptz,
      changed_at timestamptz not null
    );
    comment on table page_topic is 'What pages are about that people look at on devices they share, as the scheme counts it.';
    comment on column page_topic.part_of is 'The topic that it is a part of, which has no such topic itself.';
    create unique index page_topic_name on page_topic (lower(name));

    create table drop_in_pages (
      drop_in_id uuid not null references drop_in,
      topic_id uuid not null references page_topic,
      pages int not null check (pages > 0 and pages <= 100000),
      primary key (drop_in_id, topic_id)
    );
    comment on table drop_in_pages is 'How many pages were looked at at a drop-in, by topic. Addresses are kept nowhere.';
    create index drop_in_pages_topic on drop_in_pages (topic_id);

    alter table drop_in add shared_sessions int not null default 0
      constraint drop_in_shared_sessions_check check (shared_sessions >= 0 and shared_sessions <= 500);
    comment on column drop_in.shared_sessions is 'How many times a device that people share there was used.';

    grant select on page_topic to lendwell_supporter;
    grant select (id, name, kind) on location to lendwell_supporter;
  `.execute(db);

  for (const table of ['drop_in_visitor', 'drop_in_pages', 'drop_in_person'])
    await sql`
      alter table ${sql.table(table)} enable row level security;
      create policy everything on ${sql.table(table)} to lendwell_app using (true);
      grant select on ${sql.table(table)} to lendwell_supporter;
      create policy supporters_own on ${sql.table(table)} for select to lendwell_supporter
        using (exists (select from drop_in d where d.id = drop_in_id));
    `.execute(db);
}
