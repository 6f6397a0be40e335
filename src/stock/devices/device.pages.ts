import Type from 'typebox';
import { may } from '../../access/permissions.ts';
import { attachmentView } from '../../lending/attachments/attachment.view.ts';
import type { Holder } from '../../lending/loans/holder.schemas.ts';
import { heldOn } from '../../referrals/allocations/allocation.queries.ts';
import type { Context } from '../../shared/actor.ts';
import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { timelineOf } from '../../shared/event.queries.ts';
import { date as dateWords, inWords, withDates } from '../../shared/formats.ts';
import { type App, idParams, strictObject } from '../../shared/http.ts';
import { listQuery } from '../../shared/lists.ts';
import { line } from '../../shared/schemas.ts';
import { fileFormats, sendTable } from '../../shared/table-file.ts';
import { type Form, fields, newForm } from '../../web/forms.ts';
import { type AskedOne, submit } from '../../web/submit.ts';
import { timelineLines } from '../../web/timeline.view.ts';
import { fitDataPlan } from '../data-plans/data-plan.commands.ts';
import { DataPlanForm, planOfForm } from '../data-plans/data-plan.schemas.ts';
import { listOffers } from '../data-plans/offer.queries.ts';
import { fitScannedSim } from '../data-plans/placing.commands.ts';
import { acceptUpdates } from './acceptance.commands.ts';
import {
  type CheckDue,
  checksDue,
  checksWithNext,
  checkWords,
  destinations,
  mediaTypes,
  techniques,
  verifications,
} from './check.rules.ts';
import { recordCheck, reopenPreparation } from './device.commands.ts';
import { countDevices, getDevice, listDevices } from './device.queries.ts';
import { type CheckKind, type DeviceStatus, deviceKinds, deviceStatuses } from './device.rules.ts';
import { type Device, DeviceQuery, type DeviceSummary, NewCheck, Reopening } from './device.schemas.ts';
import { exportColumns, exportDevices } from './device-export.commands.ts';
import { hasSystem } from './device-kinds.rules.ts';
import { unfitText } from './fitness.rules.ts';
import { deviceStanding, nameOf } from './standing.rules.ts';
import { stockPages, stockView } from './stock.pages.ts';
import { acceptanceWords, lendableWords } from './updates.rules.ts';
import { NewAcceptance } from './updates.schemas.ts';
import { updatesView } from './updates.view.ts';
import { whereaboutsOf } from './whereabouts.queries.ts';

const { status, kind, fit, updatesEndWithin } = DeviceQuery.properties;
const ExportQuery = Type.Object(
  { status, kind, fit, updatesEndWithin, donationId: Type.Optional(Type.String({ format: 'uuid' })) },
  { additionalProperties: false },
);

const SimScan = strictObject({ sim: line(40) });
const words = {
  ...checkWords,
  reason: 'Enter why it goes back',
  network: 'Enter the network',
  iccid: 'Enter the number printed on the SIM',
  sim: 'Scan or type the number on the SIM',
  durationMonths: 'Enter for how many months it runs',
};

