import { type Kysely, sql } from 'kysely';

/** What is urgent is listed first, and a task that a person closes keeps what was done. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create index task_urgent_first on task (urgent desc, id) where status = 'open';

    create table task_closing (
      id uuid primary key,
      task_id uuid not null references task,
      act_id uuid not null,
      done text not null,
      spoke_to text,
      spoke_at timestamptz,
      closed_at timestamptz not null,
      closed_by uuid,
      closed_by_name text not null,
      reopened_at timestamptz,
      reopened_by_name text,
      check ((spoke_to is null) = (spoke_at is null)),
      check ((reopened_at is null) = (reopened_by_name is null))
    );
    create unique index task_closing_standing on task_closing (task_id) where reopened_at is null;
    create index task_closing_act on task_closing (act_id);
    create index task_closing_task on task_closing (task_id);
    comment on table task_closing is 'What a person did about a task when they closed it; one that closed by itself has none.';
    comment on column task_closing.act_id is 'Those closed together, to be opened again together.';
    comment on column task_closing.done is 'What was done; after a conversation, what was agreed.';
  `.execute(db);
}
