import Type from 'typebox';
import { pageOf } from '../shared/lists.ts';
import { nullable } from '../shared/schemas.ts';

export const LookList = pageOf(
  Type.Object({
    id: Type.String(),
    at: Type.String(),
    actorName: Type.String(),
    what: Type.String({
      description: 'The kind of record that was opened; `list` where they were named among others',
    }),
    list: nullable(
      Type.String({ description: 'The pattern of the address of the list or page that named them' }),
    ),
    filters: nullable(
      Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()]), {
        description: 'What narrowed the list; true for what was typed',
      }),
    ),
    line: Type.String({ description: 'The same in words' }),
  }),
);
