import { languageName } from '../people/contact.rules.ts';
import { byWish, formatWords, missingFor, type Wanted } from '../people/format.rules.ts';
import { logAccess } from '../people/look.queries.ts';
import type { Context } from '../shared/actor.ts';
import { blocksOf } from '../shared/blocks.ts';
import { today } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { dateTime } from '../shared/formats.ts';
import { type App, idParams } from '../shared/http.ts';
import { invalid } from '../shared/problem.ts';
import { type Form, held, newForm, type Typed } from '../web/forms.ts';
import { formPage } from '../web/submit.ts';
import { takeBackPage } from '../web/take-back.ts';
import { listGuides } from './guide.queries.ts';
import { giveHandout } from './handout.commands.ts';
import { getHandout } from './handout.queries.ts';
import { NewHandout } from './handout.schemas.ts';
import { handoutLine } from './handout.view.ts';
import { takeBackHandout, whyHandoutStays } from './handout-back.commands.ts';
import { type Contact, metAt } from './met.queries.ts';
import { listSignposts } from './signpost.queries.ts';
import { topicWords } from './support.rules.ts';

const view = 'support/views/give.njk';

/** A guide or a signpost is given at a follow-up or a drop-in, and is shown and printed at /handouts/:id. */
export function handoutPages(app: App, deps: Deps): void {
  app.get(
    '/handouts/:id',
    { config: { action: 'follow-ups.read' }, schema: { params: idParams } },
    async (request, reply) => {
      const { ctx, params } = request;
      const handout = await getHandout(deps.db, ctx.actor, params.id);
      await logAccess(deps, ctx, handout.patient.id, 'follow_up');
      return reply.page('support/views/handout.njk', {
        handout,
        line: handoutLine(handout),
        blocks: blocksOf(handout.text),
        back: backOf(handout),
      });
    },
  );

  takeBackPage(app, '/handouts/:id/takings-back', {
    action: 'follow-ups.record-outcome',
    async show({ ctx, params: { id } }) {
      const handout = await getHandout(deps.db, ctx.actor, id);
      await logAccess(deps, ctx, handout.patient.id, 'follow_up');
      return {
        what: 'that it was given',
        caption: `${handout.patient.name}, ${handout.name}`,
        text: 'It will count nowhere, and a message about it that still waits does not go.',
        back: { href: `/handouts/${id}`, text: handout.name },
        why: handout.takenBack ? 'It is taken back already.' : whyHandoutStays(handout),
      };
    },
    async take(given, { ctx, params: { id } }) {
      await takeBackHandout(deps, ctx, id, given);
      return { href: `/handouts/${id}`, text: 'It is taken back.' };
    },
  });

  formPage(app, '/follow-ups/:id/handouts', {
    action: 'follow-ups.record-outcome',
    params: idParams,
    view,
    show: (form, { ctx, params }) => giveView(ctx, { followUpId: params.id }, form),
    take: (typed, { ctx, params }) => give(ctx, { followUpId: params.id }, typed),
  });

  formPage(app, '/drop-in-people/:id/handouts', {
    action: 'drop-ins.record',
    params: idParams,
    view,
    show: (form, { ctx, params }) => giveView(ctx, { attendanceId: params.id }, form),
    take: (typed, { ctx, params }) => give(ctx, { attendanceId: params.id }, typed),
  });

  async function give(ctx: Context, contact: Contact, typed: Typed) {
    const given = await giveHandout(deps, ctx, contact, read(typed));
    const text =
      given.way === 'paper'
        ? 'It is written down that they were given it on paper. Print it here.'
        : given.state === 'waiting' && given.sendAfter
          ? `${given.name} goes to them in the hours in which they may be written to, not before ${dateTime(given.sendAfter)}.`
          : given.state === 'sent'
            ? `${given.name} was sent to them.`
            : `${handoutLine(given)}.`;
    return { href: `/handouts/${given.id}`, text };
  }

  async function giveView(ctx: Context, contact: Contact, sent?: Form) {
    const [met, guides, signposts] = await Promise.all([
      metAt(deps.db, ctx.actor, contact),
      listGuides(deps.db, today(deps.clock)),
      listSignposts(deps.db),
    ]);
    await logAccess(deps, ctx, met.patient.id, 'followUpId' in contact ? 'follow_up' : 'drop_in');
    const covered = (topic: string | null) => (topic && met.topics.includes(topic) ? 0 : 1);
    const offered = [
      ...guides.flatMap((guide) => {
        if (guide.retired || !guide.editions.length) return [];
        const missing = missingFor(guide.editions, met);
        const editions = byWish(guide.editions, met);
        return editions.map((one, place) => ({
          rank: covered(guide.topic) * 10 + (place ? 2 : missing.length ? 1 : 0),
          value: `guide ${guide.id} ${one.language} ${one.format}`,
          text: `${guide.name} (${languageName(one.language)}, ${formatWords[one.format].toLowerCase()})`,
          hint: [
            topicWords[guide.topic],
            !place && missing.length && `There is none in: ${missing.join(', ')}`,
          ]
            .filter(Boolean)
            .join('. '),
        }));
      }),
      ...signposts.flatMap(({ id, name, topic, personWords, retired }) =>
        retired
          ? []
          : {
              rank: covered(topic) * 10,
              value: `signpost ${id}`,
              text: name,
              hint: [topic && topicWords[topic], personWords && `In people’s words: ${personWords}`]
                .filter(Boolean)
                .join('. '),
            },
      ),
    ];
    return {
      form: sent ?? newForm(),
      here:
        'followUpId' in contact
          ? `/follow-ups/${contact.followUpId}`
          : `/drop-in-people/${contact.attendanceId}`,
      back: backOf({ followUpId: null, ...contact, dropInId: met.dropInId }),
      patient: met.patient,
      wants: wantsOf(met),
      choices: offered.toSorted((one, other) => one.rank - other.rank),
      given: met.given.map((one) => ({ ...one, line: handoutLine(one) })),
    };
  }
}

function backOf({ followUpId, dropInId }: { followUpId: string | null; dropInId: string | null }) {
  return followUpId
    ? { href: `/follow-ups/${followUpId}`, text: 'Follow-up' }
    : { href: dropInId ? `/drop-ins/${dropInId}` : '/support', text: dropInId ? 'Drop-in' : 'Support diary' };
}

const wantsOf = ({ language, communicationNeeds }: Wanted) =>
  [
    language && languageName(language),
    ...communicationNeeds.map((need) =>
      need in formatWords ? formatWords[need as keyof typeof formatWords] : need,
    ),
  ]
    .filter(Boolean)
    .join(', ');

/** What was chosen on the form, as the API takes it. */
function read({ what = '', way = '' }: Typed): NewHandout {
  const [kind, id, language, format] = String(what).split(' ');
  if (!kind) throw invalid({ pointer: '/what', message: 'Choose a guide or a signpost' });
  return held(
    NewHandout,
    kind === 'guide' ? { guide: { id, language, format }, way } : { signpostId: id, way },
  );
}
