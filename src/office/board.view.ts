import { may } from '../access/permissions.ts';
import { secondPersonKindNames, secondPersonKinds } from '../access/second-person.rules.ts';
import type { Actor } from '../shared/actor.ts';
import { timestamp, today } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { count, weekday } from '../shared/formats.ts';
import { type ManagerBoard, managerBoard, systemState } from './board.queries.ts';
import { firstSteps } from './first-steps.ts';
import { getLogProof } from './log-proof/log-proof.queries.ts';
import { listNights, waitingWork } from './nightly/job-run.queries.ts';
import { runStateOf } from './nightly/step.rules.ts';
import { systemLines } from './system.rules.ts';

/** What waits for a manager, and what the night did; null for whoever decides none of it. One statement. */
export async function managerView(deps: Deps, actor: Actor) {
  if (!may(actor, 'incidents.approve')) return null;
  const kinds = secondPersonKindNames.filter((kind) => may(actor, secondPersonKinds[kind].by));
  const now = timestamp(deps.clock);
  const asked = { staffId: actor.id, today: today(deps.clock), now, kinds };
  const board = await managerBoard(deps.db, asked);
  return {
    decide: toDecide(board),
    late: board.late.map(({ id, name, count: number }) => ({
      text: `${name ?? 'Nobody has them'}: ${count(number, 'referral')}`,
      href: `/referrals?status=to_decide&late=yes&assigned=${id ?? 'nobody'}`,
    })),
    night: board.night && {
      state: runStateOf(board.steps, now),
      text: weekday(board.night),
      about: `Of its messages ${board.sent} sent, ${board.held} held, ${board.failed} not sent`,
    },
  };
}

/** What only a manager decides, with the place where it is decided. */
function toDecide({ batches, batchesSince, people, wishes, replacements }: ManagerBoard) {
  return [
    {
      number: batches,
      text: `${count(batches, 'batch', 'batches')} of ${count(people, 'person', 'people')} to erase or keep`,
      href: '/settings/retention?status=proposed',
      oldest: batchesSince,
    },
    {
      number: wishes,
      text: `${count(wishes, 'wish', 'wishes')} of others that wait for you to agree`,
      href: '/settings/second-person',
      oldest: null,
    },
    {
      number: replacements,
      text: `${count(replacements, 'replacement')} to approve`,
      href: '/tasks?kind=approve_replacement&status=open',
      oldest: null,
    },
  ].filter(({ number }) => number > 0);
}

/** How the system stands, line by line, and how a scheme begins while nothing was lent. Five statements. */
export async function systemView(deps: Deps, actor: Actor) {
  const now = timestamp(deps.clock);
  const [state, { items }, waiting, proof, first] = await Promise.all([
    systemState(deps.db, now),
    listNights(deps, { limit: 1 }),
    waitingWork(deps),
    getLogProof(deps.db),
    firstSteps(deps.db, actor),
  ]);
  const lines = systemLines({ ...state, waiting, proof, night: items[0] ?? null }, now);
  return {
    firstSteps: first,
    wrong: lines.filter(({ status }) => status !== 'well').length,
    lines: lines.map(({ action, href, ...line }) => ({ ...line, href: may(actor, action) ? href : null })),
  };
}
