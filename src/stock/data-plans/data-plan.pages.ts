import Type from 'typebox';
import type { Context } from '../../shared/actor.ts';
import { addDays, today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { timelineOf } from '../../shared/event.queries.ts';
import { type App, idParams, strictObject } from '../../shared/http.ts';
import { listQuery } from '../../shared/lists.ts';
import { invalid } from '../../shared/problem.ts';
import { line } from '../../shared/schemas.ts';
import { type Form, fields, newForm, type Typed } from '../../web/forms.ts';
import { listFile } from '../../web/list-file.ts';
import { formPage, submit } from '../../web/submit.ts';
import { timelineLines } from '../../web/timeline.view.ts';
import { findScanned } from '../devices/scan.queries.ts';
import { whyNone } from '../devices/scan.rules.ts';
import { activatePlan, renewPlan, resumePlan, suspendPlan } from './course.commands.ts';
import { recordDataPlan } from './data-plan.commands.ts';
import { countPlans, getPlan, listNetworks, listPlans } from './data-plan.queries.ts';
import {
  allowedPlanActions,
  endingDays,
  type PlanAction,
  planStatuses,
  takesSim,
} from './data-plan.rules.ts';
import {
  DataPlanForm,
  DataPlanQuery,
  type DataPlanState,
  NewActivation,
  NewEnding,
  NewRemoval,
  NewRenewal,
  NewSuspension,
  planOfForm,
} from './data-plan.schemas.ts';
import { endPlan } from './ending.commands.ts';
import { listOffers } from './offer.queries.ts';
import { fitPlan, removePlan } from './placing.commands.ts';
import { planStanding } from './standing.rules.ts';

const Placing = strictObject({ device: line(200) });
const words = {
  device: 'Scan or type the label of a device',
  iccid: 'Enter the number printed on the SIM',
  activatedOn: 'Enter the day on which it was activated',
  months: 'Enter for how many months',
  reason: 'Enter why',
};
/** Each form of a plan's page: where it is sent, and what is done with what was typed. */
type Sent = (ctx: Context, id: string, typed: Typed) => Promise<{ state: DataPlanState; text: string }>;

/** /data-plans: SIMs with what they give, and one plan with what may be done with it. */
export function dataPlanPages(app: App, deps: Deps): void {
  listFile(app, deps, {
    name: 'data-plans',
    query: DataPlanQuery,
    list: (query) => listPlans(deps.db, deps.clock, query),
    count: (query) => countPlans(deps.db, deps.clock, query),
    columns: {
      ICCID: ({ iccid }) => iccid,
      Network: ({ network }) => network,
      Status: ({ status }) => status,
      'Gigabytes a month': ({ gbPerMonth }) => gbPerMonth,
      Activated: ({ activatedOn }) => activatedOn,
      Expires: ({ expiresOn }) => expiresOn,
      'Ran out': ({ ranOut }) => ranOut,
      Device: ({ device }) => device?.assetTag ?? null,
      'On loan as': ({ loan }) => loan?.reference ?? null,
    },
    dates: ['Activated', 'Expires'],
  });

  app.get(
    '/data-plans',
    { config: { action: 'data-plans.read' }, schema: { querystring: DataPlanQuery } },
    async (request, reply) => {
      const { after, limit: _limit, ...filters } = request.query;
      const [list, count, networks] = await Promise.all([
        listPlans(deps.db, deps.clock, request.query),
        countPlans(deps.db, deps.clock, filters),
        listNetworks(deps.db),
      ]);
      const { unfitted, order, ...rest } = filters;
      const chosen = {
        ...rest,
        ...(unfitted !== undefined && { unfitted: String(unfitted) }),
        // What ends goes by its day.
        ...(order && !rest.ending && { order }),
      };
      return reply.page('stock/data-plans/views/list.njk', {
        ...list,
        count,
        after,
        endingDays,
        filters: chosen,
        query: new URLSearchParams(chosen).toString(),
        statuses: planStatuses,
        networks: networks.map((network) => ({ value: network, text: network })),
      });
    },
  );

  const manage = { action: 'data-plans.manage' } as const;
  formPage(app, '/data-plans/new', {
    ...manage,
    view: 'stock/data-plans/views/new.njk',
    show: async () => ({ offers: await listOffers(deps.db) }),
    async take(typed, { ctx }) {
      const form = fields(DataPlanForm, typed, words);
      const { id, warnings } = await recordDataPlan(deps, ctx, planOfForm(form));
      return {
        href: `/data-plans/${id}`,
        text: ['The SIM is recorded and lies in the drawer.', ...warnings].join(' '),
        link: { href: '/data-plans/new', text: 'Record the next SIM' },
      };
    },
  });

  const history = { params: idParams, querystring: Type.Object(listQuery) };
  app.get(
    '/data-plans/:id',
    { config: { action: 'data-plans.read' }, schema: history },
    async (request, reply) =>
      reply.page(
        'stock/data-plans/views/plan.njk',
        await planView(request.ctx, request.params.id, request.query),
      ),
  );

  form('fittings', 'fit', async (ctx, id, typed) => {
    const { device: code } = fields(Placing, typed, words);
    const [scan] = await findScanned(deps.db, [code], { fits: takesSim });
    if (!scan?.device) throw invalid({ pointer: '/device', message: whyNone(scan!) });
    const state = await fitPlan(deps, ctx, id, { deviceId: scan.device.id });
    return { state, text: `The SIM is in ${scan.device.assetTag} now.` };
  });
  form('removals', 'remove', async (ctx, id, typed) => ({
    state: await removePlan(deps, ctx, id, fields(NewRemoval, typed, words)),
    text: 'The SIM is taken out and lies in the drawer.',
  }));
  form('activations', 'activate', async (ctx, id, typed) => ({
    state: await activatePlan(deps, ctx, id, fields(NewActivation, typed, words)),
    text: 'The SIM is activated. Its months count from that day.',
  }));
  form('renewals', 'renew', async (ctx, id, typed) => ({
    state: await renewPlan(deps, ctx, id, fields(NewRenewal, typed, words)),
    text: 'The data plan is renewed.',
  }));
  form('suspensions', 'suspend', async (ctx, id, typed) => ({
    state: await suspendPlan(deps, ctx, id, fields(NewSuspension, typed, words)),
    text: 'The SIM is suspended.',
  }));
  form('resumptions', 'resume', async (ctx, id) => ({
    state: await resumePlan(deps, ctx, id),
    text: 'The SIM is in use again.',
  }));
  form('endings', 'end', async (ctx, id, typed) => ({
    state: await endPlan(deps, ctx, id, fields(NewEnding, typed, words)),
    text: 'The data plan has ended.',
  }));

  function form(path: string, action: PlanAction, send: Sent): void {
    submit(app, `/data-plans/:id/${path}`, {
      ...manage,
      params: idParams,
      prefix: action,
      view: 'stock/data-plans/views/plan.njk',
      show: (sent, { ctx, params }) => planView(ctx, params.id, { limit: 50 }, sent),
      async take(typed, { ctx, params: { id } }) {
        const { state, text } = await send(ctx, id, typed);
        const stopped = state.numberStopped
          ? ['Its number no longer reaches the person who had it: a task asks for another way.']
          : [];
        const { device } = state;
        return {
          href: `/data-plans/${id}`,
          text: [text, ...stopped, ...state.warnings].join(' '),
          ...(device && { link: { href: `/devices/${device.id}`, text: `See ${device.assetTag}` } }),
        };
      },
    });
  }

  /** One plan with the forms for what may be done with it. `sent`: the form that was refused, if any. */
  async function planView(
    ctx: Context,
    id: string,
    page: { limit: number; after?: string | undefined },
    sent?: Form,
  ) {
    const [plan, events] = await Promise.all([
      getPlan(deps.db, deps.clock, id),
      timelineOf(deps.db, id, page),
    ]);
    const date = today(deps.clock);
    const formOf = (prefix: PlanAction, start: Record<string, string> = {}) =>
      sent?.prefix === prefix ? sent : { ...newForm(start), prefix };
    const { loan, expiresOn } = plan;
    const endsFirst = Boolean(
      loan && expiresOn && (loan.dueOn ? expiresOn < loan.dueOn : expiresOn <= addDays(date, endingDays)),
    );
    return {
      plan,
      standing: planStanding(plan, endsFirst),
      can: allowedPlanActions({ status: plan.status, isFitted: plan.device !== null }),
      endsFirst,
      forms: {
        fit: formOf('fit'),
        remove: formOf('remove'),
        activate: formOf('activate', { activatedOn: date }),
        renew: formOf('renew', { months: String(plan.durationMonths) }),
        suspend: formOf('suspend'),
        end: formOf('end', { endedOn: date }),
      },
      form: sent,
      timeline: timelineLines(events.items, id, ctx.actor),
      next: events.next,
      after: page.after,
    };
  }
}
