import Type from 'typebox';
import { date as inWords, words } from '../admin/formats.ts';
import { type Form, fields, newForm, refused, type Typed, typedIn } from '../admin/forms.ts';
import { findScanned } from '../loans/scan.queries.ts';
import { issueVerdict, type Verdict } from '../loans/scan.rules.ts';
import { logAccess } from '../patients/patient.queries.ts';
import { getReferral } from '../referrals/referral.queries.ts';
import type { Context } from '../shared/actor.ts';
import { addDays, today } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { type App, idParams, strictObject } from '../shared/http.ts';
import { invalid, Problem } from '../shared/problem.ts';
import { allocateDevice } from './allocation.commands.ts';
import {
  allocationDays,
  type FittingDevice,
  fittingDevices,
  getAllocation,
  heldFor,
  pickList,
  stockNeedsOf,
} from './allocation.queries.ts';
import { type WaitsLonger, whyNoneHeld } from './allocation.rules.ts';
import { NewAllocation, NewRelease } from './allocation.schemas.ts';
import { releaseAllocation } from './release.commands.ts';

const { deviceId, expiresOn, skipReason } = NewAllocation.properties;
const AllocateForm = strictObject({ deviceId, expiresOn, skipReason, scan: Type.Optional(Type.String()) });
const mostPicked = 400;

/** What a refused form shows beside its faults: what the scan found, and who has waited longer. */
type Refusal = { verdict?: Verdict & { label: string }; longer?: WaitsLonger[]; longerCount?: number };

/** Holding a device for a referral, releasing it, and the list of what to fetch. */
export function allocationPages(app: App, deps: Deps): void {
  const options = { config: { action: 'waiting-list.allocate' }, schema: { params: idParams } } as const;

  app.get('/referrals/:id/allocate', options, async (request, reply) =>
    reply.page('allocations/views/allocate.njk', await allocateView(request.ctx, request.params.id)),
  );

  app.post('/referrals/:id/allocate', options, async (request, reply) => {
    const { id } = request.params;
    const typed = typedIn(request.body);
    const refusal: Refusal = {};
    try {
      const { scan, deviceId, ...rest } = fields(AllocateForm, typed);
      const chosen = scan ? await scanned(id, scan, refusal) : deviceId;
      if (!chosen)
        throw invalid({
          pointer: '/scan',
          message: 'Scan or type the label of a device, or choose one below.',
        });
      const held = await allocateDevice(deps, request.ctx, id, { deviceId: chosen, ...rest });
      return reply.done(`/referrals/${id}`, {
        text: `${held.assetTag} is held until ${inWords(held.expiresOn)}.`,
        link: { href: '/referrals/waiting', text: 'Back to the waiting list' },
      });
    } catch (error) {
      const { form, ...told } = refusedAllocation(typed, error, refusal);
      return reply
        .code(form.status)
        .page('allocations/views/allocate.njk', { ...(await allocateView(request.ctx, id, form)), ...told });
    }
  });

  app.get('/allocations/:id/release', options, async (request, reply) => {
    const allocation = await getAllocation(deps.db, request.params.id);
    return reply.page('allocations/views/release.njk', { allocation, form: newForm(), from: 'referral' });
  });

  app.post('/allocations/:id/release', options, async (request, reply) => {
    const { id } = request.params;
    const { from, ...typed } = typedIn(request.body);
    try {
      const input = fields(NewRelease, typed, { reason: 'Enter why it is let go' });
      const { device } = await releaseAllocation(deps, request.ctx, id, input);
      const { referralId } = await getAllocation(deps.db, id);
      return reply.done(from === 'device' ? `/devices/${device.id}` : `/referrals/${referralId}`, {
        text: `${device.assetTag} is released. It is ready for anyone.`,
        link: { href: '/referrals/waiting?inStock=true', text: 'See who could be helped now' },
      });
    } catch (error) {
      const form = refused(typed, error);
      const allocation = await getAllocation(deps.db, id);
      return reply.code(form.status).page('allocations/views/release.njk', { allocation, form, from });
    }
  });

  app.get('/referrals/pick-list', { config: { action: 'waiting-list.read' } }, async (_request, reply) => {
    const found = await pickList(deps.db, mostPicked + 1);
    const lines = found.slice(0, mostPicked);
    const places = Map.groupBy(lines, ({ location }) => location ?? 'Nowhere recorded');
    return reply.page('allocations/views/pick-list.njk', {
      lines,
      places: [...places].map(([name, lines]) => ({ name, lines })),
      more: found.length > mostPicked,
      day: today(deps.clock),
    });
  });

  /** The device that was scanned; its verdict goes to the page. */
  async function scanned(referralId: string, code: string, refusal: Refusal): Promise<string> {
    const [scan] = await findScanned(deps.db, [code]);
    const verdict = issueVerdict(scan!, referralId);
    refusal.verdict = { ...verdict, label: scan!.device?.assetTag ?? code };
    if (scan!.device && verdict.ok) return scan!.device.id;
    throw new Problem('device-not-available', { detail: verdict.text });
  }

  async function allocateView(ctx: Context, id: string, sent?: Form) {
    const referral = await getReferral(deps.db, ctx.actor, id);
    const [needs, held, days] = await Promise.all([
      stockNeedsOf(deps.db, id),
      heldFor(deps.db, id),
      allocationDays(deps.db),
      logAccess(deps, ctx, referral.patient.id, 'referral'),
    ]);
    const start = { expiresOn: addDays(today(deps.clock), days) };
    return {
      referral,
      held,
      whyNone: whyNoneHeld(referral.status, needs.open, needs.toFind),
      choices: (await fittingDevices(deps.db, needs.toFind)).map(choiceOf),
      form: sent ? { ...sent, typed: { ...start, ...sent.typed } } : newForm(start),
    };
  }
}

/** The form again, with what the refusal says of the device and of whoever comes first. */
function refusedAllocation(typed: Typed, error: unknown, { verdict }: Refusal): Refusal & { form: Form } {
  const form = refused(typed, error);
  if (!(error instanceof Problem)) return { form };
  if (error.type === 'someone-waits-longer') {
    const { waiting, count } = error.extra as { waiting: WaitsLonger[]; count: number };
    const text = 'Someone has waited longer for the same. Say why they are passed over';
    return {
      form: { ...form, errors: { skipReason: text }, summary: [{ name: 'skipReason', text }] },
      longer: waiting,
      longerCount: count,
      ...(verdict && { verdict }),
    };
  }
  if (form.summary.some(({ name }) => name)) return { form };
  const text = (error.detail ?? error.title).replaceAll(/\d{4}-\d{2}-\d{2}/g, inWords);
  const name = typed.scan ? 'scan' : 'deviceId';
  const stopped = verdict && !verdict.ok ? { verdict } : {};
  return { form: { ...form, errors: { [name]: text }, summary: [{ name, text }] }, ...stopped };
}

/** A ready device as a choice: what it is, then where it is and since when it is ready. */
function choiceOf(device: FittingDevice) {
  const { id, assetTag, kind, make, model, location, hasDataPlan, dataExpiresOn, readySince } = device;
  const data = hasDataPlan
    ? [dataExpiresOn ? `data until ${inWords(dataExpiresOn)}` : 'with data, not started']
    : [];
  const kept = location ? [location] : [];
  return {
    value: id,
    text: `${assetTag}: ${words(kind).toLowerCase().replace('sim', 'SIM')}, ${make} ${model}`,
    hint: [...kept, `ready since ${inWords(readySince)}`, ...data]
      .join(', ')
      .replace(/^./, (first) => first.toUpperCase()),
  };
}
