import Type from 'typebox';
import { logAccess } from '../../people/look.queries.ts';
import type { Deps } from '../../shared/deps.ts';
import { etagOf } from '../../shared/etag.ts';
import { timelineOf } from '../../shared/event.queries.ts';
import { type App, idParams } from '../../shared/http.ts';
import { listQuery } from '../../shared/lists.ts';
import { changes, creates, lists, reads } from '../../shared/routes.ts';
import { TakingBack } from '../../shared/taking-back.ts';
import { approveReplacement, askForApproval, confirmAction, recordAction } from './action.commands.ts';
import { correctIncident } from './correction.commands.ts';
import { IncidentCorrection } from './correction.schemas.ts';
import { reportIncident } from './incident.commands.ts';
import { getIncident, listIncidents } from './incident.queries.ts';
import {
  ActionRecorded,
  Incident,
  IncidentHistory,
  IncidentList,
  IncidentQuery,
  IncidentReported,
  IncidentState,
  NewAction,
  NewApproval,
  NewIncident,
  NewReplacement,
  NotNeeded,
  Replaced,
} from './incident.schemas.ts';
import { replaceItem } from './replacement.commands.ts';
import { takeBackReport } from './report-back.commands.ts';
import { ReportTakenBack } from './report-back.schemas.ts';
import { sayNotNeeded, takeBackAction } from './thing.commands.ts';

const tags = ['Incidents'];
const actionParams = Type.Object({
  id: Type.String({ format: 'uuid', description: 'Id of the incident' }),
  actionId: Type.String({ format: 'uuid', description: 'Id of the action' }),
});

