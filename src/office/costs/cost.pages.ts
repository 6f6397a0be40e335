import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { type App, idParams } from '../../shared/http.ts';
import { invalid } from '../../shared/problem.ts';
import { deviceKinds, kindName } from '../../stock/devices/device-kinds.rules.ts';
import { besideTheOther, versionToSend } from '../../web/edit-conflict.ts';
import { fields, held, type Typed } from '../../web/forms.ts';
import { formPage } from '../../web/submit.ts';
import { addCost, changeBoughtNew, changeCost } from './cost.commands.ts';
import { boughtNewTag, costTag, getBoughtNew, getCost, listCosts } from './cost.queries.ts';
import {
  costHalfYears,
  costKinds,
  costKindWords,
  halfYearWords,
  penceTyped,
  poundsShown,
  poundsTyped,
} from './cost.rules.ts';
import { BoughtNewChange, type Cost, NewCost } from './cost.schemas.ts';

const words = {
  from: 'Choose the half-year that it is of',
  kind: 'Choose what it was spent on',
  pence: 'Enter how much it was, such as 1250 or 1250.50',
};
const amount = 'Enter an amount in pounds, such as 1250 or 1250.50';
const view = 'office/costs/views/cost-form.njk';
const home = '/settings/costs';

/** /settings/costs: what the scheme spends by half-year, and what its devices would cost new. */
export function costPages(app: App, deps: Deps): void {
  const choices = (own?: string) => {
    const all = costHalfYears(today(deps.clock));
    const halfYears = own && !all.includes(own) ? [...all, own] : all;
    return {
      halfYears: halfYears.map((value) => ({ value, text: halfYearWords(value) })),
      kinds: costKinds.map((value) => ({ value, text: costKindWords[value] })),
    };
  };

  app.get(home, { config: { action: 'settings.read' } }, async (_request, reply) => {
    const [costs, prices] = await Promise.all([listCosts(deps.db), getBoughtNew(deps.db)]);
    const halfYears = [...Map.groupBy(costs, ({ from }) => from)].map(([from, lines]) => ({
      title: halfYearWords(from),
      total: poundsShown(lines.reduce((sum, { takenOut, pence }) => sum + (takenOut ? 0 : pence), 0)),
      lines: lines.map((line) => ({
        ...line,
        kind: costKindWords[line.kind],
        amount: poundsShown(line.pence),
      })),
    }));
    const shown = deviceKinds.map((kind) => ({ kind: kindName(kind), price: prices[kind] }));
    return reply.page('office/costs/views/costs.njk', {
      halfYears,
      prices: shown.map(({ kind, price }) => ({
        key: kind,
        text: price === null ? '–' : poundsShown(price),
      })),
    });
  });

  formPage(app, `${home}/new`, {
    action: 'costs.change',
    view,
    show: () => choices(),
    async take(typed, { ctx }) {
      await addCost(deps, ctx, costIn(typed));
      return { href: home, text: 'The cost is written down.' };
    },
  });

  formPage(app, `${home}/prices`, {
    action: 'costs.change',
    view: 'office/costs/views/prices-form.njk',
    async show(sent) {
      const prices = await getBoughtNew(deps.db);
      const now = Object.fromEntries(deviceKinds.map((kind) => [kind, typedPence(prices[kind])]));
      const form = besideTheOther(sent, now);
      const kinds = deviceKinds.map((kind) => ({ name: kind, label: kindName(kind) }));
      return { kinds, form, version: versionToSend(form, boughtNewTag(prices)) };
    },
    async take({ version, ...typed }, { ctx }) {
      const errors: { pointer: string; message: string }[] = [];
      const prices = deviceKinds.map((kind) => {
        const said = String(typed[kind] ?? '').trim();
        const pence = said ? penceTyped(said) : null;
        if (pence === undefined) errors.push({ pointer: `/${kind}`, message: amount });
        return [kind, pence];
      });
      if (errors.length) throw invalid(...errors);
      const change = held(BoughtNewChange, Object.fromEntries(prices));
      await changeBoughtNew(deps, { ...ctx, ifMatch: String(version ?? '') }, change);
      return { href: home, text: 'What devices would cost new is saved.' };
    },
  });

  formPage(app, `${home}/:id`, {
    action: 'costs.change',
    params: idParams,
    view,
    async show(sent, { params }) {
      const cost = await getCost(deps.db, params.id);
      const form = besideTheOther(sent, typedOf(cost));
      return { ...choices(cost.from), cost, form, version: versionToSend(form, costTag(cost)) };
    },
    async take({ version, takenOut, ...typed }, { ctx, params: { id } }) {
      const blank = { hours: null, note: null };
      const change = { ...blank, ...costIn(typed), takenOut: takenOut === 'yes' };
      await changeCost(deps, { ...ctx, ifMatch: String(version ?? '') }, id, change);
      return { href: home, text: change.takenOut ? 'The cost is taken out.' : 'The cost is changed.' };
    },
  });
}

/** A form's pounds are the API's pence. @throws Problem `invalid` */
function costIn(typed: Typed): NewCost {
  const said = String(typed.pence ?? '').trim();
  const pence = penceTyped(said);
  if (said && pence === undefined) {
    fields(NewCost, { ...typed, pence: '0' }, words);
    throw invalid({ pointer: '/pence', message: amount });
  }
  return fields(NewCost, { ...typed, pence: pence === undefined ? '' : String(pence) }, words);
}

const typedPence = (pence: number | null) => (pence === null ? '' : poundsTyped(pence));

const typedOf = ({ from, kind, pence, hours, note, takenOut }: Cost): Typed => ({
  from,
  kind,
  pence: poundsTyped(pence),
  hours: hours === null ? '' : String(hours),
  note: note ?? '',
  ...(takenOut && { takenOut: 'yes' }),
});
