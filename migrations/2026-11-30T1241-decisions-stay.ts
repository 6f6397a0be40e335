import { type Kysely, sql } from 'kysely';

/** Decisions about what is held of a person stay: of a decision erasure takes the words alone, and a hold is lifted once. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function keep_privacy_decision() returns trigger language plpgsql as $$
    begin
      if (new.id, new.patient_id, new.kind, new.asked_by, new.asked_on, new.by_name, new.at)
        is distinct from (old.id, old.patient_id, old.kind, old.asked_by, old.asked_on, old.by_name, old.at)
        or new.identity_check is not null and new.identity_check is distinct from old.identity_check
        or new.reason is not null and new.reason is distinct from old.reason then
        raise exception 'privacy_decision is append-only' using errcode = 'insufficient_privilege';
      end if;
      return new;
    end $$;
    create trigger privacy_decision_kept before update on privacy_decision for each row execute function keep_privacy_decision();
    create trigger privacy_decision_not_deleted before delete on privacy_decision for each row execute function refuse_change();
    create trigger privacy_decision_no_truncate before truncate on privacy_decision for each statement execute function refuse_change();

    create function keep_legal_hold() returns trigger language plpgsql as $$
    begin
      if (new.id, new.patient_id, new.by_name, new.at) is distinct from (old.id, old.patient_id, old.by_name, old.at)
        or new.reason is not null and new.reason is distinct from old.reason
        or old.lifted_at is not null and ((new.lifted_at, new.lifted_by) is distinct from (old.lifted_at, old.lifted_by)
          or new.lifted_reason is not null and new.lifted_reason is distinct from old.lifted_reason) then
        raise exception 'legal_hold is append-only' using errcode = 'insufficient_privilege';
      end if;
      return new;
    end $$;
    create trigger legal_hold_kept before update on legal_hold for each row execute function keep_legal_hold();
    create trigger legal_hold_not_deleted before delete on legal_hold for each row execute function refuse_change();
    create trigger legal_hold_no_truncate before truncate on legal_hold for each statement execute function refuse_change();
    revoke delete on privacy_decision, legal_hold from lendwell_app;
  `.execute(db);
}
