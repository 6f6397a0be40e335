import { barriers, needs, urgencies } from '../referral.rules.ts';
import { type Choice, choicesOf, yesNo } from './choices.view.ts';
import { communication, moreOfPatient, trustedPerson } from './more-questions.schemas.ts';

/** A question: `name` is the field's name in the body of the API, with dots. */
export type Question = {
  name: string;
  label: string;
  as: 'text' | 'area' | 'date' | 'radios' | 'checkboxes' | 'select' | 'ways';
  hint?: string;
  choices?: readonly Choice[];
  /** What to say when it is left empty and may not be. */
  missing?: string;
  type?: 'email';
  inputmode?: 'email' | 'tel' | 'numeric';
  width?: 10 | 20;
  /** Asked only where another answer makes it a question; elsewhere it is out of sight. */
  when?: 'urgent';
};
/** Questions that nobody has to answer, in a fold by what they are about. */
type Fold = { title: string; intro?: string; questions: Question[] };
export type QuestionGroup = {
  slug: string;
  title: string;
  intro?: string;
  questions: Question[];
  fold?: Fold;
  /** Pages that a form had before, whose answers are of this one now. */
  was?: string[];
};

/** All that a page asks, what is folded with it. */
export const questionsOf = ({ questions, fold }: QuestionGroup): Question[] => [
  ...questions,
  ...(fold?.questions ?? []),
];

/**
 * The form page by page: agreement first, so that nothing of anyone is typed without it, then as little as a referral can
 * do with. To ask for something more, add its line.
 */
export const questionGroups: QuestionGroup[] = [
  {
    slug: 'consent',
    title: 'The patient’s consent',
    questions: [
      {
        name: 'consent.shareWithScheme',
        label: 'Has the patient agreed that we get what you write here?',
        as: 'radios',
        choices: yesNo,
        missing: 'Choose whether the patient agreed. Without that there can be no referral.',
      },
      {
        name: 'consent.givenOn',
        label: 'When did they agree?',
        hint: 'Change it if it was not today.',
        as: 'date',
        missing: 'Enter the day the patient agreed',
      },
      { name: 'consent.givenBy', label: 'Who agreed, if not the patient (optional)', as: 'text' },
      {
        name: 'consent.shareBackWithClinic',
        label: 'May we tell the clinic how it goes? (optional)',
        hint: 'Yes only if the patient agreed to that as well',
        as: 'radios',
        choices: yesNo,
      },
    ],
  },
  {
    slug: 'referrer',
    title: 'About you',
    questions: [
      { name: 'referrer.name', label: 'Your name', as: 'text', missing: 'Enter your name' },
      {
        name: 'referrer.email',
        label: 'Your email address (optional)',
        as: 'text',
        type: 'email',
        inputmode: 'email',
      },
      {
        name: 'referrer.phone',
        label: 'Your phone number (optional)',
        hint: 'So that we can ask you about this referral',
        as: 'text',
        inputmode: 'tel',
        width: 20,
      },
      {
        name: 'clinicReference',
        label: 'Your own reference for this referral (optional)',
        as: 'text',
        width: 20,
      },
    ],
  },
  {
    slug: 'patient',
    title: 'The patient',
    intro: 'You can refer someone without their NHS number. With it we do not mix two people up.',
    questions: [
      {
        name: 'patient.givenName',
        label: 'Given name',
        hint: 'If they have one name only, leave the other empty',
        as: 'text',
      },
      { name: 'patient.familyName', label: 'Family name', as: 'text' },
      { name: 'patient.dateOfBirth', label: 'Date of birth (optional)', hint: 'Like 27 3 1985', as: 'date' },
      {
        name: 'patient.nhsNumber',
        label: 'NHS number (optional)',
        hint: '10 digits, like 999 000 0018',
        as: 'text',
        inputmode: 'numeric',
        width: 10,
      },
    ],
    fold: { title: 'More about the patient, if it helps', questions: moreOfPatient },
    was: ['nhs-number'],
  },
  {
    slug: 'contact',
    title: 'How to reach them safely',
    intro:
      'Ask the patient, and list the ways in the order they prefer. Safe means that they said nobody else sees or hears it. We never use a way that is not safe.',
    questions: [
      { name: 'contactPoints', label: 'Ways to reach them', as: 'ways' },
      {
        name: 'patient.contactChoice',
        label: 'Who makes contact (optional)',
        as: 'radios',
        choices: [
          { value: 'any_safe', text: 'We may, in any safe way' },
          {
            value: 'patient_contacts_us',
            text: 'Only the patient contacts us',
            hint: 'We then neither ring nor write',
          },
        ],
      },
      {
        name: 'patient.wording',
        label: 'How we word messages to them (optional)',
        hint: 'If you leave this out we are discreet.',
        as: 'radios',
        choices: [
          { value: 'discreet', text: 'Discreet', hint: 'Names no service, clinic or condition' },
          { value: 'identified', text: 'With our name', hint: 'Says who writes and what about' },
        ],
      },
    ],
    was: ['wording'],
  },
  {
    slug: 'needs',
    title: 'What they need',
    questions: [
      {
        name: 'needs',
        label: 'What do they need?',
        as: 'checkboxes',
        choices: choicesOf(needs),
        missing: 'Choose at least one thing they need',
      },
      {
        name: 'barriers',
        label: 'What is in the way? (optional)',
        as: 'checkboxes',
        choices: choicesOf(barriers),
      },
      {
        name: 'urgency',
        label: 'How soon do they need it? (optional)',
        hint: 'If you leave this out it is routine.',
        as: 'radios',
        choices: choicesOf(urgencies),
      },
      { name: 'urgencyReason', label: 'If it is urgent, why?', when: 'urgent', as: 'area' },
    ],
    was: ['urgency'],
  },
  {
    slug: 'anything-else',
    title: 'Anything else',
    intro: 'Leave these empty if there is nothing more to say.',
    questions: [
      ...communication,
      {
        name: 'notes',
        label: 'Notes (optional)',
        hint: 'Such as how to greet them, or what upsets them',
        as: 'area',
      },
      {
        name: 'visitRisks',
        label: 'What must a visitor know to be safe? (optional)',
        hint: 'Only our office, you and whoever visits see this.',
        as: 'area',
      },
    ],
    fold: {
      title: 'A trusted person, if there is one',
      intro: 'Someone who helps the patient, and whom the patient agrees that you name.',
      questions: trustedPerson,
    },
    was: ['communication', 'trusted-person'],
  },
];
