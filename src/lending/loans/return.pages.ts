import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import { logAccess } from '../../people/look.queries.ts';
import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { count } from '../../shared/formats.ts';
import { type App, idParams, strictObject } from '../../shared/http.ts';
import { invalid } from '../../shared/problem.ts';
import type { Upload } from '../../shared/uploads.ts';
import { countDevices } from '../../stock/devices/device.queries.ts';
import { conditions } from '../../stock/devices/device.rules.ts';
import { findScanned } from '../../stock/devices/scan.queries.ts';
import { isWithSomeone, notOnLoan } from '../../stock/devices/scan.rules.ts';
import { type Form, fields, newForm, refused, type Typed } from '../../web/forms.ts';
import { formPage } from '../../web/submit.ts';
import { attachmentLimits } from '../attachments/attachment.rules.ts';
import { returnWithPhotos } from '../attachments/photo.commands.ts';
import { letGoOf, withPhotos } from '../attachments/photo.view.ts';
import { accessoriesOf, accessoryRows, atItsAccessories, tickedOf } from './accessory-form.rules.ts';
import { reasonChoices, reasonWords } from './end-reason.rules.ts';
import { accessoryWords } from './issue-kit.rules.ts';
import { backOnDay, findLoanByReference, getLoan, getLoanDetails } from './loan.queries.ts';
import { type Loan, NewReturn } from './loan.schemas.ts';
import { missingOf } from './loan-accessory.queries.ts';

const Scan = strictObject({ code: Type.String({ minLength: 1, maxLength: 200 }) });
const ItemQuery = Type.Object(
  {
    item: Type.Optional(Type.String({ format: 'uuid' })),
    /** Where the return began, and so where it leads back to. */
    from: Type.Optional(Type.Literal('returns')),
  },
  { additionalProperties: false },
);
const oneView = 'lending/loans/views/return.njk';
const words = {
  items: 'Tick what came back.',
  'items.*.condition': 'Choose its condition.',
  ...reasonWords,
};

/** /returns and /loans/:id/return: a scan finds its loan, and what came back is taken in. */
export function returnPages(app: App, deps: Deps): void {
  formPage(app, '/returns', {
    action: 'loans.return',
    view: 'lending/loans/views/returns.njk',
    async show(sent) {
      const [scan] = sent?.typed.code
        ? await findScanned(deps.db, [String(sent.typed.code)], { fits: isWithSomeone })
        : [];
      const [back, toPrepare] = await Promise.all([
        backOnDay(deps.db, today(deps.clock)),
        countDevices(deps.db, { status: 'in_preparation' }, today(deps.clock)),
      ]);
      return { device: scan?.device, back, toPrepare };
    },
    async take(typed) {
      const { code } = fields(Scan, typed, { code: 'Scan or type a label first.' });
      const [loan, [scan]] = await Promise.all([
        findLoanByReference(deps.db, code),
        findScanned(deps.db, [code], { fits: isWithSomeone }),
      ]);
      const { device } = scan!;
      const on = device?.loan;
      if (loan && on && on.id !== loan.id)
        throw invalid({
          pointer: '/code',
          message: `“${code}” is loan ${loan.reference}, and ${device.assetTag}, which is on ${on.reference}. Type the whole of the one you mean.`,
        });
      if (on) return { href: `/loans/${on.id}/return?item=${on.itemId}&from=returns` };
      if (loan) return { href: `/loans/${loan.id}/return?from=returns` };
      throw invalid({ pointer: '/code', message: notOnLoan(scan!) });
    },
  });

  formPage(app, '/loans/:id/return', {
    action: 'loans.return',
    params: idParams,
    querystring: ItemQuery,
    upload: attachmentLimits,
    view: oneView,
    async show(sent, { ctx, params, query, uploads }) {
      const form =
        sent ??
        newForm({
          on: today(deps.clock),
          ...(query.item && { ticked: query.item }),
          ...(query.from && { from: query.from }),
        });
      const view = await returnView(params.id, form, uploads);
      if (view.loan.patient) await logAccess(deps, ctx, view.loan.patient.id, 'loan');
      return view;
    },
    async take(typed, { ctx, params: { id }, uploads }, reply) {
      if (typed.do === 'tick') return tick(reply, id, typed);
      const ticked = tickedIn(typed);
      const accessories = tickedOf(await getLoan(deps.db, deps.clock, id), typed);
      assertTicked(typed, ticked, uploads);
      if (!ticked.length && !accessories.length) throw invalid({ pointer: '/items', message: words.items });
      const [input, chosen] = await withPhotos(typed, uploads, () =>
        fields(NewReturn, rowsOf(typed, ticked, accessories), words),
      );
      const photos = new Map([...chosen].map(([field, files]) => [itemOf(field)!, files]));
      const { items } = await returnWithPhotos(deps, ctx, id, { input, photos });
      const [first] = items;
      const came = [...items.map(({ assetTag }) => assetTag), ...accessoryWords(input.accessories ?? [])];
      const text = whatHappened(came, uploads.length, await missingOf(deps.db, id));
      if (typed.from === 'returns')
        return { href: '/returns', text, link: { href: `/loans/${id}`, text: 'See the loan' } };
      return {
        href: `/loans/${id}`,
        text,
        link: first
          ? { href: `/devices/${first.deviceId}`, text: `Prepare ${first.assetTag}` }
          : { href: '/returns', text: 'Next return' },
      };
    },
  });

  /** A scan on the page ticks one more item; what was entered stays. */
  async function tick(reply: FastifyReply, id: string, typed: Typed) {
    const code = String(typed.scan ?? '').trim();
    const [scan] = await findScanned(deps.db, code ? [code] : [], {
      fits: ({ loan }) => loan?.id === id,
    });
    const other = scan?.device?.loan;
    if (other?.id === id) {
      const ticked = [...new Set([...tickedIn(typed), other.itemId])];
      return reply.page(
        oneView,
        await returnView(id, newForm({ ...typed, scan: '', ticked }), reply.request.uploads),
      );
    }
    const message = !scan
      ? 'Scan or type a label first.'
      : other
        ? `${scan.device!.assetTag} is on another loan, ${other.reference}.`
        : notOnLoan(scan);
    const form = refused(typed, invalid({ pointer: '/scan', message }));
    return reply
      .code(form.status)
      .page(oneView, { ...(await returnView(id, form, reply.request.uploads)), other });
  }

  async function returnView(id: string, sent: Form, uploads: Upload[]) {
    const [loan, { items }] = await Promise.all([
      getLoan(deps.db, deps.clock, id),
      getLoanDetails(deps.db, id),
    ]);
    const ticked = tickedIn(sent.typed);
    const form = atItsAccessories(atItsItems(sent, ticked), tickedOf(loan, sent.typed));
    return {
      loan,
      form,
      conditions,
      reasonChoices,
      items: items.filter(({ endedOn }) => !endedOn),
      returned: items.filter(({ endedOn }) => endedOn),
      ticked,
      letGo: letGoOf(uploads),
      ...accessoriesOf(loan, form),
    };
  }
}

