import Type, { type Static } from 'typebox';
import { strictObject } from '../shared/http.ts';
import { nullable, oneOf } from '../shared/schemas.ts';
import { reminderReasons } from './message.rules.ts';
import { templateChannels, templateWordings } from './template.rules.ts';

const language = Type.String({
  pattern: '^[a-z]{2,3}$',
  description: 'Code of the language (ISO 639), such as en or so',
  errorMessage: 'Give the code of a language, such as en or so.',
});
const text = {
  subject: Type.String({
    minLength: 1,
    maxLength: 200,
    pattern: '\\S',
    'x-lines': 'one',
    errorMessage: 'Enter the subject.',
  }),
  body: Type.String({
    minLength: 1,
    maxLength: 2000,
    pattern: '\\S',
    'x-lines': 'many',
    errorMessage: 'Enter the text.',
  }),
};
const key = {
  reason: oneOf(reminderReasons),
  wording: oneOf(templateWordings, {
    description: 'trusted: for whom the person trusts, and told as little as a stranger',
  }),
  channel: oneOf(templateChannels, { description: 'any: where a channel has no text of its own' }),
  language,
};

export const NewTemplate = strictObject(
  {
    ...key,
    ...text,
    insteadOf: nullable(
      Type.String({ format: 'uuid', description: 'The version that was seen; null where there was none' }),
    ),
  },
  {
    examples: [
      {
        reason: 'follow_up',
        wording: 'discreet',
        channel: 'sms',
        language: 'en',
        subject: 'Reminder',
        body: 'Hello. A reminder for {{when}}. {{link}}',
        insteadOf: null,
      },
    ],
  },
);
export type NewTemplate = Static<typeof NewTemplate>;

const Part = Type.Object({
  fragments: Type.Integer(),
  encoding: oneOf(['GSM-7', 'UCS-2']),
  units: Type.Integer(),
});
export const Template = Type.Object({
  id: Type.String(),
  ...key,
  ...text,
  version: Type.Integer(),
  createdAt: Type.String(),
  createdBy: nullable(Type.String({ description: 'Null for what Lendwell brought' })),
  sample: Type.Object(
    { subject: Type.String(), body: Type.String(), sms: Part },
    { description: 'As it reads with made-up data, and how many parts that is as a text message' },
  ),
});
export type Template = Static<typeof Template>;
export const Templates = Type.Object({ items: Type.Array(Template) });
export const TemplateVersions = Type.Object({ ...Template.properties, earlier: Type.Array(Template) });
export type TemplateVersions = Static<typeof TemplateVersions>;

export const NewTemplateTest = strictObject(
  {
    channel: oneOf(['sms', 'email', 'letter']),
    to: Type.String({
      minLength: 1,
      maxLength: 500,
      errorMessage: 'Enter your own number or address.',
      description: 'A phone number, an email address, or the lines of a postal address',
    }),
  },
  { examples: [{ channel: 'sms', to: '07700 900123' }] },
);
export type NewTemplateTest = Static<typeof NewTemplateTest>;
export const testResults = ['sent', 'kept', 'refused', 'later', 'unknown'] as const;
export const TemplateTested = Type.Object({
  result: oneOf(testResults, { description: 'kept: nothing is sent out here, see the Messages page' }),
});
export type TemplateTested = Static<typeof TemplateTested>;
