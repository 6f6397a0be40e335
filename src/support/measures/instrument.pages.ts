import type { Deps } from '../../shared/deps.ts';
import { type App, idParams } from '../../shared/http.ts';
import type { Asked } from '../../shared/routes.ts';
import { besideTheOther, versionToSend } from '../../web/edit-conflict.ts';
import { type Form, fields, newForm, type Typed, typedIn } from '../../web/forms.ts';
import { formPage } from '../../web/submit.ts';
import { addInstrument, changeInstrument } from './instrument.commands.ts';
import { getInstrument, instrumentTag, listInstruments } from './instrument.queries.ts';
import { choicesOf, type Item, mostItems, whyNotUse } from './instrument.rules.ts';
import { type Instrument, NewInstrument } from './instrument.schemas.ts';

const words = {
  name: 'Enter what it is called',
  direction: 'Choose which totals are better',
  total: 'Choose how the total is made',
  items: 'Fill in at least one item',
  'items.*.wording': 'Enter the wording',
  'items.*.lowest': 'Enter the lowest number',
  'items.*.highest': 'Enter the highest number',
  'items.*.labels': 'Enter the labels',
};
/** Empty items that a form has beside those that are filled. */
const spareItems = 5;

/** /settings/instruments: the questionnaires of the scheme, version by version. */
export function instrumentPages(app: App, deps: Deps): void {
  const read = { config: { action: 'settings.read' } } as const;
  app.get('/settings/instruments', read, async (_request, reply) => {
    const instruments = await listInstruments(deps.db);
    return reply.page('support/measures/views/instruments.njk', {
      instruments: instruments.map((one) => ({ ...one, whyNot: whyNotUse(one) })),
    });
  });

  formPage(app, '/settings/instruments/new', {
    action: 'settings.change',
    view: 'support/measures/views/instrument-form.njk',
    show: (sent) => view(sent ?? newForm()),
    async take(typed, { ctx }) {
      const made = await addInstrument(deps, ctx, fields(NewInstrument, readForm(typed), words));
      return { href: `/settings/instruments/${made.id}`, text: `${made.name} is added.` };
    },
  });

  app.get('/settings/instruments/:id', { ...read, schema: { params: idParams } }, async (request, reply) => {
    const instrument = await getInstrument(deps.db, request.params.id);
    return reply.page('support/measures/views/instrument.njk', {
      instrument,
      whyNot: whyNotUse(instrument),
      lines: linesOf(instrument.items),
      earlier: instrument.earlier.map((one) => ({ ...one, lines: linesOf(one.items) })),
      version: instrumentTag(instrument),
    });
  });

  formPage(app, '/settings/instruments/:id/change', {
    action: 'settings.change',
    params: idParams,
    view: 'support/measures/views/instrument-form.njk',
    async show(sent, { params }) {
      const instrument = await getInstrument(deps.db, params.id);
      return view(besideTheOther(sent, typedOf(instrument)), instrument, sent);
    },
    async take({ version, retire, ...typed }, { ctx, params: { id } }: Asked<{ id: string }>) {
      const change = retire
        ? { retired: retire === 'yes' }
        : { ...emptied, ...fields(NewInstrument, readForm(typed), words) };
      const after = await changeInstrument(deps, { ...ctx, ifMatch: String(version ?? '') }, id, change);
      return {
        href: `/settings/instruments/${id}`,
        text: `${after.name} is saved. Version ${after.version} is asked from now on.`,
      };
    },
  });

  function view(form: Form, instrument?: Instrument, sent?: Form) {
    const filled = Object.keys({ ...form.typed, ...form.errors }).flatMap(
      (name) => /^items\.(\d+)\./.exec(name)?.[1] ?? [],
    );
    const shown = form.errors.items
      ? {
          ...form,
          errors: { ...form.errors, 'items.0.wording': form.errors.items },
          summary: atFirstItem(form),
        }
      : form;
    return {
      instrument,
      form: shown,
      version: instrument && versionToSend(sent, instrumentTag(instrument)),
      rows: Math.min(mostItems, Math.max(0, ...filled.map((row) => Number(row) + 1)) + spareItems),
    };
  }
}

const atFirstItem = (form: Form) =>
  form.summary.map((fault) => (fault.name === 'items' ? { ...fault, name: 'items.0.wording' } : fault));

/** What a form that was emptied says of what may be left out. */
const emptied = {
  licenceHeld: false,
  licenceHolder: null,
  licenceNote: null,
  baseline: null,
  repeatWeeks: [],
  mayMiss: 0,
};

/**
 * A form as the body that the API takes: an item whose wording was cleared is taken out; its answers are those of the
 * item before where none are given; labels and weeks are a line, or a number, each.
 */
function readForm(typed: Typed): Typed {
  const out: Typed = { ...typed, licenceNeeded: typed.licenceNeeded ? 'true' : 'false' };
  const weeks = String(typed.repeatWeeks ?? '')
    .split(/[\s,]+/)
    .filter(Boolean);
  delete out.repeatWeeks;
  if (weeks.length) out.repeatWeeks = weeks;
  let before = { lowest: '', highest: '', labels: [] as string[] };
  for (let row = 0; row < mostItems; row++) {
    const name = (field: string) => `items.${row}.${field}`;
    if (!String(typed[name('wording')] ?? '').trim()) {
      for (const field of ['wording', 'lowest', 'highest', 'labels', 'reversed']) delete out[name(field)];
      continue;
    }
    const said = (field: string) => String(typed[name(field)] ?? '').trim();
    const labels = said('labels')
      .split('\n')
      .map((label) => label.trim())
      .filter(Boolean);
    const isAsBefore = !said('lowest') && !said('highest') && !labels.length;
    const own = isAsBefore ? before : { lowest: said('lowest'), highest: said('highest'), labels };
    before = own;
    out[name('lowest')] = own.lowest;
    out[name('highest')] = own.highest;
    delete out[name('labels')];
    if (own.labels.length) out[name('labels')] = own.labels;
  }
  return typedIn(out);
}

/** An instrument as its form begins with it. */
function typedOf(one: Instrument): Typed {
  const rows = one.items.flatMap((item, row): [string, string][] => [
    [`items.${row}.wording`, item.wording],
    [`items.${row}.lowest`, String(item.lowest)],
    [`items.${row}.highest`, String(item.highest)],
    [`items.${row}.labels`, item.labels.join('\n')],
    ...(item.reversed ? ([[`items.${row}.reversed`, 'true']] as [string, string][]) : []),
  ]);
  return {
    name: one.name,
    direction: one.direction,
    ...(one.licenceNeeded && { licenceNeeded: 'true' }),
    ...(one.licenceHeld && { licenceHeld: 'true' }),
    licenceHolder: one.licenceHolder ?? '',
    licenceNote: one.licenceNote ?? '',
    baseline: one.baseline ?? '',
    repeatWeeks: one.repeatWeeks.join(', '),
    total: one.total,
    mayMiss: String(one.mayMiss),
    ...Object.fromEntries(rows),
  };
}

const linesOf = (items: Item[]) =>
  items.map((item) => ({
    wording: item.wording,
    answers: choicesOf(item)
      .map(({ text }) => text)
      .join(', '),
    reversed: item.reversed,
  }));
