import type { Reader } from '../../shared/database.ts';
import type { Deps } from '../../shared/deps.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { maybe } from '../../shared/statements.ts';
import { labelCodeHash } from '../../stock/labels/label-code.queries.ts';
import { isOut, itemWasLent } from '../loans/loan.states.ts';

const Coded = {
  deviceId: col.text,
  /** The loan that it is on, or was on when it was lost. */
  loanId: col.orNull(col.text),
  /** Who has it now, where it is lent to a person. */
  patientId: col.orNull(col.text),
};
type Coded = RowOf<typeof Coded>;

/**
 * The device that the code of a label is on. None for a code that never was, for one of a retired device, and for one
 * that has ended, unless the device is lost: that is when somebody finds it.
 */
export async function findCoded(deps: Deps, db: Reader, slug: string): Promise<Coded | undefined> {
  return maybe(db, 'found.coded', Coded)`
    select d.id as "deviceId", case when d.status in ('on_loan', 'due_back', 'lost') then i.loan_id end as "loanId",
      case when i.is_out then l.patient_id end as "patientId"
    from device_code c join device d on d.id = c.device_id
      left join lateral (select i.loan_id, ${isOut('i')} as is_out from loan_item i
        where i.device_id = d.id and ${itemWasLent('i')} order by i.id desc limit 1) i on true
      left join loan l on l.id = i.loan_id
    where c.slug_hash = ${labelCodeHash(deps, slug)} and d.status <> 'retired' and (c.ended_at is null or d.status = 'lost')`;
}

const FoundMessage = {
  body: col.orNull(col.text),
  reach: col.orNull(col.text),
  receivedAt: col.text,
  deviceId: col.text,
  assetTag: col.text,
};

/** What somebody wrote who found a device; none once it was forgotten. */
export async function getFound(db: Reader, id: string): Promise<RowOf<typeof FoundMessage> | undefined> {
  return maybe(db, 'found.get', FoundMessage)`
    select f.body, f.reach, f.received_at as "receivedAt", d.id as "deviceId", d.asset_tag as "assetTag"
    from found_message f join device d on d.id = f.device_id where f.id = ${id}`;
}
