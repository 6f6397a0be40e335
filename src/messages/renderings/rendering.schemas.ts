import Type, { type Static } from 'typebox';
import { wordFormats } from '../../people/format.rules.ts';
import { strictObject } from '../../shared/http.ts';
import { line, nullable, oneOf } from '../../shared/schemas.ts';
import { things } from './thing.rules.ts';

export const renderedLanguage = Type.String({
  pattern: '^[a-z]{2,3}$',
  description: 'Code of the language (ISO 639), such as en or bn',
  errorMessage: 'Give the code of a language, such as en or bn.',
});
export const renderedFormat = oneOf(wordFormats, {
  description: 'Whose words differ; large print is the same words, printed larger',
});
const thing = oneOf(things, { description: 'What it is that people are given' });
const version = Type.Integer({ minimum: 1, maximum: 1_000_000 });
const phrases = Type.Record(Type.String(), Type.String({ maxLength: 30_000 }), {
  maxProperties: 100,
  description:
    'All words of it, each under its name as `original` has them; what stands in braces stays as it is',
});

export const Rendering = Type.Object({
  thing,
  ofVersion: Type.Integer({ description: 'The version of the English original that it renders' }),
  language: renderedLanguage,
  format: renderedFormat,
  version: Type.Integer(),
  phrases,
  approvedBy: Type.String({ description: 'Who says that it is right' }),
  approvedOn: Type.String(),
  createdAt: Type.String(),
  createdBy: Type.String({ description: 'Who saved it' }),
});
export type Rendering = Static<typeof Rendering>;

export const RenderedThing = Type.Object({
  thing,
  title: Type.String(),
  original: nullable(
    Type.Object({ version: Type.Integer(), phrases }, { description: 'In English, in the standard format' }),
  ),
  renderings: Type.Array(Rendering, {
    description: 'What people read now: the newest of each language and format, of the original in use',
  }),
});
export type RenderedThing = Static<typeof RenderedThing>;
export const RenderedThingList = Type.Object({ items: Type.Array(RenderedThing) });

const head = {
  thing,
  language: renderedLanguage,
  format: renderedFormat,
  ofVersion: Type.Integer({
    minimum: 1,
    maximum: 1_000_000,
    description: 'The version of the original that it renders',
  }),
  approvedBy: line(200, {
    description: 'Who says that it is right, such as a translator or a group of readers',
  }),
  approvedOn: Type.String({ format: 'date' }),
  insteadOf: Type.Integer({
    minimum: 0,
    maximum: 1_000_000,
    description: 'The version that was seen; 0 where there was none',
  }),
};
/** The same without its words, as a form has it. */
export const RenderingHead = strictObject(head);
export const NewRendering = strictObject(
  { ...head, phrases },
  {
    examples: [
      {
        thing: 'agreement',
        language: 'cy',
        format: 'standard',
        ofVersion: 1,
        phrases: { text: 'Rydym yn benthyg y ddyfais hon i chi am ddim.' },
        approvedBy: 'A translator of the council',
        approvedOn: '2026-11-20',
        insteadOf: 0,
      },
    ],
  },
);
export type NewRendering = Static<typeof NewRendering>;

/** Which rendering an address names. */
export const renderingParams = Type.Object({ thing, language: renderedLanguage, format: renderedFormat });

/** Which words of the agreement were shown. */
export const renderingShown = {
  language: Type.Optional(renderedLanguage),
  format: Type.Optional(renderedFormat),
  rendering: Type.Optional(
    Type.Integer({
      ...version,
      description: 'The version of that rendering; when a newer one is in use, the issue is refused',
    }),
  ),
  largePrint: Type.Optional(Type.Boolean({ description: 'It is printed large' })),
};

/** In which words a text is that was accepted. */
export const wordsAccepted = {
  language: Type.String({ description: 'In which language the text is' }),
  format: renderedFormat,
  largePrint: Type.Boolean({ description: 'It is printed large' }),
};