/** /devices: the stock, and one device with its checks, its data plan and its story. */
export function devicePages(app: App, deps: Deps): void {
  app.get(
    '/devices',
    { config: { action: 'devices.read' }, schema: { querystring: DeviceQuery } },
    async (request, reply) => {
      const day = today(deps.clock);
      const [list, count] = await Promise.all([
        listDevices(deps.db, request.query, day),
        countDevices(deps.db, request.query, day),
      ]);
      const { after, limit: _limit, fit, updatesEndWithin, ...others } = request.query;
      const filters = {
        ...others,
        ...(fit !== undefined && { fit: String(fit) }),
        ...(updatesEndWithin !== undefined && { updatesEndWithin: String(updatesEndWithin) }),
      };
      const query = new URLSearchParams(filters).toString();
      const { order: _order, ...inFile } = filters;
      const where = may(request.ctx.actor, 'loans.read')
        ? await whereaboutsOf(
            deps.db,
            list.items.map(({ id }) => id),
          )
        : undefined;
      return reply.page('stock/devices/views/list.njk', {
        ...list,
        where: where && Object.fromEntries(where),
        count,
        filters,
        query,
        after,
        inFile: new URLSearchParams(inFile).toString(),
        canBeLent: ({ updatesEndOn, kind }: DeviceSummary) =>
          hasSystem(kind) ? lendableWords(updatesEndOn, day) : '',
        statuses: deviceStatuses,
        kinds: deviceKinds,
      });
    },
  );

  for (const format of fileFormats)
    app.get(
      `/devices/export.${format}`,
      { config: { action: 'devices.export' }, schema: { querystring: ExportQuery } },
      async (request, reply) => {
        const rows = await exportDevices(deps, request.ctx, request.query);
        return sendTable(reply, format, {
          name: `devices-${today(deps.clock)}`,
          columns: exportColumns,
          rows,
        });
      },
    );

  const history = { params: idParams, querystring: Type.Object(listQuery) };
  app.get('/devices/:id', { config: { action: 'devices.read' }, schema: history }, async (request, reply) =>
    reply.page(
      'stock/devices/views/device.njk',
      await deviceView(request.ctx, request.params.id, request.query),
    ),
  );

  const page = {
    params: idParams,
    view: 'stock/devices/views/device.njk',
    show: (form: Form, { ctx, params }: AskedOne) => deviceView(ctx, params.id, { limit: 50 }, form),
  };
  submit(app, '/devices/:id/checks', {
    ...page,
    action: 'devices.prepare',
    show: (form, asked) => page.show({ ...form, prefix: String(form.typed.kind) }, asked),
    async take(typed, { ctx, params: { id } }) {
      const { kind, result, device } = await recordCheck(deps, ctx, id, fields(NewCheck, typed, words));
      const outcome = `${inWords(kind)} check ${result === 'pass' ? 'passed' : 'failed'}.`;
      const next =
        device.status === 'ready'
          ? 'The device is ready to lend.'
          : `Still to do: ${device.openChecks.map(inWords).join(', ').toLowerCase()}.`;
      const link = device.status === 'ready' ? { href: '/', text: 'Scan the next device' } : undefined;
      return { href: `/devices/${id}`, text: `${outcome} ${next}`, ...(link && { link }) };
    },
  });

  submit(app, '/devices/:id/reopenings', {
    ...page,
    action: 'devices.prepare',
    prefix: 'reopen',
    async take(typed, { ctx, params: { id } }) {
      await reopenPreparation(deps, ctx, id, fields(Reopening, typed, words));
      return { href: `/devices/${id}`, text: 'The device is being prepared again. Every check is open.' };
    },
  });

  submit(app, '/devices/:id/data-plans', {
    ...page,
    action: 'devices.fit-data',
    prefix: 'data-plan',
    async take(typed, { ctx, params: { id } }) {
      const plan = planOfForm(fields(DataPlanForm, typed, words));
      const { warnings } = await fitDataPlan(deps, ctx, id, plan);
      return { href: `/devices/${id}`, text: ['The data plan is recorded.', ...warnings].join(' ') };
    },
  });

  submit(app, '/devices/:id/fittings', {
    ...page,
    action: 'devices.fit-data',
    prefix: 'sim',
    async take(typed, { ctx, params: { id } }) {
      const { sim } = fields(SimScan, typed, words);
      const { warnings } = await fitScannedSim(deps, ctx, id, sim);
      return { href: `/devices/${id}`, text: ['The SIM is fitted.', ...warnings].join(' ') };
    },
  });

  submit(app, '/devices/:id/updates-acceptances', {
    ...page,
    action: 'devices.accept-updates',
    prefix: 'updates',
    async take(typed, { ctx, params: { id } }) {
      const { status } = await acceptUpdates(deps, ctx, id, fields(NewAcceptance, typed, acceptanceWords));
      return {
        href: `/devices/${id}`,
        text: `Your reason is kept.${status === 'ready' ? ' The device is ready to lend.' : ''}`,
      };
    },
  });

  stockPages(app, deps, page);

  /** One device with the forms for what may be done with it. `sent`: the form that was refused, if any. */
  async function deviceView(
    ctx: Context,
    id: string,
    page: { limit: number; after?: string | undefined },
    sent?: Form,
  ) {
    const { actor } = ctx;
    const [device, events, offers] = await Promise.all([
      getDevice(deps.db, id, today(deps.clock)),
      timelineOf(deps.db, id, page),
      listOffers(deps.db),
    ]);
    const date = today(deps.clock);
    const formOf = (prefix: string, start: Record<string, string> = {}) =>
      sent?.prefix === prefix ? sent : { ...newForm(start), prefix };
    const checkForm = (kind: CheckKind) => ({
      kind,
      form: formOf(kind, { performedOn: date, performedBy: actor.name }),
    });
    const [stock, held, attachments] = await Promise.all([
      stockView(deps, ctx, device, sent),
      device.status === 'reserved' ? heldOn(deps.db, id) : undefined,
      attachmentView(deps, ctx, { place: 'device', id }),
    ]);
    const isPreparer = may(actor, 'devices.prepare') && stock.can.record_check === true;
    const due = checksDue(device, date);
    const again: CheckKind[] = hasSystem(device.kind) ? ['updates'] : [];
    const checksToDo = isPreparer
      ? [...new Set([...(device.openChecks.length ? device.openChecks : checksWithNext(device)), ...again])]
      : device.openChecks;
    const [latest] = stock.holders;
    return {
      device,
      name: nameOf(device),
      standing: deviceStanding(
        device,
        latest && !latest.until ? { name: whoHas(latest), since: latest.from } : undefined,
      ),
      held: held ? [held] : [],
      ...stock,
      attachments,
      due: [...sayUnfit(device), ...due.map((check) => dueWords(check, device.status))],
      checksToDo,
      checkForms: isPreparer ? checksToDo.map(checkForm) : [],
      hasCertificate:
        device.cycle > 1 ||
        device.checks.some(({ kind, result }) => kind === 'sanitisation' && result === 'pass'),
      evidenceChoices,
      reopenForm: formOf('reopen'),
      updates: device.updates && updatesView(device, date),
      updatesForm: formOf('updates'),
      simForms: { plan: formOf('data-plan', { activatedOn: date }), scan: formOf('sim') },
      offers,
      form: sent,
      timeline: timelineLines(events.items, id, actor),
      next: events.next,
      after: page.after,
    };
  }
}

