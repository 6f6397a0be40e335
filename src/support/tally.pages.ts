import type { Context } from '../shared/actor.ts';
import type { Deps } from '../shared/deps.ts';
import { etagOf } from '../shared/etag.ts';
import { type App, idParams } from '../shared/http.ts';
import { type FieldError, invalid, Problem } from '../shared/problem.ts';
import { besideTheOther, versionToSend } from '../web/edit-conflict.ts';
import { fields, type Typed } from '../web/forms.ts';
import { formPage, submit } from '../web/submit.ts';
import { getDropIn } from './drop-in.queries.ts';
import type { DropIn } from './drop-in.schemas.ts';
import { listPageTopics } from './page-topic.queries.ts';
import { ageBands, ageBandWords, topics, topicWords } from './support.rules.ts';
import { addVisitor, countPages, takeBackVisitor } from './tally.commands.ts';
import { AboutVisitor, type PagesCount } from './tally.schemas.ts';

const words = {
  cameBefore: 'Press whether they are new here',
  ageBand: 'Choose an age',
  topics: 'Choose topics',
};

/** /drop-ins/:id/tally: one press for whoever comes and is not known by name. /drop-ins/:id/pages: what shared devices were used for. */
export function tallyPages(app: App, deps: Deps): void {
  const one = { action: 'drop-ins.record', params: idParams } as const;

  formPage(app, '/drop-ins/:id/tally', {
    ...one,
    view: 'support/views/tally.njk',
    show: async (_form, { ctx, params }) => ({
      dropIn: await withoutNames(ctx, params.id),
      topics: topics.map((value) => ({ value, text: topicWords[value] })),
      ages: ageBands.map((value) => ({ value, text: ageBandWords[value] })),
      topicWords,
      ageBandWords,
    }),
    async take({ cameBefore, ...typed }, { ctx, params: { id } }) {
      const visitor = { ...fields(AboutVisitor, typed, words), cameBefore: pressed(cameBefore) };
      await addVisitor(deps, ctx, id, visitor);
      // The number in the heading says that it is done; the next stroke begins there.
      return { href: `/drop-ins/${id}/tally#tally` };
    },
  });

  submit(app, '/drop-in-visitors/:id/takings-back', {
    ...one,
    async take(_typed, { ctx, params }) {
      const { id } = await takeBackVisitor(deps, ctx, params.id);
      return { href: `/drop-ins/${id}/tally`, text: 'One fewer is tallied.' };
    },
  });

  formPage(app, '/drop-ins/:id/pages', {
    ...one,
    view: 'support/views/shared-devices.njk',
    async show(sent, { ctx, params }) {
      const { dropIn, counted } = await readCounted(ctx, params.id);
      const form = besideTheOther(sent, typedOf(dropIn));
      return { dropIn, counted, form, version: versionToSend(form, etagOf(dropIn.id, dropIn.changedAt)) };
    },
    async take({ version = '', ...typed }, { ctx, params: { id } }) {
      const { counted } = await readCounted(ctx, id);
      await countPages(deps, { ...ctx, ifMatch: String(version) }, id, pagesIn(typed, counted));
      return { href: `/drop-ins/${id}`, text: 'It is saved.' };
    },
  });

  /** A drop-in for pages that need not name who came. */
  async function withoutNames(ctx: Context, id: string) {
    const { people: _people, ...dropIn } = await getDropIn(deps, deps.db, ctx.actor, id);
    return dropIn;
  }

  /** A drop-in, and the topics that are counted or were counted at it. */
  async function readCounted(ctx: Context, id: string) {
    const [dropIn, all] = await Promise.all([withoutNames(ctx, id), listPageTopics(deps.db)]);
    const has = new Set(dropIn.pages.map(({ topicId }) => topicId));
    const kept = all.filter((topic) => !topic.retired || has.has(topic.id));
    return { dropIn, counted: kept.map((topic) => ({ ...topic, field: fieldOf(topic.id) })) };
  }
}

/** @throws Problem `invalid` where neither button was pressed, but Enter */
function pressed(cameBefore: Typed[string] | undefined): boolean {
  if (cameBefore === 'yes' || cameBefore === 'no') return cameBefore === 'yes';
  throw invalid({ pointer: '/cameBefore', message: words.cameBefore });
}

const fieldOf = (topicId: string) => `pages-${topicId}`;

const typedOf = ({ sharedSessions, pages }: Pick<DropIn, 'sharedSessions' | 'pages'>): Typed => ({
  sharedSessions: String(sharedSessions),
  ...Object.fromEntries(pages.map(({ topicId, pages }) => [fieldOf(topicId), String(pages)])),
});

/** What was typed beside each topic; blank and 0 are none. @throws Problem `invalid` */
function pagesIn(typed: Typed, counted: { id: string; field: string }[]): PagesCount {
  const errors: FieldError[] = [];
  const read = (field: string, most: number) => {
    const said =
      String(typed[field] ?? '')
        .trim()
        .replaceAll(',', '') || '0';
    const number = /^\d{1,6}$/.test(said) ? Number(said) : Number.NaN;
    if (number <= most) return number;
    errors.push({ pointer: `/${field}`, message: `Enter a number up to ${most.toLocaleString('en-GB')}` });
    return 0;
  };
  const sharedSessions = read('sharedSessions', 500);
  const pages = counted.map(({ id, field }) => ({ topicId: id, pages: read(field, 100_000) }));
  if (errors.length) throw new Problem('invalid', { errors });
  return { sharedSessions, pages: pages.filter((one) => one.pages > 0) };
}
