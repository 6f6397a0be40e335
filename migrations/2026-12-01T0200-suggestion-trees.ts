import { type Kysely, sql } from 'kysely';

const offers = {
  non_digital: [
    [
      { prefersNotDigital: true },
      'They would rather not be digital, and the way they chose is written down.',
    ],
  ],
  device: [
    [
      { usesNone: ['own_phone_without_data', 'own_smartphone', 'computer'] },
      'They have no smartphone, tablet or computer of their own.',
    ],
    [{ barriersAny: ['access_to_device'] }, 'Getting a device is what gets in the way.'],
  ],
  data: [
    [{ internetAtHome: ['limited', 'no'] }, 'There is no internet at home that they can rely on.'],
    [{ usesAny: ['own_phone_without_data'] }, 'They have a phone without mobile data.'],
    [{ barriersAny: ['access_to_data'] }, 'Getting online is what gets in the way.'],
  ],
  support: [
    [{ barriersAny: ['ease_of_use', 'skills'] }, 'They want to learn how, or find devices hard to use.'],
    [
      { barriersAny: ['beliefs_and_trust'] },
      'They are not sure it is safe or for them: someone to ask helps.',
    ],
    [
      { barriersAny: ['health_and_symptoms'] },
      'How they feel gets in the way: short calls at their own pace help.',
    ],
  ],
  access_point: [
    [
      { privateSpace: ['sometimes', 'no'] },
      'They have no private space that they can count on: a library or a drop-in has one.',
    ],
    [
      { barriersAny: ['housing'] },
      'Where they live is not settled: kit can be used, and charged, at an access point.',
    ],
  ],
};
const rules = Object.entries(offers).flatMap(([offer, ways]) =>
  ways.map(([when, why]) => ({ when, offer, why })),
);

/** What is suggested is the scheme’s own: versions of rules, of which the first are those that the program had. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table suggestion_tree (
      version int primary key check (version > 0),
      status text not null check (status in ('draft', 'published')),
      rules jsonb not null check (jsonb_typeof(rules) = 'array'),
      made_by text not null,
      made_at timestamptz not null,
      changed_by text not null,
      changed_at timestamptz not null,
      published_by text,
      published_at timestamptz,
      note text check (note ~ '\\S'),
      constraint suggestion_tree_published_says_why check (
        (status = 'published') = (published_at is not null) and (status = 'published') = (published_by is not null)
        and (status = 'published') = (note is not null))
    );
    create unique index suggestion_tree_one_draft on suggestion_tree (status) where status = 'draft';
    comment on table suggestion_tree is 'What findings lead to which suggestion, version by version. The newest that is published counts.';
    comment on column suggestion_tree.rules is 'In their order: [{ id, when, offer, why }]. A rule keeps its id from version to version.';
    comment on column suggestion_tree.note is 'What changed and why, of whoever published it.';
    create trigger suggestion_tree_stays before update or delete on suggestion_tree for each row
      when (old.status = 'published') execute function refuse_change();
    create trigger suggestion_tree_no_truncate before truncate on suggestion_tree for each statement execute function refuse_change();
  `.execute(db);
  await sql`
    insert into suggestion_tree (version, status, rules, made_by, made_at, changed_by, changed_at, published_by, published_at, note)
      select 1, 'published', jsonb_agg(jsonb_build_object('id', new_id()) || rule order by place), 'Lendwell', now(), 'Lendwell', now(), 'Lendwell', now(),
        'The rules that Lendwell begins with.'
      from jsonb_array_elements(${JSON.stringify(rules)}::jsonb) with ordinality r (rule, place)`.execute(db);
  await sql`
    alter table referral_assessment add column tree_version int not null default 1 references suggestion_tree;
    alter table referral_assessment alter column tree_version drop default;
    comment on column referral_assessment.tree_version is 'The version that it was suggested by.';
  `.execute(db);
}