/** /incidents: what was lost, stolen, damaged, faulty or did not come back; and replacements. */
export function incidentRoutes(app: App, deps: Deps): void {
  creates(app, '/loans/:id/incidents', {
    action: 'incidents.report',
    operationId: 'reportIncident',
    summary: 'Report a device of a loan as lost, stolen, damaged, faulty or not returned',
    tags,
    params: idParams,
    body: NewIncident,
    gives: IncidentReported,
    problems: ['not-found', 'invalid', 'item-already-ended', 'incident-action-refused'],
    call: ({ ctx, params, body }) => reportIncident(deps, ctx, params.id, body),
    location: (incident) => `/incidents/${incident.id}`,
  });

  creates(app, '/loans/:id/replacements', {
    action: 'incidents.report',
    operationId: 'replaceItem',
    summary: 'Replace a device of a loan in one step, on the same loan with the same date',
    tags,
    params: idParams,
    body: NewReplacement,
    gives: Replaced,
    problems: [
      'not-found',
      'invalid',
      'device-not-available',
      'replacement-refused',
      'replacement-needs-approval',
    ],
    call: ({ ctx, params, body }) => replaceItem(deps, ctx, params.id, body),
  });

  lists(app, '/incidents', {
    action: 'incidents.read',
    operationId: 'listIncidents',
    summary: 'Incidents, newest first',
    tags,
    querystring: IncidentQuery,
    gives: IncidentList,
    call: ({ query }) => listIncidents(deps.db, query),
  });

  reads(app, '/incidents/:id', {
    action: 'incidents.read',
    operationId: 'getIncident',
    summary: 'One incident with its story; the look is logged',
    tags,
    params: idParams,
    gives: Incident,
    problems: ['not-found'],
    async call({ ctx, params }) {
      const incident = await getIncident(deps.db, params.id);
      if (incident.patient) await logAccess(deps, ctx, incident.patient.id, 'incident');
      return incident;
    },
    etag: (incident) => etagOf(incident.id, incident.changedAt),
  });

  changes(app, '/incidents/:id', {
    action: 'incidents.report',
    operationId: 'correctIncident',
    summary: 'Put right what was written down wrong of an incident',
    description:
      'What is left out stays, null empties. It moves no device: where the correction would, the refusal says which step does.',
    tags,
    params: idParams,
    versioned: true,
    body: IncidentCorrection,
    gives: Incident,
    problems: ['not-found', 'invalid', 'incident-action-refused', 'patient-erased'],
    call: ({ ctx, params, body }) => correctIncident(deps, ctx, params.id, body),
    etag: (incident) => etagOf(incident.id, incident.changedAt),
  });

  creates(app, '/incidents/:id/takings-back', {
    action: 'incidents.report',
    operationId: 'takeBackReport',
    summary: 'Take back the report of an incident that was a mistake, while it was not acted on',
    tags,
    params: idParams,
    body: TakingBack,
    gives: ReportTakenBack,
    problems: ['not-found', 'invalid', 'taking-back-refused', 'conflict'],
    call: ({ ctx, params, body }) => takeBackReport(deps, ctx, params.id, body),
  });

  lists(app, '/incidents/:id/history', {
    action: 'incidents.read',
    operationId: 'getIncidentHistory',
    summary: 'What happened in an incident, newest first',
    tags,
    params: idParams,
    querystring: Type.Object(listQuery, { additionalProperties: false }),
    gives: IncidentHistory,
    problems: ['not-found'],
    async call({ params, query }) {
      const { id } = await getIncident(deps.db, params.id);
      return timelineOf(deps.db, id, query);
    },
  });

  creates(app, '/incidents/:id/actions', {
    action: 'incidents.act',
    operationId: 'recordIncidentAction',
    summary: 'Write an action down: asked for or done, found again, written off, a note, the end of the case',
    tags,
    params: idParams,
    body: NewAction,
    gives: ActionRecorded,
    problems: ['not-found', 'invalid', 'not-allowed', 'incident-closed', 'incident-action-refused'],
    call: ({ ctx, params, body }) => recordAction(deps, ctx, params.id, body),
  });

  creates(app, '/incidents/:id/actions/:actionId/confirmations', {
    action: 'incidents.act',
    operationId: 'confirmIncidentAction',
    summary: 'Confirm that what was asked for has happened',
    tags,
    params: actionParams,
    gives: ActionRecorded,
    problems: ['not-found'],
    call: ({ ctx, params }) => confirmAction(deps, ctx, params.id, params.actionId),
  });

  creates(app, '/incidents/:id/actions/:actionId/takings-back', {
    action: 'incidents.act',
    operationId: 'takeBackIncidentAction',
    summary: 'Take back a line of the story that was a slip; it stays there, and counts for nothing',
    tags,
    params: actionParams,
    gives: ActionRecorded,
    problems: ['not-found', 'incident-action-refused'],
    call: ({ ctx, params }) => takeBackAction(deps, ctx, params.id, params.actionId),
  });

  creates(app, '/incidents/:id/not-needed', {
    action: 'incidents.act',
    operationId: 'sayIncidentActionNotNeeded',
    summary: 'Write down that something that was thought of need not be done',
    tags,
    params: idParams,
    body: NotNeeded,
    gives: ActionRecorded,
    problems: ['not-found', 'invalid', 'incident-closed', 'incident-action-refused'],
    call: ({ ctx, params, body }) => sayNotNeeded(deps, ctx, params.id, body),
  });

  creates(app, '/incidents/:id/approvals', {
    action: 'incidents.approve',
    operationId: 'approveReplacement',
    summary: 'Approve a replacement above the scheme’s limit',
    tags,
    params: idParams,
    body: NewApproval,
    gives: IncidentState,
    problems: ['not-found', 'invalid'],
    call: ({ ctx, params, body }) => approveReplacement(deps, ctx, params.id, body),
  });

  creates(app, '/incidents/:id/approval-requests', {
    action: 'incidents.report',
    operationId: 'askForApproval',
    summary: 'Ask the managers to approve a replacement above the scheme’s limit',
    tags,
    params: idParams,
    gives: IncidentState,
    problems: ['not-found'],
    call: ({ ctx, params }) => askForApproval(deps, ctx, params.id),
  });
}
