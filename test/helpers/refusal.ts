import type { Problem } from '../../src/shared/problem.ts';

/** What a promise was rejected with, to be matched; fails when it was not rejected. */
export async function refusal(promise: Promise<unknown>): Promise<Problem & { constraint?: string }> {
  try {
    await promise;
  } catch (error) {
    return error as Problem & { constraint?: string };
  }
  throw new Error('it was not refused');
}
