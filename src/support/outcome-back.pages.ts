import { may } from '../access/permissions.ts';
import { logAccess } from '../people/look.queries.ts';
import type { Actor } from '../shared/actor.ts';
import { timestamp } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { date, inWords } from '../shared/formats.ts';
import type { App } from '../shared/http.ts';
import { takeBackPage } from '../web/take-back.ts';
import { isAhead } from './follow-up.states.ts';
import { mayTakeBackOutcome, takeBackOutcome } from './outcome-back.commands.ts';
import { getOutcome, type OutcomeStanding } from './outcome-back.queries.ts';
import { outcomeOfAnother, takesBackConcern, whyOutcomeStays } from './outcome-back.rules.ts';
import { OutcomeTakingBack } from './outcome-back.schemas.ts';

const concern = {
  name: 'concernToo',
  label: 'A concern was raised with it',
  value: 'true',
  text: 'The concern was a mistake too',
  hint: 'Without this it stands, and so does the task to speak to the clinic',
};

/** /follow-up-outcomes/:id/takings-back: what came of a follow-up, recorded by mistake. */
export function outcomeBackPages(app: App, deps: Deps): void {
  takeBackPage(app, '/follow-up-outcomes/:id/takings-back', {
    action: 'follow-ups.record-outcome',
    schema: OutcomeTakingBack,
    async show({ ctx, params }) {
      const outcome = await getOutcome(deps.db, ctx.actor, params.id, timestamp(deps.clock));
      const { result, step, wasDueOn, followUpId, concernStands, patient } = outcome;
      await logAccess(deps, ctx, patient.id, 'follow_up');
      return {
        what: 'what came of the follow-up',
        caption: `${step}, ${date(wasDueOn)}`,
        text: `It says: ${inWords(result).toLowerCase()}. It will count nowhere, and the follow-up stands as before, so that what happened can be recorded. What followed from it is undone.${
          concernStands && !may(ctx.actor, takesBackConcern)
            ? ' The concern that was raised with it stands.'
            : ''
        }`,
        back: { href: `/follow-ups/${followUpId}`, text: step },
        also: concernStands && may(ctx.actor, takesBackConcern) ? concern : undefined,
        why: whyRefused(ctx.actor, outcome),
      };
    },
    async take(given, { ctx, params }) {
      const { followUp } = await takeBackOutcome(deps, ctx, params.id, given);
      const href = `/follow-ups/${followUp.id}`;
      return isAhead.of(followUp.status)
        ? {
            href,
            text: `It is taken back, and the follow-up stands again for ${date(followUp.dueOn)}.`,
            link: { href: `${href}#record`, text: 'Record what happened' },
          }
        : {
            href,
            text: 'It is taken back. The follow-up is off, since what it was of has ended.',
            link: { href: '/support', text: 'See the diary' },
          };
    },
  });
}

/** Why the form is not offered, in a sentence; nothing where it is. */
function whyRefused(actor: Actor, outcome: OutcomeStanding): string | undefined {
  if (outcome.isTakenBack) return 'This outcome is taken back already.';
  return mayTakeBackOutcome(actor, outcome, true)
    ? whyOutcomeStays(outcome, { mayNow: mayTakeBackOutcome(actor, outcome) })
    : outcomeOfAnother;
}
