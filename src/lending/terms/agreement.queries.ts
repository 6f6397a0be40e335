import { sql } from 'kysely';
import type { Reader } from '../../shared/database.ts';
import type { AgreementVersion } from './agreement.schemas.ts';

/** Every version of the agreement, the one in use first. */
export async function listAgreementVersions(db: Reader): Promise<AgreementVersion[]> {
  const { rows } = await sql<AgreementVersion>`/* agreement.list */
    select id, version, body as text, created_at as "createdAt", created_by as "createdBy",
      version = max(version) over () as "inUse"
    from agreement_version order by version desc`.execute(db);
  return rows;
}

/** The version that is accepted now. */
export async function agreementInUse(db: Reader): Promise<{ version: number; body: string }> {
  const { rows } = await sql<{ version: number; body: string }>`/* agreement.in-use */
    select version, body from agreement_version order by version desc limit 1`.execute(db);
  return rows[0]!;
}
