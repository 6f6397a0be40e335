import { sql } from 'kysely';
import { patientJson } from '../../people/patient.queries.ts';
import type { Reader } from '../../shared/database.ts';
import { byId, bySort, type ListPage, type SortColumn, toPage } from '../../shared/lists.ts';
import { Problem } from '../../shared/problem.ts';
import { col } from '../../shared/rows.ts';
import { countOf, each, many, maybe } from '../../shared/statements.ts';
import { isInUse } from '../../stock/data-plans/data-plan.states.ts';
import { byIncident } from '../loans/loan.queries.ts';
import { itemWasLent } from '../loans/loan.states.ts';
import { type EarlierIncident, Incident, type IncidentQuery, IncidentSummary } from './incident.schemas.ts';
import { didHappen } from './incident.states.ts';
import { suggestedActions } from './suggestion.rules.ts';
import { notYet } from './to-do.rules.ts';

const columns = sql`n.id, n.reference, n.kind, n.status, n.reported_on as "reportedOn", n.happened_on as "happenedOn", n.reported_at as "reportedAt",
  json_build_object('id', d.id, 'assetTag', d.asset_tag, 'kind', d.kind, 'make', d.make, 'model', d.model, 'status', d.status) as device,
  json_build_object('id', l.id, 'reference', l.reference, 'itemId', n.loan_item_id) as loan,
  case when p.id is not null then ${patientJson} end as patient,
  case when b.id is not null then json_build_object('id', b.id, 'name', b.name) end as location`;
const tables = sql`incident n join device d on d.id = n.device_id join loan l on l.id = n.loan_id
  left join patient p on p.id = n.patient_id left join location b on b.id = l.location_id`;

const matching = ({ status, kind }: Pick<IncidentQuery, 'status' | 'kind'>) => sql`true
  and ${status ? sql`n.status = ${status}` : didHappen('n')} ${kind ? sql`and n.kind = ${kind}` : sql``}`;

/** Whether the device of the incident `n` went out on a loan after it. */
export const lentAgain = sql`exists (select from loan_item o where o.device_id = n.device_id and o.id > n.loan_item_id and ${itemWasLent('o')})`;

const sorts: Record<'happened', SortColumn<IncidentSummary>> = {
  happened: { by: sql`n.happened_on`, kind: 'date', of: ({ happenedOn }) => happenedOn },
};

/** Incidents, the newest first, or by the day they happened. */
export async function listIncidents(db: Reader, query: IncidentQuery): Promise<ListPage<IncidentSummary>> {
  const { follows, by, key } = bySort(sorts, sql`n.id`, query) ?? byId(sql`n.id`, query);
  const rows = await many(db, each('incident.list'), IncidentSummary.properties)`
    select ${columns} from ${tables} where ${matching(query)} ${follows}
    order by ${by} limit ${query.limit + 1}`;
  return toPage(rows, query.limit, key);
}

/** How many incidents the list has in all. */
export async function countIncidents(
  db: Reader,
  query: Pick<IncidentQuery, 'status' | 'kind'>,
): Promise<number> {
  return countOf(db, each('incident.count'))`from incident n where ${matching(query)}`;
}

/**
 * One incident with its whole story and the earlier ones of the same person: one statement.
 * @throws Problem `not-found`
 */
export async function getIncident(
  db: Reader,
  id: string,
): Promise<Incident & { lentAgain: boolean; byIncident: boolean }> {
  const incident = await maybe(db, 'incident.get', {
    ...col.omit(Incident.properties, 'suggestedActions'),
    lentAgain: col.boolean,
    byIncident: col.boolean,
  })`
    select ${columns}, n.account, n.crime_reference as "crimeReference", n.handed_in as "handedIn", n.closed_at as "closedAt", n.changed_at as "changedAt",
      (select json_build_object('status', i.status) from loan_item i where i.id = n.loan_item_id) as item,
      (select ${byIncident} from loan_item i where i.id = n.loan_item_id) as "byIncident",
      case when n.approved_by is not null then json_build_object('by', n.approved_by, 'reason', n.approval_reason) end as approval,
      n.approval_asked_at as "approvalAskedAt",
      case when n.taken_back_at is not null then json_build_object('at', n.taken_back_at, 'by', n.taken_back_by, 'reason', n.taken_back_reason) end as "takenBack",
      (select json_build_object('itemId', i.id, 'deviceId', r.id, 'assetTag', r.asset_tag)
        from loan_item i join device r on r.id = i.device_id where i.replaces_item_id = n.loan_item_id) as replacement,
      exists (select from data_plan s where s.device_id = n.device_id and ${isInUse('s')}) as "hasDataPlan",
      ${lentAgain} as "lentAgain",
      coalesce((select json_agg(json_build_object('id', a.id, 'kind', a.kind, 'note', a.note, 'patientData', a.patient_data,
          'authorisedBy', a.authorised_by, 'requestedAt', a.requested_at, 'requestedBy', a.requested_by,
          'confirmedAt', a.confirmed_at, 'confirmedBy', a.confirmed_by, 'status', a.status, 'takenBackBy', a.taken_back_by) order by a.id)
        from incident_action a where a.incident_id = n.id), '[]') as actions,
      coalesce(${earlierJson}, '[]') as "earlierIncidents"
    from ${tables} where n.id = ${id}`;
  if (!incident) throw new Problem('not-found');
  if (incident.lentAgain || incident.takenBack) return { ...incident, suggestedActions: [] };
  return { ...incident, suggestedActions: notYet(suggestionsFor(incident), incident.actions) };
}

/** What fits an incident, in order, whether it was done or not. */
export const suggestionsFor = (incident: Omit<Incident, 'suggestedActions'>) =>
  suggestedActions({
    ...incident,
    deviceKind: incident.device.kind,
    isOfPerson: incident.patient !== null,
  });

/** The other incidents of the person of the incident `n`, the newest first. */
const earlierJson = sql`(select json_agg(e) from (
  select e.id, e.reference, e.kind, e.reported_on as "reportedOn", e.status
  from incident e where e.patient_id = n.patient_id and e.id <> n.id and ${didHappen('e')} order by e.id desc limit 20) e)`;

/** Incidents of a person, the newest first; at most 20. */
export async function incidentsOf(db: Reader, patientId: string): Promise<EarlierIncident[]> {
  return many(
    db,
    'incident.of-patient',
    db
      .selectFrom('incident')
      .select(['id', 'reference', 'kind', 'reported_on as reportedOn', 'status'])
      .where('patient_id', '=', patientId)
      .where(didHappen())
      .orderBy('id', 'desc')
      .limit(20),
  );
}
