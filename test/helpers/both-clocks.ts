import t, { type Test } from 'tap';
import type { fixedClock } from '../../src/shared/clock.ts';

type TestClock = ReturnType<typeof fixedClock>;

/** Tells a story twice: in one instant, and with a clock that goes on with each reading of it, as the real one does. */
export function onBothClocks(clock: TestClock) {
  return (name: string, story: (t: Test) => Promise<unknown>) => {
    t.test(name, story);
    t.test(`${name}, as time goes on`, (t) => {
      timeGoesOn(t, clock);
      return story(t);
    });
  };
}

/** Lets the clock go on by a millisecond with each reading until the test ends. */
export function timeGoesOn(t: Test, clock: TestClock): void {
  clock.goOn(1);
  t.teardown(() => clock.goOn(0));
}
