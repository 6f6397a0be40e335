import { languages } from '../../people/contact.rules.ts';
import { communicationNeeds, noNhsNumberReasons } from '../../people/patient.schemas.ts';
import { trustedTopicChoices } from '../../people/trusted.rules.ts';
import { barriers, needs, urgencies } from '../referral.rules.ts';
import { type Choice, choicesOf, yesNo } from './choices.view.ts';

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
};
export type QuestionGroup = { slug: string; title: string; intro?: string; questions: Question[] };

/** The form page by page: agreement first, so that nothing of anyone is typed without it. To ask for something more, add its line. */
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
    questions: [
      {
        name: 'patient.givenName',
        label: 'Given name',
        hint: 'If they have one name only, leave the other empty',
        as: 'text',
      },
      { name: 'patient.familyName', label: 'Family name', as: 'text' },
      { name: 'patient.preferredName', label: 'What they like to be called (optional)', as: 'text' },
      { name: 'patient.dateOfBirth', label: 'Date of birth (optional)', hint: 'Like 27 3 1985', as: 'date' },
      { name: 'patient.address', label: 'Address (optional)', as: 'area' },
      {
        name: 'patient.noFixedAbode',
        label: 'Where they live (optional)',
        as: 'checkboxes',
        choices: [{ value: 'yes', text: 'They have no fixed address' }],
      },
      {
        name: 'patient.collectionPoint',
        label: 'Where kit and letters can be collected (optional)',
        hint: 'Such as a day centre, or care of whom',
        as: 'area',
      },
    ],
  },
  {
    slug: 'nhs-number',
    title: 'Their NHS number',
    intro: 'You can refer someone without it. With it we do not mix two people up.',
    questions: [
      {
        name: 'patient.nhsNumber',
        label: 'NHS number (optional)',
        hint: '10 digits, like 999 000 0018',
        as: 'text',
        inputmode: 'numeric',
        width: 10,
      },
      {
        name: 'patient.noNhsNumberReason',
        label: 'If you leave it out, why? (optional)',
        as: 'radios',
        choices: choicesOf(noNhsNumberReasons),
      },
    ],
  },
  {
    slug: 'contact',
    title: 'How to reach them safely',
    intro:
      'Ask the patient, and list the ways in the order they prefer. Safe means that they said nobody else sees or hears it. We never use a way that is not safe.',
    questions: [{ name: 'contactPoints', label: 'Ways to reach them', as: 'ways' }],
  },
  {
    slug: 'wording',
    title: 'Messages and who makes contact',
    questions: [
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
    ],
  },
  {
    slug: 'communication',
    title: 'Communication and language',
    questions: [
      {
        name: 'patient.communicationNeeds',
        label: 'What helps them to read, hear or follow (optional)',
        as: 'checkboxes',
        choices: choicesOf(communicationNeeds),
      },
      {
        name: 'patient.language',
        label: 'Language, if not English (optional)',
        hint: 'For a language that is not in the list, write it on the page “Anything else”.',
        as: 'select',
        choices: languages,
      },
      {
        name: 'patient.interpreter',
        label: 'Is an interpreter needed? (optional)',
        as: 'radios',
        choices: yesNo,
      },
    ],
  },
  {
    slug: 'trusted-person',
    title: 'A trusted person',
    intro: 'Someone who helps the patient, if there is one and the patient agrees that you name them.',
    questions: [
      {
        name: 'patient.trustedPerson.name',
        label: 'Their name (optional)',
        as: 'text',
        missing: 'Enter the name of the trusted person',
      },
      {
        name: 'patient.trustedPerson.relationship',
        label: 'Who they are to the patient (optional)',
        as: 'text',
        width: 20,
      },
      {
        name: 'patient.trustedPerson.phone',
        label: 'Their phone number (optional)',
        as: 'text',
        inputmode: 'tel',
        width: 20,
      },
      {
        name: 'patient.trustedPerson.mayBeContacted',
        label: 'May we contact them? (optional)',
        as: 'radios',
        choices: yesNo,
        missing: 'Choose whether we may contact the trusted person',
      },
      {
        name: 'patient.trustedPerson.contactFor',
        label: 'For what may we contact them? (optional)',
        hint: 'Where nothing is ticked, whoever rings asks the patient first',
        as: 'checkboxes',
        choices: trustedTopicChoices,
      },
      {
        name: 'patient.trustedPerson.first',
        label: 'Should calls and messages about this go through them? (optional)',
        hint: 'A message to them names nothing of what it is about',
        as: 'radios',
        choices: yesNo,
      },
    ],
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
    ],
  },
  {
    slug: 'urgency',
    title: 'How soon',
    questions: [
      {
        name: 'urgency',
        label: 'How soon do they need it? (optional)',
        hint: 'If you leave this out it is routine.',
        as: 'radios',
        choices: choicesOf(urgencies),
      },
      { name: 'urgencyReason', label: 'If it is urgent, why?', as: 'area' },
    ],
  },
  {
    slug: 'anything-else',
    title: 'Anything else',
    intro: 'Leave these empty if there is nothing more to say.',
    questions: [
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
  },
];
