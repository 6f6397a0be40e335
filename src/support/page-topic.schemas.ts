import Type, { type Static } from 'typebox';
import { strictObject } from '../shared/http.ts';
import { line, nullable } from '../shared/schemas.ts';

const name = line(100, { description: 'Such as: Health' });

export const PageTopic = Type.Object({
  id: Type.String(),
  name: Type.String(),
  partOf: nullable(
    Type.Object(
      { id: Type.String(), name: Type.String() },
      { description: 'The topic that it is a part of: its pages count there as well' },
    ),
  ),
  retired: Type.Boolean({ description: 'Not counted any more; what was counted stays' }),
  changedAt: Type.String(),
});
export type PageTopic = Static<typeof PageTopic>;
export const PageTopicList = Type.Object({ items: Type.Array(PageTopic) });

export const NewPageTopic = strictObject(
  { name, partOf: Type.Optional(Type.String({ format: 'uuid' })) },
  { examples: [{ name: 'Mental health', partOf: '0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e' }] },
);
export type NewPageTopic = Static<typeof NewPageTopic>;

export const PageTopicChange = strictObject(
  { name: Type.Optional(name), retired: Type.Optional(Type.Boolean()) },
  { minProperties: 1, examples: [{ retired: true }] },
);
export type PageTopicChange = Static<typeof PageTopicChange>;
