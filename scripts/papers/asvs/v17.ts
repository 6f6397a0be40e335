import { type Chapter, notOurs } from './answer.ts';

const none = notOurs('There is no WebRTC: nobody talks through Lendwell.');

/** Talking through the browser. */
export const v17: Chapter = {
  name: 'Talking through the browser',
  answers: {
    '17.1.1': none,
    '17.2.1': none,
    '17.2.2': none,
    '17.2.3': none,
    '17.2.4': none,
    '17.3.1': none,
    '17.3.2': none,
  },
};
