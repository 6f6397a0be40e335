import type { Reader } from '../../shared/database.ts';
import { Problem } from '../../shared/problem.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { maybe } from '../../shared/statements.ts';
import { checkKinds } from './device.rules.ts';

const OneCheck = {
  kind: col.oneOf(checkKinds),
  result: col.oneOf(['pass', 'fail']),
  performedOn: col.text,
  performedBy: col.text,
  device: col.object({ id: col.text, assetTag: col.text }),
};

/**
 * One check, and of which device it is said to be.
 * @throws Problem `not-found`
 */
export async function getCheck(db: Reader, id: string): Promise<RowOf<typeof OneCheck>> {
  const row = await maybe(db, 'check.get', OneCheck)`
    select c.kind, c.result, c.performed_on as "performedOn", c.performed_by as "performedBy",
      json_build_object('id', d.id, 'assetTag', d.asset_tag) as device
    from preparation_check c join device d on d.id = c.device_id where c.id = ${id}`;
  if (!row) throw new Problem('not-found');
  return row;
}
