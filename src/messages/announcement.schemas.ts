import Type, { type Static } from 'typebox';
import { strictObject } from '../shared/http.ts';
import { listQuery, pageOf } from '../shared/lists.ts';
import { nullable, oneOf } from '../shared/schemas.ts';
import { audiences } from './announcement.rules.ts';

const id = Type.String({ format: 'uuid' });
const body = (description: string) =>
  Type.String({ minLength: 1, maxLength: 600, pattern: '\\S', 'x-lines': 'many', description });

const said = {
  audience: oneOf(audiences, {
    description: 'on_loan: who has something on loan; support_ahead: who has a follow-up ahead',
  }),
  clinicId: Type.Optional({ ...id, description: 'Of audience clinic alone' }),
  supporterId: Type.Optional({ ...id, description: 'Of audience supporter alone' }),
  identified: body('For who chose that messages name the scheme'),
  discreet: body('For everyone else; words that tell a stranger what it is about are refused'),
};
const example = {
  audience: 'on_loan',
  identified: 'From 7 December we are at the library in Camden Road.',
  discreet: 'From 7 December we are at the library in Camden Road.',
} as const;

export const AnnouncementDraft = strictObject(said, { examples: [example] });
export type AnnouncementDraft = Static<typeof AnnouncementDraft>;

export const NewAnnouncement = strictObject(
  {
    ...said,
    people: Type.Integer({
      minimum: 1,
      maximum: 10_000_000,
      description:
        'How many are concerned, as the preview said; where it is another number now, nothing is sent',
    }),
  },
  { examples: [{ ...example, people: 42 }] },
);
export type NewAnnouncement = Static<typeof NewAnnouncement>;

/** How many people are concerned, and how each would hear of it; the others add up to `people`. */
export const AnnouncementReach = Type.Object({
  people: Type.Integer(),
  sms: Type.Integer(),
  email: Type.Integer(),
  letter: Type.Integer(),
  held: Type.Integer({ description: 'Wait: for the end of a pause, a sender, or a person’s decision' }),
  tasks: Type.Integer({ description: 'Cannot be written to: staff get a task for each' }),
});
export type AnnouncementReach = Static<typeof AnnouncementReach>;

const Named = Type.Object({ id: Type.String(), name: Type.String() });
export const Announcement = Type.Object({
  id: Type.String(),
  audience: oneOf(audiences),
  clinic: nullable(Named),
  supporter: nullable(Named),
  identified: Type.String(),
  discreet: Type.String(),
  people: Type.Integer({ description: 'How many were concerned' }),
  told: Type.Integer({ description: 'To how many it has gone' }),
  createdAt: Type.String(),
  createdBy: Type.String(),
});
export type Announcement = Static<typeof Announcement>;
export const AnnouncementList = pageOf(Announcement);
export const AnnouncementQuery = Type.Object(listQuery, { additionalProperties: false });
