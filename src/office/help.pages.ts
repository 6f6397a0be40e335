import type { App } from '../shared/http.ts';
import { type Colour, colourMeanings, statusColours } from '../shared/statuses.ts';

/** What each word means, as the pages use it. */
const glossary: [word: string, meaning: string][] = [
  ['Donation', 'One delivery from a donor: devices that came together'],
  ['Accessory', 'A counted thing without a label of its own, such as a charger'],
  [
    'Preparation check',
    'A dated pass or fail: erased, electrically safe, set up. With all of them a device is ready',
  ],
  ['Referral', 'A clinic’s request that one patient gets a device, data, support or any of them'],
  ['Allocation', 'A device held for a referral until it is issued, released or its time is over'],
  ['Loan', 'The agreement with one borrower, with one device or more. It closes when the last is back'],
  ['Incident', 'What was lost, stolen, damaged, faulty or not returned: a story, never a blame'],
  ['Replacement', 'A device that takes the place of another on the same loan, in one step'],
  ['Follow-up', 'One planned support contact with a patient'],
  ['Discreet', 'Wording that names no service, clinic or condition'],
  ['Safe', 'Said by the patient to be a way in which contact does no harm. Nothing is sent by any other'],
  ['Task', 'Work for staff that Lendwell found, such as a person to call back'],
];

/** /help: how scanning works, which keys do what, and what the colours and words mean. */
export function helpPages(app: App): void {
  app.get('/help', { config: { action: 'session.own' } }, async (_request, reply) =>
    reply.page('office/views/help.njk', {
      glossary,
      colours: (Object.keys(colourMeanings) as Colour[]).map((colour) => ({
        colour,
        meaning: colourMeanings[colour],
        examples: statusColours[colour].slice(0, 4),
      })),
    }),
  );
}
