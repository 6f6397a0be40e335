import { languages } from '../../people/contact.rules.ts';
import { communicationNeeds, noNhsNumberReasons } from '../../people/patient.schemas.ts';
import { trustedTopicChoices } from '../../people/trusted.rules.ts';
import { choicesOf, yesNo } from './choices.view.ts';
import type { Question } from './question-groups.schemas.ts';

/** What more may be said of the patient: nobody has to, and each stands in a fold. */
export const moreOfPatient: Question[] = [
  { name: 'patient.preferredName', label: 'What they like to be called (optional)', as: 'text' },
  {
    name: 'patient.noNhsNumberReason',
    label: 'If you leave it out, why? (optional)',
    as: 'radios',
    choices: choicesOf(noNhsNumberReasons),
  },
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
];

/** What helps the patient to read, hear or follow. */
export const communication: Question[] = [
  {
    name: 'patient.communicationNeeds',
    label: 'What helps them to read, hear or follow (optional)',
    as: 'checkboxes',
    choices: choicesOf(communicationNeeds),
  },
  {
    name: 'patient.language',
    label: 'Language, if not English (optional)',
    hint: 'For a language that is not in the list, write it in the notes below.',
    as: 'select',
    choices: languages,
  },
  {
    name: 'patient.interpreter',
    label: 'Is an interpreter needed? (optional)',
    as: 'radios',
    choices: yesNo,
  },
];

/** Someone who helps the patient, and whom the patient agrees to name. */
export const trustedPerson: Question[] = [
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
];
