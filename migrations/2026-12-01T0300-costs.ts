import { type Kysely, sql } from 'kysely';

/** What the scheme costs, by half-year, and what its devices would cost new: both as the scheme says, for the paper. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table cost (
      id uuid primary key,
      starts_on date not null constraint cost_half_year_check
        check (extract(day from starts_on) = 1 and extract(month from starts_on) in (4, 10)),
      kind text not null constraint cost_kind_check check (kind in ('staff', 'devices', 'data', 'repairs', 'other')),
      pence int not null constraint cost_pence_check check (pence between 0 and 1000000000),
      hours int constraint cost_hours_check check (hours between 0 and 100000),
      note text,
      taken_out_at timestamptz,
      changed_at timestamptz not null,
      constraint cost_hours_are_of_staff check (hours is null or kind = 'staff')
    );
    create index cost_half_year on cost (starts_on);
    comment on table cost is 'What the scheme spent, line by line, each in one half-year.';
    comment on column cost.starts_on is 'The first day of the half-year: 1 April or 1 October.';
    comment on column cost.hours is 'How many hours of work were paid for with it.';
    comment on column cost.note is 'For the office alone: it never leaves the scheme.';
    comment on column cost.taken_out_at is 'Written down by mistake; it counts nowhere.';

    create table bought_new (
      one boolean primary key default true constraint bought_new_is_one check (one),
      pence jsonb not null default '{}',
      changed_at timestamptz not null
    );
    comment on table bought_new is 'What a device of each kind would cost new, in pence by kind. A kind of which nobody said it is not in it.';
    insert into bought_new (changed_at) values ('2026-12-01T00:00:00Z');
  `.execute(db);
}
