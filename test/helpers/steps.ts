import type { Test } from 'tap';

/**
 * A story told in named steps, each a test of its own: `step(name, act)`, one after the other.
 * Where a step breaks off, those after it have nothing to stand on, and are left out: that one step is what failed.
 * `now()` is the step that goes on, for what asserts on its behalf.
 */
export function steps(t: Test) {
  let now = t;
  let broken = '';
  return {
    now: () => now,
    async step(name: string, act: (t: Test) => Promise<void>): Promise<void> {
      await t.test(name, { skip: broken && `the story broke off: ${broken}` }, async (t) => {
        now = t;
        try {
          await act(t);
        } catch (error) {
          broken = name;
          throw error;
        }
      });
      now = t;
    },
  };
}
