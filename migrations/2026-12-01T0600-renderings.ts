import { type Kysely, sql } from 'kysely';

/** What people are given in other languages and in easy words, each with who approved it; and in which of them a loan's agreement was accepted. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table rendering (
      id uuid primary key,
      thing text not null constraint rendering_thing_check
        check (thing in ('agreement', 'papers', 'answer_page', 'notice', 'notice_discreet')),
      of_version int not null check (of_version > 0),
      language text not null check (language ~ '^[a-z]{2,3}$'),
      format text not null check (format in ('standard', 'easy_read')),
      version int not null check (version > 0),
      phrases jsonb not null check (jsonb_typeof(phrases) = 'object'),
      approved_by text not null check (approved_by ~ '\\S'),
      approved_on date not null,
      created_at timestamptz not null,
      created_by text not null,
      constraint rendering_once unique (thing, of_version, language, format, version),
      constraint rendering_is_no_original check (language <> 'en' or format <> 'standard')
    );
    comment on table rendering is 'What people are given, in another language or in easy words, as somebody saved it: the newest version of each is what they read. The English original stands where it is written.';
    comment on column rendering.of_version is 'The version of the English original that it renders. A newer original has none yet.';
    comment on column rendering.phrases is 'All words of it, each under its name.';
    comment on column rendering.approved_by is 'Who says that it is right, such as a translator or a group of readers.';
    create trigger rendering_stays before update or delete on rendering for each row execute function refuse_change();
    create trigger rendering_no_truncate before truncate on rendering for each statement execute function refuse_change();
    revoke update, delete on rendering from lendwell_app;

    alter table loan
      add column agreement_language text not null default 'en' constraint loan_agreement_language_check check (agreement_language ~ '^[a-z]{2,3}$'),
      add column agreement_format text not null default 'standard'
        constraint loan_agreement_format_check check (agreement_format in ('standard', 'easy_read')),
      add column agreement_large_print boolean not null default false;
    comment on column loan.agreement_language is 'In which language the text is that was accepted, and which of its words: agreement_text is what was shown.';
    comment on column loan.agreement_large_print is 'It is printed large.';
  `.execute(db);
}
