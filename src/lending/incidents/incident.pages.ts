import Type from 'typebox';
import { may } from '../../access/permissions.ts';
import { logAccess } from '../../people/look.queries.ts';
import type { Context } from '../../shared/actor.ts';
import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { timelineOf } from '../../shared/event.queries.ts';
import { type App, idParams } from '../../shared/http.ts';
import { listQuery } from '../../shared/lists.ts';
import { type Form, fields, newForm } from '../../web/forms.ts';
import { listFile } from '../../web/list-file.ts';
import { type AskedOne, submit } from '../../web/submit.ts';
import { timelineLines } from '../../web/timeline.view.ts';
import { attachmentView } from '../attachments/attachment.view.ts';
import { approveReplacement, askForApproval, confirmAction, recordAction } from './action.commands.ts';
import { countIncidents, getIncident, listIncidents } from './incident.queries.ts';
import {
  type ActionKind,
  actionWords,
  allowedIncidentActions,
  doneWords,
  incidentKinds,
  incidentStatuses,
  incidentWords,
  permissionFor,
  remoteActions,
} from './incident.rules.ts';
import { IncidentQuery, NewAction, NewApproval } from './incident.schemas.ts';
import { whyNotReplaceable } from './replacement.rules.ts';

const actionParams = Type.Object({
  id: Type.String({ format: 'uuid' }),
  actionId: Type.String({ format: 'uuid' }),
});
const words = { kind: 'Choose what was done', reason: 'Enter why', patientData: 'Choose yes or no' };
const done: Record<ActionKind, string> = {
  lock: 'It is written down that the device is to be locked.',
  lost_mode: 'It is written down that lost mode is to be switched on.',
  locate: 'It is written down that the device is to be located.',
  wipe: 'It is written down that the device is to be erased.',
  suspend_sim: 'It is written down that the SIM is to be suspended.',
  concern: 'The concern is raised: staff have an urgent task to speak to the clinic.',
  told_police: 'It is written down that the police were told.',
  told_ig: 'It is written down that information governance was told.',
  found: 'Good news: the device is found, and is prepared again. The incident is closed.',
  write_off: 'The device is written off and stands in the losses register. The incident is closed.',
  note: 'The note is in the story.',
  closed: 'The incident is closed.',
};

/** /incidents: what was lost, stolen, damaged, is not working or did not come back, and the story of each. */
export function incidentPages(app: App, deps: Deps): void {
  listFile(app, deps, {
    name: 'incidents',
    query: IncidentQuery,
    list: (query) => listIncidents(deps.db, query),
    count: (query) => countIncidents(deps.db, query),
    columns: {
      Incident: ({ reference }) => reference,
      'What happened': ({ kind }) => incidentWords[kind],
      Status: ({ status }) => status,
      Reported: ({ reportedOn }) => reportedOn,
      Device: ({ device }) => device.assetTag,
      Type: ({ device }) => device.kind,
      Make: ({ device }) => device.make,
      Model: ({ device }) => device.model,
      Loan: ({ loan }) => loan.reference,
      Borrower: ({ location }) => location?.name ?? 'A patient',
      Happened: ({ happenedOn }) => happenedOn,
    },
    dates: ['Reported', 'Happened'],
  });

  app.get(
    '/incidents',
    { config: { action: 'incidents.read' }, schema: { querystring: IncidentQuery } },
    async (request, reply) => {
      const { after, limit: _limit, ...filters } = request.query;
      const [list, count] = await Promise.all([
        listIncidents(deps.db, request.query),
        countIncidents(deps.db, filters),
      ]);
      return reply.page('lending/incidents/views/list.njk', {
        ...list,
        count,
        filters,
        after,
        query: new URLSearchParams(filters).toString(),
        statuses: incidentStatuses,
        kinds: incidentKinds,
        incidentWords,
      });
    },
  );

  const history = { params: idParams, querystring: Type.Object(listQuery) };
  app.get(
    '/incidents/:id',
    { config: { action: 'incidents.read' }, schema: history },
    async (request, reply) =>
      reply.page(
        'lending/incidents/views/incident.njk',
        await incidentView(request.ctx, request.params.id, request.query),
      ),
  );

  const page = {
    params: idParams,
    view: 'lending/incidents/views/incident.njk',
    show: (form: Form, { ctx, params }: AskedOne) => incidentView(ctx, params.id, { limit: 50 }, form),
  };
  submit(app, '/incidents/:id/actions', {
    ...page,
    action: 'incidents.act',
    prefix: 'action',
    async take(typed, { ctx, params: { id } }) {
      const { kind } = await recordAction(deps, ctx, id, fields(NewAction, typed, words));
      return { href: `/incidents/${id}`, text: done[kind as ActionKind] };
    },
  });

  submit(app, '/incidents/:id/actions/:actionId/confirmations', {
    action: 'incidents.act',
    params: actionParams,
    async take(_typed, { ctx, params: { id, actionId } }) {
      const { kind } = await confirmAction(deps, ctx, id, actionId);
      return { href: `/incidents/${id}`, text: `${doneWords[kind]}.` };
    },
  });

  submit(app, '/incidents/:id/approvals', {
    ...page,
    action: 'incidents.approve',
    prefix: 'approve',
    async take(typed, { ctx, params: { id } }) {
      await approveReplacement(deps, ctx, id, fields(NewApproval, typed, words));
      return { href: `/incidents/${id}`, text: 'The replacement is approved.' };
    },
  });

  submit(app, '/incidents/:id/approval-requests', {
    action: 'incidents.report',
    params: idParams,
    async take(_typed, { ctx, params }) {
      await askForApproval(deps, ctx, params.id);
      return { href: `/incidents/${params.id}`, text: 'The managers have a task to approve it.' };
    },
  });

  async function incidentView(
    ctx: Context,
    id: string,
    page: { limit: number; after?: string | undefined },
    sent?: Form,
  ) {
    const [incident, events, attachments] = await Promise.all([
      getIncident(deps.db, id),
      timelineOf(deps.db, id, page),
      attachmentView(deps, ctx, { place: 'incident', id }),
    ]);
    if (incident.patient) await logAccess(deps, ctx, incident.patient.id, 'incident');
    const allowed = allowedIncidentActions({
      ...incident,
      deviceStatus: incident.device.status,
      deviceKind: incident.device.kind,
      isOfPerson: incident.patient !== null,
    });
    const open = (Object.keys(allowed) as ActionKind[]).filter((kind) => {
      const needed = permissionFor(kind);
      return allowed[kind] === true && (!needed || may(ctx.actor, needed));
    });
    const formOf = (prefix: string) => (sent?.prefix === prefix ? sent : { ...newForm(), prefix });
    const { status } = incident.item;
    const replaced = incident.replacement !== null;
    const canReplace =
      !incident.takenBack && !whyNotReplaceable({ status, byIncident: incident.byIncident, replaced });
    return {
      incident,
      attachments,
      open,
      canReplace,
      remoteActions,
      actionWords,
      doneWords,
      incidentWords,
      actionForm: formOf('action'),
      approveForm: formOf('approve'),
      form: sent,
      today: today(deps.clock),
      timeline: timelineLines(events.items, id),
      next: events.next,
      after: page.after,
    };
  }
}
