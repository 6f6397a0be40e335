import type { Reader } from '../../shared/database.ts';
import { many } from '../../shared/statements.ts';
import { AgreementVersion } from './agreement.schemas.ts';

/** Every version of the agreement, the one in use first. */
export async function listAgreementVersions(db: Reader): Promise<AgreementVersion[]> {
  return many(db, 'agreement.list', AgreementVersion.properties)`
    select id, version, body as text, created_at as "createdAt", created_by as "createdBy",
      version = max(version) over () as "inUse"
    from agreement_version order by version desc`;
}
