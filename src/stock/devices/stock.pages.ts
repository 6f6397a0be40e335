import { type Action, may } from '../../access/permissions.ts';
import { listHolders } from '../../lending/loans/holder.queries.ts';
import { listLocations } from '../../scheme/organisations/organisation.queries.ts';
import type { Context } from '../../shared/actor.ts';
import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { inWords, withDates } from '../../shared/formats.ts';
import { type App, type idParams, strictObject } from '../../shared/http.ts';
import { Problem } from '../../shared/problem.ts';
import { type Form, fields, newForm, type Typed } from '../../web/forms.ts';
import type { Banner } from '../../web/pages.ts';
import { type AskedOne, submit } from '../../web/submit.ts';
import { giveUp, recordArrival, recordSeen } from './arrival.commands.ts';
import { allowedDeviceActions, type DeviceAction } from './device.rules.ts';
import type { Device } from './device.schemas.ts';
import { canHoldData } from './device-kinds.rules.ts';
import { disposeDevices } from './disposal.commands.ts';
import { standingOf } from './disposal.queries.ts';
import { disposalTerms } from './disposal.schemas.ts';
import { moveDevices } from './move.commands.ts';
import { NewMoves } from './move.schemas.ts';
import { sendForRepair, takeBackFromRepair } from './repair.commands.ts';
import { GivingUp, NewArrival, NewRepair, RepairReturn } from './repair.schemas.ts';
import { disposalWays } from './stock.rules.ts';

const Move = strictObject({ locationId: NewMoves.properties.locationId });
const Disposal = strictObject(disposalTerms);
export const stockFormWords = {
  fault: 'Enter what is wrong with it',
  result: 'Choose whether it is repaired',
  condition: 'Choose its condition',
  reason: 'Enter why',
  locationId: 'Choose where it is kept now',
  way: 'Choose how it leaves',
  disposedOn: 'Enter the day it left',
};

/** A refused form; of a refused line only what is said of it. */
export function refusedLine(form: Form, error: unknown): Form {
  const isLine = error instanceof Problem && error.type === 'bulk-refused' && error.detail;
  return isLine ? { ...form, summary: [{ text: withDates(error.detail!) }] } : form;
}

/** The forms on a device's page for what happens to it outside loans. `page`: that page. */
export function stockPages(
  app: App,
  deps: Deps,
  page: {
    params: typeof idParams;
    view: string;
    show(form: Form, request: AskedOne): Promise<object>;
  },
): void {
  const form = (
    path: string,
    action: Action,
    work: (ctx: Context, id: string, typed: Typed) => Promise<Banner>,
  ) =>
    submit(app, `/devices/:id/${path}`, {
      ...page,
      action,
      prefix: path,
      show: (form, request, error) => page.show(refusedLine(form, error), request),
      take: async (typed, { ctx, params: { id } }) => ({
        href: `/devices/${id}`,
        ...(await work(ctx, id, typed)),
      }),
    });

  form('repairs', 'devices.repair', async (ctx, id, typed) => {
    await sendForRepair(deps, ctx, id, fields(NewRepair, typed, stockFormWords));
    return { text: 'The device is in repair.', link: { href: '/repairs', text: 'See what is in repair' } };
  });
  form('repair-returns', 'devices.repair', async (ctx, id, typed) => {
    const { device } = await takeBackFromRepair(deps, ctx, id, fields(RepairReturn, typed, stockFormWords));
    return {
      text: `The device is back. ${toDo(device.openChecks)}`,
      link: { href: `/bench/${id}`, text: 'Prepare it at the bench' },
    };
  });
  form('arrivals', 'loans.return', async (ctx, id, typed) => {
    const { status, openChecks } = await recordArrival(
      deps,
      ctx,
      id,
      fields(NewArrival, typed, stockFormWords),
    );
    const next = status === 'in_repair' ? 'Say where it goes for repair.' : toDo(openChecks);
    return { text: `The device is here. ${next}` };
  });
  form('sightings', 'devices.prepare', async (ctx, id) => {
    await recordSeen(deps, ctx, id);
    return { text: 'The device is here. Nobody need look for it any more.' };
  });
  form('losses', 'incidents.report', async (ctx, id, typed) => {
    await giveUp(deps, ctx, id, fields(GivingUp, typed, stockFormWords));
    return {
      text: 'The device is lost. A manager may write it off; if it turns up, record that it was found.',
    };
  });
  form('moves', 'devices.move', async (ctx, id, typed) => {
    const { lines } = await moveDevices(deps, ctx, {
      ...fields(Move, typed, stockFormWords),
      items: [{ deviceId: id }],
    });
    return { text: lines[0]!.text };
  });
  form('disposals', 'devices.dispose', async (ctx, id, typed) => {
    const terms = fields(Disposal, typed, stockFormWords);
    await disposeDevices(deps, ctx, { ...terms, items: [{ deviceId: id }] });
    return {
      text: 'The device is retired.',
      ...(terms.way === 'written_off' &&
        may(ctx.actor, 'losses.read') && {
          link: { href: '/losses-register', text: 'See the losses register' },
        }),
    };
  });
}

const toDo = (openChecks: string[]) => `To do: ${openChecks.map(inWords).join(', ').toLowerCase()}.`;

/** What may happen to a device outside loans, in the order of its page. */
const outsideLoans: DeviceAction[] = ['send_for_repair', 'move', 'dispose'];

/** What the page of a device shows of its life outside loans, and who had it; the look at each of them is logged. */
export async function stockView(deps: Deps, ctx: Context, device: Device, sent?: Form) {
  const seesBorrowers = may(ctx.actor, 'loans.read');
  const [standing, locations, holders] = await Promise.all([
    // What is held for someone is neither disposed of nor found again, which is all that this decides.
    device.status === 'reserved' ? undefined : standingOf(deps.db, [device.id]),
    may(ctx.actor, 'devices.move') ? listLocations(deps.db) : [],
    seesBorrowers ? listHolders(deps.db, device.id, { limit: 200 }) : { items: [] },
  ]);
  const { sanitised = false, incident = null } = standing?.get(device.id) ?? {};
  const can = allowedDeviceActions({ ...device, hasDataPlan: device.dataPlan !== null, incident });
  const date = today(deps.clock);
  const formOf = (prefix: string, start: Typed = {}) =>
    sent?.prefix === prefix ? sent : { ...newForm(start), prefix };
  const choice = ({ id, name }: { id: string; name: string }) => ({ value: id, text: name });
  return {
    can,
    stockForms: {
      repair: formOf('repairs', { sentOn: date }),
      back: formOf('repair-returns', { backOn: date }),
      arrival: formOf('arrivals'),
      loss: formOf('losses'),
      move: formOf('moves', { locationId: device.location?.id ?? '' }),
      disposal: formOf('disposals', {
        disposedOn: date,
        ...(can.write_off === true && { way: 'written_off', authorisedBy: ctx.actor.name }),
      }),
    },
    disposalWays: disposalWays.filter((way) => way !== 'written_off'),
    needsErasing: canHoldData(device.kind) && !sanitised,
    openIncident: incident,
    places: locations.map(choice),
    repairers: locations.filter(({ kind }) => kind === 'repairer').map(choice),
    // One sentence often stands in the way of several things.
    notNow: [...new Set(outsideLoans.flatMap((action) => (can[action] === true ? [] : can[action])))],
    seesBorrowers,
    holders: holders.items,
  };
}
