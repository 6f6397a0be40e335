import { timestamp } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { each, many } from '../shared/statements.ts';
import { agreedFor, askedFor, type SecondPersonKind, secondPersonKindNames } from './second-person.rules.ts';

export const Wish = {
  id: col.text,
  kind: col.oneOf(secondPersonKindNames),
  subjectId: col.text,
  about: col.text,
  askedAt: col.text,
  askedBy: col.object({ id: col.text, name: col.text }),
  /** The account it is about; null for an erasure, whose person is not named here. */
  account: col.orNull(col.object({ id: col.text, name: col.text })),
  agreedBy: col.orNull(col.text),
};
export type Wish = RowOf<typeof Wish>;

/** What waits for a second person, and what was agreed to and not done yet, the newest first. */
export async function listWishes({ db, clock }: Deps, kinds: SecondPersonKind[]): Promise<Wish[]> {
  const now = timestamp(clock);
  return many(db, each('second-person.list'), Wish)`
    select w.id, w.kind, w.subject_id as "subjectId", w.about, w.asked_at as "askedAt",
      json_build_object('id', a.id, 'name', a.name) as "askedBy",
      case when p.id is not null then json_build_object('id', p.id, 'name', p.name) end as account, d.name as "agreedBy"
    from second_person w join staff a on a.id = w.asked_by left join staff d on d.id = w.decided_by
      left join staff p on p.id = w.subject_id and w.kind <> 'erasure'
    where w.used_at is null and w.kind = any(${kinds}::text[])
      and (w.decided_at is null and w.asked_at > ${now}::timestamptz - ${askedFor}::interval
        or w.agreed and w.decided_at > ${now}::timestamptz - ${agreedFor}::interval)
    order by w.asked_at desc, w.id desc limit 100`;
}