/** Whom a device is with, by name; someone who was erased has none. */
const whoHas = ({ patient, location }: Holder): string =>
  (patient ? `${patient.givenName} ${patient.familyName}`.trim() : location?.name) || 'Someone';

/** What keeps it from being offered, beside its checks; what a stocktake missed is said of any device on the shelf. */
function sayUnfit({ unfit, status, missedOn }: Device): string[] {
  const all =
    status === 'in_preparation' && missedOn ? [{ reason: 'not_seen' as const, since: missedOn }] : unfit;
  return all.filter(({ reason }) => reason !== 'check_due').map((one) => withDates(unfitText(one)));
}

function dueWords({ kind, nextDue, isOver }: CheckDue, status: DeviceStatus): string {
  const what = `${inWords(kind)} check`;
  if (!isOver) return `${what} falls due on ${dateWords(nextDue)}.`;
  const next =
    status === 'on_loan' ? 'It is on loan: arrange to test it' : 'It cannot go out until it is tested again';
  return `${what} fell due on ${dateWords(nextDue)}. ${next}.`;
}

const choices = (values: readonly string[]) => values.map((value) => ({ value, text: inWords(value) }));
const evidenceChoices = {
  techniques: choices(techniques),
  mediaTypes: choices(mediaTypes),
  verifications: choices(verifications),
  destinations: choices(destinations),
};
