import type { Deps } from '../../shared/deps.ts';
import { etagOf } from '../../shared/etag.ts';
import { type App, idParams } from '../../shared/http.ts';
import { offeredPlans } from '../../support/plan.queries.ts';
import { besideTheOther, versionToSend } from '../../web/edit-conflict.ts';
import { type Form, fields, newForm, type Typed } from '../../web/forms.ts';
import { formPage } from '../../web/submit.ts';
import { listAccessories } from '../accessories/accessory.queries.ts';
import { deviceKinds } from '../devices/device.rules.ts';
import { addKit, changeKit } from './kit.commands.ts';
import { getKit, listKits } from './kit.queries.ts';
import { lineName, lineWords } from './kit.rules.ts';
import { type Kit, KitChange, NewKit } from './kit.schemas.ts';

const words = { name: 'Enter what the kit is called.', lines: 'Choose at least one thing.' };
/** Empty lines that a form has beside those that are filled. */
const spareLines = 4;
const one = 'stock/kits/views/kit.njk';

/** /settings/kits: what goes out together, to be added, changed and retired. */
export function kitPages(app: App, deps: Deps): void {
  app.get('/settings/kits', { config: { action: 'settings.read' } }, async (_request, reply) => {
    const kits = await listKits(deps.db, { retired: true });
    return reply.page('stock/kits/views/list.njk', {
      kits: kits.map((kit) => ({ ...kit, words: kit.lines.map(lineWords) })),
    });
  });

  formPage(app, '/settings/kits/new', {
    action: 'settings.change',
    view: one,
    show: (sent) => view(sent && atItsLines(sent)),
    async take(typed, { ctx }) {
      const { name } = await addKit(deps, ctx, fields(NewKit, readLines(typed), words));
      return { href: '/settings/kits', text: `The kit ${name} is added.` };
    },
  });

  formPage(app, '/settings/kits/:id', {
    action: 'settings.change',
    params: idParams,
    view: one,
    async show(sent, { params }) {
      const kit = await getKit(deps.db, params.id);
      return view(besideTheOther(sent && atItsLines(sent), typedOf(kit), ['retire']), kit);
    },
    async take({ version, retire, ...typed }, { ctx, params: { id } }) {
      const change = retire
        ? { retired: retire === 'yes' }
        : { supportPlanId: null, ...fields(KitChange, readLines(typed), words) };
      const { name, retired } = await changeKit(deps, { ...ctx, ifMatch: String(version ?? '') }, id, change);
      const text = !retire
        ? `The kit ${name} is saved.`
        : `The kit ${name} is ${retired ? 'no longer' : 'again'} offered.`;
      return { href: '/settings/kits', text };
    },
  });

  async function view(form = newForm(), kit?: Kit) {
    const [lent, plans] = await Promise.all([listAccessories(deps.db), offeredPlans(deps.db)]);
    const own = kit?.lines.flatMap(({ accessory }) => accessory?.kind ?? []) ?? [];
    const filled = Object.keys(form.typed).flatMap((name) => /^lines\.(\d+)\./.exec(name)?.[1] ?? []);
    return {
      kit,
      form,
      version: kit && versionToSend(form, etagOf(kit.id, kit.changedAt)),
      rows: Math.min(20, Math.max(0, ...filled.map((row) => Number(row) + 1)) + spareLines),
      plans: plans.map(({ id, name }) => ({ value: id, text: name })),
      choices: [
        ...deviceKinds.flatMap((deviceKind) =>
          [false, true].map((withData) => ({
            value: `${deviceKind}${withData ? '+data' : ''}`,
            text: lineName({ deviceKind, withData, accessory: null }),
          })),
        ),
        ...[...new Set([...lent.map(({ kind }) => kind), ...own])].map((kind) => ({
          value: kind,
          text: kind,
        })),
      ],
    };
  }
}

/** A line of the form is one choice, such as `dongle+data` or `Charger`; the API has a field for each kind. */
function readLines(typed: Typed): Typed {
  return Object.fromEntries(
    Object.entries(typed).flatMap(([name, value]): [string, string | string[]][] => {
      const [, row, field] = /^lines\.(\d+)\.(\w+)$/.exec(name) ?? [];
      if (!row) return [[name, value]];
      const what = String(typed[`lines.${row}.what`] ?? '');
      if (!what) return field === 'quantity' ? [[`lines.${row}.accessory`, '']] : [];
      if (field === 'quantity') return [[name, value]];
      const [kind, data] = what.split('+');
      if (!(deviceKinds as readonly string[]).includes(kind!)) return [[`lines.${row}.accessory`, what]];
      return [
        [`lines.${row}.deviceKind`, kind!],
        [`lines.${row}.withData`, data ? 'yes' : 'no'],
      ];
    }),
  );
}

/** Faults of a line at the name that the form has for it. */
function atItsLines(form: Form): Form {
  const own = (name: string) =>
    name.replace(/^(lines\.\d+)(\.(?!quantity)\w+)?$/, '$1.what').replace(/^lines$/, 'lines.0.what');
  return {
    ...form,
    errors: Object.fromEntries(Object.entries(form.errors).map(([name, text]) => [own(name), text])),
    summary: form.summary.map((fault) => (fault.name ? { ...fault, name: own(fault.name) } : fault)),
  };
}

function typedOf({ name, lines, supportPlanId }: Kit): Typed {
  const rows = lines.flatMap(({ deviceKind, withData, accessory, quantity }, row) => [
    [`lines.${row}.what`, deviceKind ? `${deviceKind}${withData ? '+data' : ''}` : accessory!.kind],
    [`lines.${row}.quantity`, String(quantity)],
  ]);
  return { name, supportPlanId: supportPlanId ?? '', ...Object.fromEntries(rows) };
}