const tickedIn = (typed: Typed): string[] => [typed.ticked ?? []].flat();

/** The fields of an item by its id: `item.<id>.condition`, so that a field stays with its item whatever is ticked; the same of an accessory. The day and the reason are of all of them. */
function rowsOf(typed: Typed, ticked: string[], accessories: Loan['accessories']): Typed {
  const rows = ticked.flatMap((id, row) => [
    [`items.${row}.itemId`, id],
    [`items.${row}.condition`, typed[`item.${id}.condition`] ?? ''],
    [`items.${row}.notes`, typed[`item.${id}.notes`] ?? ''],
  ]);
  const ofAll = Object.entries(typed).filter(([name]) => /^(on(-|$)|because\.)/.test(name));
  return { ...Object.fromEntries([...rows, ...ofAll]), ...accessoryRows(typed, accessories) };
}

/** Which item a field is of. */
const itemOf = (name: string): string | undefined => /^item\.([\w-]+)\./.exec(name)?.[1];

/** @throws Problem `invalid` when something was said or shown of an item that is not ticked */
function assertTicked(typed: Typed, ticked: string[], uploads: Upload[]): void {
  const said = Object.entries(typed).flatMap(([name, value]) => (String(value).trim() && itemOf(name)) || []);
  const shown = uploads.map(({ field }) => itemOf(field) ?? '');
  const [left] = [...said, ...shown].filter((id) => !ticked.includes(id));
  if (left !== undefined)
    throw invalid({
      pointer: `/item.${left}.condition`,
      message: 'Tick it if it came back. If it did not, clear its condition, notes and photos.',
    });
}

/** Faults of rows at the names that the form has for their items. */
function atItsItems(form: Form, ticked: string[]): Form {
  const own = (name: string) =>
    name === 'items'
      ? 'ticked'
      : name.replace(/^items\.(\d+)\.(\w+)$/, (_, row, field) =>
          field === 'itemId' ? 'ticked' : `item.${ticked[Number(row)]}.${field}`,
        );
  return {
    ...form,
    errors: Object.fromEntries(Object.entries(form.errors).map(([name, text]) => [own(name), text])),
    summary: form.summary.map((fault) => (fault.name ? { ...fault, name: own(fault.name) } : fault)),
  };
}

function whatHappened(
  came: string[],
  photos: number,
  { items, accessories }: Awaited<ReturnType<typeof missingOf>>,
): string {
  const back = `${came.join(', ')} came back.${photos ? ` ${count(photos, 'photo')} added.` : ''}`;
  const rest = [
    ...items.map(({ assetTag, kind }) => `${assetTag} (${kind})`),
    ...accessoryWords(accessories),
  ];
  if (!rest.length) return `${back} Everything is back and the loan is closed.`;
  return `${back} Still with the borrower: ${rest.join(', ')}.`;
}
