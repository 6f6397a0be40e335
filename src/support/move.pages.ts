import Type, { type Static } from 'typebox';
import { correctionOf } from '../messages/correction.commands.ts';
import { tellableWhys, whyChoices } from '../messages/why.rules.ts';
import { assertWhyChosen, withoutUnsaid } from '../messages/why.view.ts';
import { logAccess } from '../people/look.queries.ts';
import type { Context } from '../shared/actor.ts';
import { civilTime, today } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { etagOf } from '../shared/etag.ts';
import { time, weekday } from '../shared/formats.ts';
import { type App, idParams } from '../shared/http.ts';
import { oneOf } from '../shared/schemas.ts';
import { besideTheOther, versionToSend } from '../web/edit-conflict.ts';
import { type Form, fields } from '../web/forms.ts';
import { formPage } from '../web/submit.ts';
import { changeFollowUp } from './follow-up.commands.ts';
import { correctionWords } from './follow-up.pages.ts';
import { getFollowUp } from './follow-up.queries.ts';
import { FollowUpChange } from './follow-up.schemas.ts';
import { isAhead } from './follow-up.states.ts';
import { withTime } from './no-answer.view.ts';
import { whereToMove } from './planning.queries.ts';

/** From which week someone moves a follow-up, of whom, and what is said of it, which the next one begins with; from which day it is offered times. */
const MoveQuery = Type.Object(
  {
    of: Type.Optional(Type.String({ format: 'date' })),
    supporter: Type.Optional(Type.Union([Type.Literal('none'), Type.String({ format: 'uuid' })])),
    why: Type.Optional(oneOf([...tellableWhys, 'not_said'])),
    day: Type.Optional(Type.String({ format: 'date' })),
  },
  { additionalProperties: false },
);
type MoveQuery = Static<typeof MoveQuery>;

/** /follow-ups/:id/moves: another time for a follow-up, of those that are free. */
export function callMovePages(app: App, deps: Deps): void {
  formPage(app, '/follow-ups/:id/moves', {
    action: 'follow-ups.move',
    params: idParams,
    querystring: MoveQuery,
    view: 'support/views/move.njk',
    show: (form, { ctx, params, query }) => moveView(ctx, params.id, { query, sent: form }),
    async take({ version, ...typed }, { ctx, params: { id }, query }) {
      const before = await getFollowUp(deps.db, ctx.actor, id, today(deps.clock));
      const change = fields(FollowUpChange, withTime(withoutUnsaid(typed)), { dueOn: 'Choose a time' });
      assertWhyChosen(typed);
      const ifMatch = String(version ?? '');
      const moved = await changeFollowUp(deps, { ...ctx, ifMatch }, id, { ...change, onlyFree: true });
      const correction = await correctionOf(deps.db, id);
      const said = `Moved to ${weekday(moved.dueOn)} at ${time(moved.startsAt)}.`;
      const isBeforeAhead = `${before.dueOn}T${before.startsAt}` > civilTime(deps.clock);
      return {
        href: placeAfter({ ...query, why: typed.why as MoveQuery['why'] }),
        text: correction ? `${said} ${correctionWords[correction]}` : said,
        link: { href: `/follow-ups/${id}`, text: 'See the follow-up' },
        ...(isBeforeAhead && {
          undo: {
            href: `/follow-ups/${id}/moves${addressOf(query)}`,
            fields: {
              at: `${before.dueOn}T${before.startsAt}`,
              why: 'mistake',
              version: etagOf(id, moved.changedAt),
            },
          },
        }),
      };
    },
  });

  type Shown = { query: MoveQuery; sent: Form | undefined };

  async function moveView(ctx: Context, id: string, { query, sent }: Shown) {
    const day = today(deps.clock);
    const followUp = await getFollowUp(deps.db, ctx.actor, id, day);
    await logAccess(deps, ctx, followUp.patient.id, 'follow_up');
    const { dueOn, startsAt, minutes, way, supporter, patient } = followUp;
    const mayMove = isAhead.of(followUp.status);
    const wanted = { id, dueOn, startsAt, minutes, way, patientId: patient.id };
    const days = mayMove
      ? await whereToMove(deps.db, deps, {
          ...wanted,
          supporterId: supporter?.id ?? null,
          from: query.day ?? day,
        })
      : [];
    const form = besideTheOther(sent, { ...(query.why && { why: query.why }) });
    return {
      followUp,
      mayMove,
      days: days.filter(({ times }) => times.length),
      form,
      version: versionToSend(form, etagOf(id, followUp.changedAt)),
      whys: whyChoices,
      here: `/follow-ups/${id}/moves${addressOf(query)}`,
      after: placeAfter(query),
      isOfWeek: query.of !== undefined,
    };
  }
}

/** The query of an address by what is given of it, with its question mark; nothing of nothing. */
export function addressOf(query: Record<string, string | undefined>): string {
  const given = Object.entries(query).filter((one): one is [string, string] => one[1] !== undefined);
  return given.length ? `?${new URLSearchParams(given)}` : '';
}

const placeAfter = ({ of, supporter, why }: MoveQuery) =>
  of ? `/support/week${addressOf({ of, supporter, why })}` : '/support';
