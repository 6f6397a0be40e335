import { sql } from 'kysely';
import type { Deps } from '../../src/shared/deps.ts';
import { changeFollowUp } from '../../src/support/follow-up.commands.ts';
import type { NewOutcome } from '../../src/support/follow-up.schemas.ts';
import { giveHandout } from '../../src/support/handout.commands.ts';
import { recordOutcome } from '../../src/support/outcome.commands.ts';
import { frequencies, obstacles, topics } from '../../src/support/support.rules.ts';
import type { Agenda } from './agenda.ts';
import type { Random } from './random.ts';
import type { Scheme } from './scheme.ts';
import type { Story } from './stories.ts';

/** When the calls of a day are over. */
const outcomesAt = '17:05';

export type Calls = ReturnType<typeof createCalls>;

const said = [
  'Joined the first video call alone and was pleased.',
  'Went through passwords again; wrote them on the card.',
  'Uses it daily for the radio and the family.',
  'The letters were too small; made them larger.',
  'Ordered a repeat prescription together.',
  'A little slow to start; took it step by step.',
];
const next = [
  'Show how to join a video call',
  'Check that updates are installed',
  'Look at the library’s drop-in',
  'Practise email',
];

/** The support calls: who makes them and what came of them. */
export function createCalls(agenda: Agenda, random: Random, scheme: Scheme) {
  let loans = 0;

  /** The calls of a plan, dealt to one supporter; those whose day has come get an outcome, unless the loan ended before. */
  function plan(
    followUps: { id: string; dueOn: string }[],
    story: Story,
    loan: { open: boolean },
    madeOn: string,
  ): void {
    const supporter = scheme.supporters[loans++ % scheme.supporters.length]!;
    const assigned = loans % 9 !== 0;
    followUps.forEach(({ id, dueOn }, step) => {
      if (assigned && dueOn >= agenda.daysAgo(45)) {
        const confirmed = dueOn > agenda.lastDay && step === 0 ? { status: 'confirmed' as const } : {};
        const change = { supporterId: supporter.actor.id, ...confirmed };
        agenda.at(
          madeOn,
          '14:45',
          (deps) => changeFollowUp(deps, { ...scheme.officers[0]!, ifMatch: '*' }, id, change),
          'sideBySide',
        );
      }
      const outcome = outcomeOf(story, step, followUps.filter((one) => one.dueOn <= agenda.lastDay).length);
      const recordedOn =
        outcome && dueOn < agenda.lastDay && random.chance(0.1) ? agenda.later(dueOn, 1) : dueOn;
      if (!outcome) return;
      const by = assigned && dueOn >= agenda.daysAgo(45) ? supporter : scheme.officers[1]!;
      agenda.at(
        recordedOn,
        outcomesAt,
        async (deps) => {
          if (!loan.open) return;
          await recordOutcome(deps, by, id, outcome);
          const signpostId = scheme.signpostIds[0]!;
          if (step === 0 && outcome.result === 'done')
            await giveHandout(deps, by, { followUpId: id }, { signpostId, way: 'paper' });
        },
        'sideBySide',
      );
    });
  }

  /** @param past how many calls of the plan have had their day */
  function outcomeOf({ calls }: Story, step: number, past: number): NewOutcome | undefined {
    const isLast = step === past - 1;
    if (calls === 'late' && isLast) return undefined;
    if (calls === 'missed' && step >= past - 2) return { result: 'missed', note: 'No answer.' };
    if (calls === 'concern' && isLast) {
      return {
        ...done(step),
        concern: true,
        note: 'Sounded very low and spoke of not sleeping. Rang the duty line of the clinic.',
      };
    }
    if (random.chance(0.1))
      return {
        result: 'missed',
        note: random.pick([
          'No answer.',
          'Rang twice; a neighbour picked up, said nothing.',
          'Asked to be rung another day.',
        ]),
      };
    return random.chance(0.03) ? { result: 'cancelled', note: 'Did not want this call.' } : done(step);
  }

  function done(step: number): NewOutcome {
    return {
      result: 'done',
      topics: [...new Set([step === 0 ? 'getting_started' : random.pick(topics), random.pick(topics)])],
      minutes: random.between(3, 9) * 5,
      confidence: Math.min(5, random.between(1, 3) + Math.min(step, 2)),
      frequency: random.pick(frequencies.slice(0, 4)),
      ...(random.chance(0.25) && { gotInTheWay: [random.pick(obstacles)] }),
      note: random.pick(said),
      ...(random.chance(0.5) && { nextStep: random.pick(next) }),
    };
  }

  return {
    plan,
    /** The calls of a referral for support alone, for which there is no loan. */
    async planForReferral(deps: Deps, referralId: string, story: Story): Promise<void> {
      const { rows } = await sql<{ id: string; dueOn: string; on: string }>`
        select id, due_on as "dueOn", (created_at at time zone 'Europe/London')::date as on from follow_up
        where referral_id = ${referralId} order by due_on`.execute(deps.db);
      if (rows[0]) plan(rows, story, { open: true }, rows[0].on);
    },
  };
}
