import { type Kysely, sql } from 'kysely';

/**
 * The event log and the log of looks are chained, so that a change by whoever owns the tables is found. Each row is
 * given its time and place by the database; what was there before has a place and no such time.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create sequence log_place;
    alter table event add column recorded_at timestamptz, add column place bigint;
    alter table access_log add column recorded_at timestamptz, add column place bigint;
    alter table event disable trigger event_append_only;
    alter table access_log disable trigger access_log_append_only;
    with old as (
      select id, 'event' as in_table, at from event union all select id, 'access_log', at from access_log
    ), placed as (
      select id, in_table, row_number() over (order by at, id) as place from old
    ), events as (
      update event e set place = p.place from placed p where p.in_table = 'event' and p.id = e.id
    )
    update access_log a set place = p.place from placed p where p.in_table = 'access_log' and p.id = a.id;
    select setval('log_place', count + 1, false) from (select (select count(*) from event) + (select count(*) from access_log) as count) c;
    alter table event enable trigger event_append_only;
    alter table access_log enable trigger access_log_append_only;
    alter table event alter column place set not null;
    alter table access_log alter column place set not null;
    -- Not null, and yet given by the trigger: whoever inserts need not name it.
    alter table event alter column place set default 0;
    alter table access_log alter column place set default 0;
    create unique index event_place on event (place);
    create unique index access_log_place on access_log (place);
    comment on column event.recorded_at is 'The database’s own time, whatever was sent. Rows from before the chain have none.';
    comment on column event.place is 'Its place in the sequence of what is logged.';
    comment on column access_log.recorded_at is 'The database’s own time, whatever was sent. Rows from before the chain have none.';
    comment on column access_log.place is 'Its place in the sequence of what is logged.';

    create function give_log_place() returns trigger language plpgsql as $$
    begin
      perform pg_current_xact_id();
      new.place := nextval('log_place');
      new.recorded_at := clock_timestamp();
      return new;
    end $$;
    comment on function give_log_place() is 'The transaction has its number before the place is drawn: once every transaction that is older than a number has ended, the places drawn before it are final.';
    create trigger event_place before insert on event for each row execute function give_log_place();
    create trigger access_log_place before insert on access_log for each row execute function give_log_place();

    create table log_version (
      v smallint primary key check (v > 0),
      in_table text not null check (in_table in ('event', 'access_log')),
      columns text[] not null
    );
    comment on table log_version is 'Which columns of a logged row its digest covers. A column that is added later begins a version, and leaves earlier digests as they are.';

    create table log_link (
      n bigint primary key,
      place bigint not null unique,
      in_table text not null check (in_table in ('event', 'access_log')),
      row_id uuid not null,
      v smallint not null references log_version,
      row_digest bytea not null,
      digest bytea not null,
      sealed_at timestamptz not null
    );
    comment on table log_link is 'The chain: one link for each row of event and access_log, in the order in which they were linked.';
    comment on column log_link.row_digest is 'SHA-256 of the row with its subjects.';
    comment on column log_link.digest is 'SHA-256 of the digest before it, the row’s digest, and what the link says.';

    create table log_head (
      n bigint not null,
      digest bytea not null,
      signed_at timestamptz not null,
      key_id text,
      signature bytea,
      stamp bytea,
      primary key (n, signed_at),
      check ((key_id is null) = (signature is null))
    );
    comment on table log_head is 'The end of the chain at an instant, signed with a key that the database does not have.';
    comment on column log_head.stamp is 'The reply of a time stamping authority (RFC 3161, DER) about the head.';

    create table log_sealing (
      one boolean primary key default true check (one),
      place bigint not null default 0,
      next_place bigint,
      next_xid bigint,
      check ((next_place is null) = (next_xid is null))
    );
    insert into log_sealing default values;
    comment on table log_sealing is 'How far the chain has come: one row. All rows up to the place are linked; up to the next one they will be, once all transactions before the number have ended.';

    create trigger log_version_append_only before update or delete on log_version for each row execute function refuse_change();
    create trigger log_version_no_truncate before truncate on log_version for each statement execute function refuse_change();
    create trigger log_link_append_only before update or delete on log_link for each row execute function refuse_change();
    create trigger log_link_no_truncate before truncate on log_link for each statement execute function refuse_change();
    create trigger log_head_append_only before update or delete on log_head for each row execute function refuse_change();
    create trigger log_head_no_truncate before truncate on log_head for each statement execute function refuse_change();
    revoke update, delete on log_version, log_link, log_head from lendwell_app;
    revoke insert, delete on log_sealing from lendwell_app;

    create function log_row_digest("row" jsonb, columns text[]) returns bytea language sql immutable parallel safe as $$
      select sha256(convert_to((select jsonb_object_agg(key, value) from jsonb_each("row") where key = any(columns))::text, 'UTF8'))
    $$;
    comment on function log_row_digest(jsonb, text[]) is 'SHA-256 of the named columns as JSON with its keys in the order of jsonb, in UTF-8.';

    create function log_rows(places bigint[], versions smallint[])
    returns table (place bigint, in_table text, row_id uuid, v smallint, at timestamptz, recorded_at timestamptz, digest bytea)
    language sql stable set timezone = 'UTC' set bytea_output = 'hex' as $$
      select e.place, 'event', e.id, r.v, e.at, e.recorded_at, log_row_digest(to_jsonb(e) || jsonb_build_object('(subjects)', coalesce(
          (select jsonb_agg(jsonb_build_array(s.subject_type, s.subject_id) order by s.subject_id) from event_subject s where s.event_id = e.id), '[]')),
        r.columns || '(subjects)'::text)
      from unnest(places, versions) w (place, v) join log_version r on r.v = w.v and r.in_table = 'event' join event e on e.place = w.place
      union all
      select a.place, 'access_log', a.id, r.v, a.at, a.recorded_at, log_row_digest(to_jsonb(a), r.columns)
      from unnest(places, versions) w (place, v) join log_version r on r.v = w.v and r.in_table = 'access_log' join access_log a on a.place = w.place
    $$;
    comment on function log_rows(bigint[], smallint[]) is 'The logged rows at these places, each with its digest by the version beside it. The one place that says what a digest covers.';

    create function log_link_item(n bigint, place bigint, in_table text, row_id uuid, v smallint, row_digest bytea, sealed_at timestamptz)
    returns bytea language sql immutable parallel safe as $$
      select row_digest || convert_to(n || '|' || place || '|' || in_table || '|' || row_id || '|' || v || '|' || (extract(epoch from sealed_at) * 1000000)::bigint, 'UTF8')
    $$;
    comment on function log_link_item(bigint, bigint, text, uuid, smallint, bytea, timestamptz) is 'What a link says, as bytes; its digest is the SHA-256 of the digest before it and of these.';

    create function log_chain_step(digest bytea, before bytea, item bytea) returns bytea language sql immutable parallel safe as $$
      select sha256(coalesce(digest, before) || item)
    $$;
    create aggregate log_chain(before bytea, item bytea) (sfunc = log_chain_step, stype = bytea);
    comment on aggregate log_chain(bytea, bytea) is 'The digests of links that follow one another, as a window over them: each has the digest before the first beside it.';
  `.execute(db);
}
