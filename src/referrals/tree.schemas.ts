import Type, { type Static } from 'typebox';
import { strictObject } from '../shared/http.ts';
import { line, nullable, oneOf, text } from '../shared/schemas.ts';
import { barriers } from './referral.rules.ts';
import { connections, deviceUses, offers, spaces } from './tree.rules.ts';

const anyOf = <const Words extends readonly string[]>(words: Words, description: string) =>
  Type.Optional(
    Type.Array(oneOf(words), { minItems: 1, maxItems: words.length, uniqueItems: true, description }),
  );
const conditions = {
  barriersAny: anyOf(barriers, 'One of these gets in the way'),
  usesAny: anyOf(deviceUses, 'They use one of these today'),
  usesNone: anyOf(deviceUses, 'They use none of these today'),
  internetAtHome: anyOf(connections, 'Internet at home is one of these'),
  privateSpace: anyOf(spaces, 'A private space is one of these'),
  prefersNotDigital: Type.Optional(Type.Boolean({ description: 'Whether they would rather not be digital' })),
};
const Conditions = strictObject(conditions, {
  description: 'What has to hold, all of it. What is left out does not matter; something has to be named',
});
const offer = oneOf(offers, { description: 'What it leads to' });
export const longestWhy = 300;
const why = line(longestWhy, { description: 'Why, in the scheme’s words, as officers read it' });

/** A rule as its form sends it. */
export const NewRule = strictObject({ when: Type.Optional(Conditions), offer, why });
export type NewRule = Static<typeof NewRule>;

export const Rule = Type.Object({ id: Type.String(), when: Type.Object(conditions), offer, why });

const treeStatuses = ['draft', 'published'] as const;
const version = Type.Integer();
const status = oneOf(treeStatuses);
const told = {
  version,
  status,
  ruleCount: Type.Integer(),
  madeBy: Type.String(),
  madeAt: Type.String(),
  changedBy: Type.String(),
  changedAt: Type.String(),
  publishedBy: nullable(Type.String()),
  publishedAt: nullable(Type.String()),
  note: nullable(Type.String({ description: 'What changed and why' })),
};
export const TreeSummary = Type.Object(told);
export type TreeSummary = Static<typeof TreeSummary>;
export const Trees = Type.Object({ items: Type.Array(TreeSummary) });

export const Tree = Type.Object({
  ...told,
  rules: Type.Array(Rule),
  before: nullable(Type.Integer({ description: 'The published version before it' })),
});
export type Tree = Static<typeof Tree>;

export const mostRules = 60;
export const TreeChange = strictObject(
  {
    rules: Type.Array(
      strictObject({
        id: Type.Optional(
          Type.String({ format: 'uuid', description: 'Of a rule that there is; left out for a new one' }),
        ),
        when: Conditions,
        offer,
        why,
      }),
      { maxItems: mostRules, description: 'All rules, in the order in which suggestions are shown' },
    ),
  },
  {
    examples: [
      {
        rules: [
          {
            when: { barriersAny: ['money'], internetAtHome: ['no'] },
            offer: 'data',
            why: 'They cannot pay for internet at home.',
          },
        ],
      },
    ],
  },
);
export type TreeChange = Static<typeof TreeChange>;

export const TreePublishing = strictObject(
  { note: text(1000, { description: 'What changed and why' }) },
  { examples: [{ note: 'Money gets in the way of data as often as coverage does.' }] },
);
export type TreePublishing = Static<typeof TreePublishing>;

export const treeParams = Type.Object({
  version: Type.Integer({ minimum: 1, maximum: 1_000_000, description: 'Number of the version' }),
});
export const treeRuleParams = Type.Object({
  ...treeParams.properties,
  ruleId: Type.String({ format: 'uuid', description: 'Id of the rule' }),
});
