import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import { logAccess } from '../../people/look.queries.ts';
import type { Context } from '../../shared/actor.ts';
import { addDays, today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { date as inWords, withDates } from '../../shared/formats.ts';
import { type App, idParams, strictObject } from '../../shared/http.ts';
import { invalid, Problem } from '../../shared/problem.ts';
import { kindWord } from '../../stock/devices/device-kinds.rules.ts';
import { isWithoutItsData, unfitText, unfitWords } from '../../stock/devices/fitness.rules.ts';
import { mayGoOut } from '../../stock/devices/going-out.rules.ts';
import { findScanned } from '../../stock/devices/scan.queries.ts';
import { issueVerdict, type Verdict } from '../../stock/devices/scan.rules.ts';
import { type Form, fields, newForm, refused, type Typed, typedIn } from '../../web/forms.ts';
import { formPage } from '../../web/submit.ts';
import { getReferral } from '../referral.queries.ts';
import { allocateDevice, allocateDevices } from './allocation.commands.ts';
import {
  allocationDays,
  type FittingDevice,
  fittingDevices,
  getAllocation,
  heldFor,
  pickList,
  stockNeedsOf,
} from './allocation.queries.ts';
import { meetsOf, type WaitsLonger, whyNoneHeld } from './allocation.rules.ts';
import { type Allocated, NewAllocation, NewRelease } from './allocation.schemas.ts';
import { releaseAllocation } from './release.commands.ts';
import { suggestionFor, suggestionWords } from './suggestion.rules.ts';

const { deviceId, expiresOn, skipReason } = NewAllocation.properties;
const AllocateForm = strictObject({
  deviceId,
  expiresOn,
  skipReason,
  scan: Type.Optional(Type.String()),
  warned: Type.Optional(Type.String()),
  /** Ids of devices, with a space between them. */
  suggested: Type.Optional(Type.String({ pattern: '^[0-9a-f-]{36}( [0-9a-f-]{36})?$' })),
});
const mostPicked = 400;

/** What a refused form shows beside its faults: what the scan found, and who has waited longer. */
type Refusal = {
  verdict?: Verdict & { label: string };
  longer?: WaitsLonger[];
  longerCount?: number;
};

/** Holding a device for a referral, releasing it, and the list of what to fetch. */
export function allocationPages(app: App, deps: Deps): void {
  const options = { config: { action: 'waiting-list.allocate' }, schema: { params: idParams } } as const;

  app.get('/referrals/:id/allocate', options, async (request, reply) =>
    reply.page(
      'referrals/allocations/views/allocate.njk',
      await allocateView(request.ctx, request.params.id),
    ),
  );

  app.post('/referrals/:id/allocate', options, async (request, reply) => {
    const { id } = request.params;
    const typed = typedIn(request.body);
    const refusal: Refusal = {};
    try {
      const { scan, deviceId, warned, suggested, ...rest } = fields(AllocateForm, typed);
      const isSuggested = suggested && !scan;
      if (isSuggested) {
        const deviceIds = suggested.split(' ');
        return heldDone(reply, id, await allocateDevices(deps, request.ctx, id, { deviceIds, ...rest }));
      }
      const chosen = scan ? await scanned(id, { scan, warned }, refusal) : deviceId;
      if (!chosen)
        throw invalid({
          pointer: '/scan',
          message: 'Scan or type the label of a device, or choose one below.',
        });
      const held = await allocateDevice(deps, request.ctx, id, { deviceId: chosen, ...rest });
      return heldDone(reply, id, [held]);
    } catch (error) {
      const { form, ...told } = refusedAllocation(typed, error, refusal);
      return reply.code(form.status).page('referrals/allocations/views/allocate.njk', {
        ...(await allocateView(request.ctx, id, form)),
        ...told,
      });
    }
  });

  formPage(app, '/allocations/:id/release', {
    action: 'waiting-list.allocate',
    params: idParams,
    view: 'referrals/allocations/views/release.njk',
    show: async (sent, { params }) => ({
      allocation: await getAllocation(deps.db, params.id),
      from: sent ? sent.typed.from : 'referral',
    }),
    async take({ from, ...typed }, { ctx, params: { id } }) {
      const input = fields(NewRelease, typed, { reason: 'Enter why it is let go' });
      const { device } = await releaseAllocation(deps, ctx, id, input);
      const { referralId } = await getAllocation(deps.db, id);
      return {
        href: from === 'device' ? `/devices/${device.id}` : `/referrals/${referralId}`,
        text: `${device.assetTag} is released. It is ready for anyone.`,
        link: { href: '/referrals/waiting?inStock=true', text: 'See who could be helped now' },
      };
    },
  });

  app.get('/referrals/pick-list', { config: { action: 'waiting-list.read' } }, async (_request, reply) => {
    const found = await pickList(deps.db, mostPicked + 1, today(deps.clock));
    const lines = found.slice(0, mostPicked).map(({ unfit, ...line }) => ({
      ...line,
      warnings: unfit.map((one) => withDates(unfitText(one))),
    }));
    const places = Map.groupBy(lines, ({ location }) => location ?? 'Nowhere recorded');
    return reply.page('referrals/allocations/views/pick-list.njk', {
      lines,
      places: [...places].map(([name, lines]) => ({ name, lines })),
      more: found.length > mostPicked,
      day: today(deps.clock),
    });
  });

  /**
   * The device that was scanned; its verdict goes to the page.
   * @param warned the scan of which it was said already that there is something to see to
   * @throws Problem `device-not-available`, and once `invalid` for a device with something to see to first
   */
  async function scanned(
    referralId: string,
    { scan: code, warned }: { scan: string; warned: string | undefined },
    refusal: Refusal,
  ): Promise<string> {
    const [[scan], { toFind }] = await Promise.all([
      findScanned(deps.db, [code], {
        day: today(deps.clock),
        fits: (device) => mayGoOut(device, referralId),
      }),
      stockNeedsOf(deps.db, referralId),
    ]);
    const verdict = issueVerdict(scan!, referralId, toFind.includes('data'));
    refusal.verdict = { ...verdict, label: scan!.device?.assetTag ?? code };
    if (!scan!.device || !verdict.ok) throw new Problem('device-not-available', { detail: verdict.text });
    const { id, assetTag } = scan!.device;
    if (!verdict.wants || warned === code) return id;
    throw invalid({
      pointer: '/scan',
      message: `There is something to see to with ${assetTag}. Scan another, or send the form once more to hold it all the same.`,
    });
  }

  async function allocateView(ctx: Context, id: string, sent?: Form) {
    const referral = await getReferral(deps.db, ctx.actor, id);
    const [needs, held, days] = await Promise.all([
      stockNeedsOf(deps.db, id),
      heldFor(deps.db, id),
      allocationDays(deps.db),
      logAccess(deps, ctx, referral.patient.id, 'referral'),
    ]);
    const devices = await fittingDevices(deps.db, id, needs.toFind, today(deps.clock));
    const suggestion = suggestionFor(devices, needs.toFind);
    const start = { expiresOn: addDays(today(deps.clock), days) };
    return {
      referral,
      held,
      whyNone: whyNoneHeld(referral.status, needs.open, needs.toFind),
      choices: choicesOf(devices),
      suggestion,
      suggestionWords: suggestionWords(suggestion, needs.toFind),
      lacks: suggestion.length
        ? needs.toFind.filter((need) => !suggestion.some((one) => meetsOf(one, [need]).length))
        : [],
      form: sent ? { ...sent, typed: { ...start, ...sent.typed } } : newForm(start),
    };
  }
}

/** The referral, which says what is held for it now. */
function heldDone(reply: FastifyReply, id: string, held: Allocated[]): FastifyReply {
  const tags = held.map(({ assetTag }) => assetTag).join(' and ');
  const warnings = held.flatMap(({ warnings = [] }) => warnings);
  const until = `${tags} ${held.length > 1 ? 'are' : 'is'} held until ${held[0]!.expiresOn}.`;
  return reply.done(`/referrals/${id}`, {
    text: withDates([until, ...warnings].join(' ')),
    link: { href: '/referrals/waiting', text: 'Back to the waiting list' },
  });
}

/** The form again, with what the refusal says of the device and of whoever comes first. */
function refusedAllocation(typed: Typed, error: unknown, refusal: Refusal): Refusal & { form: Form } {
  const form = refused(typed, error);
  if (!(error instanceof Problem)) return { form };
  if (error.type === 'someone-waits-longer') {
    const { waiting, count } = error.extra as { waiting: WaitsLonger[]; count: number };
    const text = 'Someone has waited longer for the same. Say why they are passed over';
    return {
      ...refusal,
      form: { ...form, errors: { skipReason: text }, summary: [{ name: 'skipReason', text }] },
      longer: waiting,
      longerCount: count,
    };
  }
  if (form.summary.some(({ name }) => name)) return { ...refusal, form };
  const text = withDates(error.detail ?? error.title);
  const name = typed.scan ? 'scan' : typed.suggested ? 'suggested' : 'deviceId';
  const { verdict } = refusal;
  const stopped = verdict && !verdict.ok ? { verdict } : {};
  return { ...stopped, form: { ...form, errors: { [name]: text }, summary: [{ name, text }] } };
}

/** Ready devices as choices; below a line of their own those with something to see to first. */
function choicesOf(devices: FittingDevice[]) {
  const choices = devices.map(choiceOf);
  const first = devices.findIndex(({ isFit }) => !isFit);
  return first < 0 ? choices : choices.toSpliced(first, 0, { divider: 'With something to see to first' });
}

type Choice = { value: string; text: string; hint: string } | { divider: string };

/** A ready device as a choice: what it is, then what there is to see to, where it is and since when it is ready. */
function choiceOf(device: FittingDevice): Choice {
  const { id, assetTag, kind, make, model, location, hasDataPlan, dataExpiresOn, readySince, unfit } = device;
  const data = hasDataPlan
    ? [dataExpiresOn ? `data until ${inWords(dataExpiresOn)}` : 'with data, not started']
    : [];
  const warnings = unfit.map((one) => `${withDates(unfitWords(one))} `).join('');
  const kept = location ? [location] : [];
  return {
    value: id,
    text: `${assetTag}: ${kindWord(kind)}, ${make} ${model}`,
    hint:
      warnings +
      [...kept, `ready since ${inWords(readySince)}`, ...(isWithoutItsData(unfit) ? [] : data)]
        .join(', ')
        .replace(/^./, (first) => first.toUpperCase()),
  };
}
