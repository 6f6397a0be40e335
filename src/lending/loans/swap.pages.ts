import Type from 'typebox';
import { may } from '../../access/permissions.ts';
import { logAccess } from '../../people/look.queries.ts';
import type { Context } from '../../shared/actor.ts';
import { timestamp, today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { withDates } from '../../shared/formats.ts';
import { type App, idParams, strictObject } from '../../shared/http.ts';
import { isId } from '../../shared/ids.ts';
import { line } from '../../shared/schemas.ts';
import { scannedToGoOut } from '../../stock/devices/going-out.queries.ts';
import { mayGoOut } from '../../stock/devices/going-out.rules.ts';
import { type Form, fields, newForm } from '../../web/forms.ts';
import { formPage } from '../../web/submit.ts';
import { getLoan } from './loan.queries.ts';
import { isOut } from './loan.states.ts';
import { swapDevice } from './swap.commands.ts';
import { getItemToSwap } from './swap.queries.ts';
import { whyNotSwapped } from './swap.rules.ts';
import { NewSwap } from './swap.schemas.ts';

const { itemId, reason } = NewSwap.properties;
const ItemQuery = Type.Object({ item: Type.Optional(itemId) }, { additionalProperties: false });
/** `warned`: the scan of which it was said already that there is something to see to. */
const SwapForm = strictObject({ itemId, scan: line(200), reason, warned: Type.Optional(line(200)) });
const words = { scan: 'Scan or type the label of the device that really went' };

/** /loans/:id/swaps: the wrong device was given out, and the one that really went is scanned. */
export function swapPages(app: App, deps: Deps): void {
  formPage(app, '/loans/:id/swaps', {
    action: 'loans.issue',
    params: idParams,
    querystring: ItemQuery,
    view: 'lending/loans/views/swap.njk',
    show: (sent, { ctx, params, query: { item } }) =>
      view(ctx, params.id, sent ? atTheScan(sent) : newForm(item ? { itemId: item } : {})),
    async take(typed, { ctx, params: { id } }) {
      const { scan, warned, ...swap } = fields(SwapForm, typed, words);
      const deviceId = await deviceOf(id, scan, warned);
      const { item, swapped, warnings } = await swapDevice(deps, ctx, id, { ...swap, deviceId });
      return {
        href: `/loans/${id}`,
        text: [
          `${item.assetTag} is on this loan, and not ${swapped.assetTag}.`,
          ...warnings.map(withDates),
        ].join(' '),
        link: { href: `/devices/${swapped.deviceId}`, text: `See ${swapped.assetTag}` },
      };
    },
  });

  /** The device whose label was scanned, as it may go out to whom the loan is for. */
  async function deviceOf(loanId: string, scan: string, warned: string | undefined): Promise<string> {
    const { referral } = await getLoan(deps.db, deps.clock, loanId);
    return scannedToGoOut(deps.db, scan, {
      day: today(deps.clock),
      fits: (device) => mayGoOut(device, referral?.id ?? null),
      warned,
      anyway: 'if this is what went',
    });
  }

  async function view(ctx: Context, id: string, form: Form) {
    const loan = await getLoan(deps.db, deps.clock, id);
    if (loan.patient) await logAccess(deps, ctx, loan.patient.id, 'loan');
    const asked = form.typed.itemId;
    if (!isId(asked)) return { loan, form, choices: loan.items.filter(({ status }) => isOut.of(status)) };
    const standing = await getItemToSwap(deps.db, { loanId: id, itemId: asked }, timestamp(deps.clock));
    return {
      loan,
      form,
      item: standing.item,
      why: whyNotSwapped(standing, { mayLate: may(ctx.actor, 'loans.take-back-late') }),
    };
  }
}

/** A refused form, with the refusal at the box. */
function atTheScan(form: Form): Form {
  const [first] = form.summary;
  if (!first || first.name === 'scan') return form;
  return { ...form, errors: { scan: first.text }, summary: [{ name: 'scan', text: first.text }] };
}
