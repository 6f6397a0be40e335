import { type Kysely, sql } from 'kysely';

/** A movement of accessories that was recorded by mistake is taken back by one against it, which refers to it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table accessory_movement
      drop constraint accessory_movement_kind_check,
      add column takes_back uuid unique references accessory_movement,
      add constraint accessory_movement_kind_check check (kind in ('received', 'issued', 'returned', 'moved_out', 'moved_in', 'lost',
        'damaged', 'counted', 'not_returned', 'gifted', 'issue_taken_back', 'taken_back')),
      add constraint accessory_movement_taken_back_refers check ((kind = 'taken_back') = (takes_back is not null));
    comment on column accessory_movement.takes_back is 'The movement that was a mistake, and that this one undoes.';
  `.execute(db);
}
