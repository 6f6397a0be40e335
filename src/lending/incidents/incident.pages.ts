import Type from 'typebox';
import { may } from '../../access/permissions.ts';
import { logAccess } from '../../people/look.queries.ts';
import type { Context } from '../../shared/actor.ts';
import { timestamp, today } from '../../shared/clock.ts';
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
import { countIncidents, getIncident, listIncidents, suggestionsFor } from './incident.queries.ts';
import {
  type ActionKind,
  actionWords,
  allowedIncidentActions,
  doneWords,
  incidentKinds,
  incidentStatuses,
  incidentWords,
  lineWords,
  permissionFor,
  remoteActions,
  thingKinds,
} from './incident.rules.ts';
import { type Action, IncidentQuery, NewAction, NewApproval, NotNeeded } from './incident.schemas.ts';
import { whyNotReplaceable } from './replacement.rules.ts';
import { sayNotNeeded, takeBackAction } from './thing.commands.ts';
import { incidentStanding, whyActionStays } from './to-do.rules.ts';
import { atItsLine, formsOfLines, toDoView } from './to-do.view.ts';

const actionParams = Type.Object({
  id: Type.String({ format: 'uuid' }),
  actionId: Type.String({ format: 'uuid' }),
});
const words = { kind: 'Choose what was done', reason: 'Enter why', patientData: 'Choose yes or no' };
const said: Partial<Record<Action['kind'], string>> = {
  concern: 'The concern is raised: staff have an urgent task to speak to the clinic.',
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
  /** What was written down, with the press that takes it back while that helps. */
  const written = (id: string, action: Action) => ({
    href: `/incidents/${id}`,
    text: said[action.kind] ?? `${lineWords(action.kind, action.status)}.`,
    ...(!whyActionStays(action) && {
      undo: { href: `/incidents/${id}/actions/${action.id}/takings-back`, fields: {} },
    }),
  });
  submit(app, '/incidents/:id/actions', {
    ...page,
    action: 'incidents.act',
    take: async (typed, { ctx, params: { id } }) =>
      written(id, await recordAction(deps, ctx, id, fields(NewAction, typed, words))),
  });

  submit(app, '/incidents/:id/not-needed', {
    ...page,
    action: 'incidents.act',
    async take(typed, { ctx, params: { id } }) {
      const { kind, note = '' } = typed;
      return written(
        id,
        await sayNotNeeded(deps, ctx, id, fields(NotNeeded, { kind: kind ?? '', note }, words)),
      );
    },
  });

  submit(app, '/incidents/:id/actions/:actionId/confirmations', {
    action: 'incidents.act',
    params: actionParams,
    take: async (_typed, { ctx, params: { id, actionId } }) =>
      written(id, await confirmAction(deps, ctx, id, actionId)),
  });

  submit(app, '/incidents/:id/actions/:actionId/takings-back', {
    action: 'incidents.act',
    params: actionParams,
    async take(_typed, { ctx, params: { id, actionId } }) {
      const { kind, status } = await takeBackAction(deps, ctx, id, actionId);
      const text =
        status === 'taken_back'
          ? 'It is taken back, and stays in the story crossed out.'
          : `It is not done after all. ${lineWords(kind, status)}.`;
      return { href: `/incidents/${id}`, text };
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
    const { status } = incident.item;
    const replaced = incident.replacement !== null;
    const canReplace =
      !incident.takenBack && !whyNotReplaceable({ status, byIncident: incident.byIncident, replaced });
    const isApproval = sent?.prefix === 'approve';
    const { things, others } = toDoView(incident, suggestionsFor(incident), {
      open,
      canReplace,
      now: timestamp(deps.clock),
    });
    const ruledOut = things.some(({ kind, status }) => kind === 'replaced' && status === 'not_needed');
    const ofLine = isApproval ? undefined : sent;
    return {
      incident,
      attachments,
      open,
      canReplace,
      standing: incidentStanding({ ...incident, isLost: incident.device.status === 'lost' }, things),
      mayReplaceNow: canReplace && !ruledOut,
      things: incident.takenBack ? [] : things,
      others: incident.status === 'open' ? others : [],
      isOther: others.some(({ kind }) => kind === ofLine?.typed.kind),
      lineForms: formsOfLines([...thingKinds, 'closed', 'write_off', 'note'], ofLine),
      remoteActions,
      actionWords,
      doneWords,
      lineWords,
      incidentWords,
      approveForm: isApproval ? sent : { ...newForm(), prefix: 'approve' },
      form: ofLine ? atItsLine(ofLine) : sent,
      today: today(deps.clock),
      timeline: timelineLines(events.items, id),
      next: events.next,
      after: page.after,
    };
  }
}
