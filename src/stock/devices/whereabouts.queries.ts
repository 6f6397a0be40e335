import { isOut } from '../../lending/loans/loan.states.ts';
import type { Reader } from '../../shared/database.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { each, many } from '../../shared/statements.ts';

const Whereabouts = {
  id: col.text,
  place: col.orNull(col.text),
  loanId: col.orNull(col.text),
  borrower: col.orNull(col.text),
  patient: col.orNull(col.object({ id: col.text, givenName: col.text, familyName: col.text })),
};

/** Where each of some devices is: the place that keeps it, or the loan it is out on with who has it. Names people: for whoever may read loans. */
export async function whereaboutsOf(
  db: Reader,
  ids: string[],
): Promise<Map<string, RowOf<typeof Whereabouts>>> {
  const rows = await many(db, each('device.whereabouts'), Whereabouts)`
    select d.id, case when l.id is null then k.name end as place, l.id as "loanId",
      b.name as borrower,
      case when p.id is not null then json_build_object('id', p.id, 'givenName', p.given_name, 'familyName', p.family_name) end as patient
    from device d left join location k on k.id = d.location_id
      left join loan_item i on i.device_id = d.id and ${isOut('i')} left join loan l on l.id = i.loan_id
      left join patient p on p.id = l.patient_id left join location b on b.id = l.location_id
    where d.id = any(${ids}::uuid[])`;
  return new Map(rows.map((row) => [row.id, row]));
}
