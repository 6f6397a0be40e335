import { type Kysely, sql } from 'kysely';

/** Where the wrong device was given out, its item stays as a mistake and names the item of the one that really went. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table loan_item
      add column swapped_for uuid references loan_item,
      add column swap_reason text,
      add constraint only_a_mistake_is_swapped check (swapped_for is null or status = 'recorded_by_mistake'),
      add constraint a_swap_alone_has_its_reason check (swap_reason is null or swapped_for is not null);
    create unique index loan_item_swapped_for on loan_item (swapped_for) where swapped_for is not null;
    comment on column loan_item.swapped_for is 'The item of the device that really went, where this one was written down by mistake.';
    comment on column loan_item.swap_reason is 'The words of whoever put it right.';
  `.execute(db);
}
