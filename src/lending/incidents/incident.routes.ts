import Type from 'typebox';
import { logAccess } from '../../people/patient.queries.ts';
import type { Deps } from '../../shared/deps.ts';
import { timelineOf } from '../../shared/event.queries.ts';
import { type App, idParams, problemReplies, sendPage } from '../../shared/http.ts';
import { listQuery } from '../../shared/lists.ts';
import { approveReplacement, askForApproval, confirmAction, recordAction } from './action.commands.ts';
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
  Replaced,
} from './incident.schemas.ts';
import { replaceItem } from './replacement.commands.ts';

const tags = ['Incidents'];
const actionParams = Type.Object({
  id: Type.String({ format: 'uuid', description: 'Id of the incident' }),
  actionId: Type.String({ format: 'uuid', description: 'Id of the action' }),
});

/** /incidents: what was lost, stolen, damaged, faulty or did not come back; and replacements. */
export function incidentRoutes(app: App, deps: Deps): void {
  app.post(
    '/loans/:id/incidents',
    {
      config: { action: 'incidents.report' },
      schema: {
        operationId: 'reportIncident',
        summary: 'Report a device of a loan as lost, stolen, damaged, faulty or not returned',
        tags,
        params: idParams,
        body: NewIncident,
        response: {
          201: IncidentReported,
          ...problemReplies('not-found', 'invalid', 'item-already-ended', 'incident-action-refused'),
        },
      },
    },
    async (request, reply) => {
      const incident = await reportIncident(deps, request.ctx, request.params.id, request.body);
      return reply.code(201).header('location', `/api/v1/incidents/${incident.id}`).send(incident);
    },
  );

  app.post(
    '/loans/:id/replacements',
    {
      config: { action: 'incidents.report' },
      schema: {
        operationId: 'replaceItem',
        summary: 'Replace a device of a loan in one step, on the same loan with the same date',
        tags,
        params: idParams,
        body: NewReplacement,
        response: {
          201: Replaced,
          ...problemReplies(
            'not-found',
            'invalid',
            'device-not-available',
            'replacement-refused',
            'replacement-needs-approval',
          ),
        },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await replaceItem(deps, request.ctx, request.params.id, request.body)),
  );

  app.get(
    '/incidents',
    {
      config: { action: 'incidents.read' },
      schema: {
        operationId: 'listIncidents',
        summary: 'Incidents, newest first',
        tags,
        querystring: IncidentQuery,
        response: { 200: IncidentList },
      },
    },
    (request, reply) => sendPage(request, reply, listIncidents(deps.db, request.query)),
  );

  app.get(
    '/incidents/:id',
    {
      config: { action: 'incidents.read' },
      schema: {
        operationId: 'getIncident',
        summary: 'One incident with its story; the look is logged',
        tags,
        params: idParams,
        response: { 200: Incident, ...problemReplies('not-found') },
      },
    },
    async (request) => {
      const incident = await getIncident(deps.db, request.params.id);
      if (incident.patient) await logAccess(deps, request.ctx, incident.patient.id, 'incident');
      return incident;
    },
  );

  app.get(
    '/incidents/:id/history',
    {
      config: { action: 'incidents.read' },
      schema: {
        operationId: 'getIncidentHistory',
        summary: 'What happened in an incident, newest first',
        tags,
        params: idParams,
        querystring: Type.Object(listQuery, { additionalProperties: false }),
        response: { 200: IncidentHistory, ...problemReplies('not-found') },
      },
    },
    async (request, reply) => {
      const { id } = await getIncident(deps.db, request.params.id);
      return sendPage(request, reply, timelineOf(deps.db, id, request.query));
    },
  );

  app.post(
    '/incidents/:id/actions',
    {
      config: { action: 'incidents.act' },
      schema: {
        operationId: 'recordIncidentAction',
        summary:
          'Write an action down: asked for or done, found again, written off, a note, the end of the case',
        tags,
        params: idParams,
        body: NewAction,
        response: {
          201: ActionRecorded,
          ...problemReplies(
            'not-found',
            'invalid',
            'not-allowed',
            'incident-closed',
            'incident-action-refused',
          ),
        },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await recordAction(deps, request.ctx, request.params.id, request.body)),
  );

  app.post(
    '/incidents/:id/actions/:actionId/confirmations',
    {
      config: { action: 'incidents.act' },
      schema: {
        operationId: 'confirmIncidentAction',
        summary: 'Confirm that what was asked for has happened',
        tags,
        params: actionParams,
        response: { 201: ActionRecorded, ...problemReplies('not-found') },
      },
    },
    async (request, reply) =>
      reply
        .code(201)
        .send(await confirmAction(deps, request.ctx, request.params.id, request.params.actionId)),
  );

  app.post(
    '/incidents/:id/approvals',
    {
      config: { action: 'incidents.approve' },
      schema: {
        operationId: 'approveReplacement',
        summary: 'Approve a replacement above the scheme’s limit',
        tags,
        params: idParams,
        body: NewApproval,
        response: { 201: IncidentState, ...problemReplies('not-found', 'invalid') },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await approveReplacement(deps, request.ctx, request.params.id, request.body)),
  );

  app.post(
    '/incidents/:id/approval-requests',
    {
      config: { action: 'incidents.report' },
      schema: {
        operationId: 'askForApproval',
        summary: 'Ask the managers to approve a replacement above the scheme’s limit',
        tags,
        params: idParams,
        response: { 201: IncidentState, ...problemReplies('not-found') },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await askForApproval(deps, request.ctx, request.params.id)),
  );
}
