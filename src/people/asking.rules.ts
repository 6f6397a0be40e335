import { count } from '../shared/formats.ts';
import type { ContactState } from './contact-state.rules.ts';

/** How someone is asked: in a call, on paper, or by a link that they open themselves. */
export const askingWays = ['call', 'paper', 'link'] as const;
export type AskingWay = (typeof askingWays)[number];

/** What decides whether a person may be asked: what they wish, what the scheme decided, and how often they were asked. */
export type AskingBudget = {
  contactState: ContactState;
  pausedUntil: string | null;
  isGone: boolean;
  mostAYear: number | null;
  onlyOnPaper: boolean;
  skipConfidence: boolean;
  shapeAYear: number | null;
  most: number;
  weeks: number;
  lately: number;
  questionsInYear: number;
  invitationsInYear: number;
};

/** What someone is to be asked: a question or questionnaire, the one about confidence at calls, or to help shape the scheme. */
export type Asked = 'questions' | 'confidence' | 'shaping';

/**
 * Why a person is not to be asked on a civil day, in a sentence; null where they may be. The one place that decides it:
 * what they wish, the policy over everything that they are asked, and the state of contact with them.
 */
export function whyNotAsk(
  budget: AskingBudget,
  { asked, way, day }: { asked: Asked; way: AskingWay; day: string },
): string | null {
  const { contactState, pausedUntil, most, weeks } = budget;
  if (budget.isGone || contactState === 'withdrawn' || contactState === 'deceased')
    return 'They are not to be contacted any more.';
  if (contactState === 'paused' && (!pausedUntil || pausedUntil > day)) return 'Contact with them is paused.';
  const wish = asked === 'shaping' ? whyNotInvite(budget) : whyNotQuestion(budget, asked, way);
  if (wish) return wish;
  if (budget.lately >= most)
    return most === 0
      ? 'Nobody is to be asked, as the policy has it.'
      : `They were asked ${often(budget.lately)} within ${count(weeks, 'week')}, which is as often as the policy has it.`;
  return null;
}

function whyNotQuestion(budget: AskingBudget, asked: Asked, way: AskingWay): string | null {
  const { mostAYear } = budget;
  if (mostAYear === 0) return 'They wish not to be asked.';
  if (asked === 'confidence' && budget.skipConfidence)
    return 'They would rather not be asked how confident they feel.';
  if (budget.onlyOnPaper && way !== 'paper') return 'They wish to be asked on paper only.';
  if (mostAYear !== null && budget.questionsInYear >= mostAYear)
    return `They wish to be asked at most ${often(mostAYear)} a year, and were.`;
  return null;
}

function whyNotInvite({ shapeAYear, invitationsInYear }: AskingBudget): string | null {
  if (shapeAYear === null) return 'They did not say that they want to help shape this.';
  if (invitationsInYear >= shapeAYear)
    return `They want to be asked to help at most ${often(shapeAYear)} a year, and were.`;
  return null;
}

const often = (times: number) => (times === 1 ? 'once' : times === 2 ? 'twice' : `${times} times`);
