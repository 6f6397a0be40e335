import { readFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';

type Schema = {
  $ref?: string;
  type?: string | string[];
  format?: string;
  pattern?: string;
  enum?: unknown[];
  const?: unknown;
  maxLength?: number;
  maxItems?: number;
  uniqueItems?: boolean;
  minimum?: number;
  maximum?: number;
  additionalProperties?: unknown;
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
};
type Operation = {
  requestBody?: { content: Record<string, { schema: Schema }> };
  parameters?: { in: string; name: string; schema: Schema }[];
  responses: Record<string, object>;
};
const { paths, components } = JSON.parse(
  readFileSync(path.join(import.meta.dirname, '../../openapi/openapi.json'), 'utf8'),
) as { paths: Record<string, Record<string, Operation>>; components: { schemas: Record<string, Schema> } };

const operations = Object.entries(paths).flatMap(([url, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ name: `${method} ${url}`, operation })),
);
/** Who sends these is known by a token, and may add to what it tells. */
const isOfNotify = (name: string) => name.includes('/callbacks/notify/');
const bodies = operations
  .filter(({ name }) => !isOfNotify(name))
  .flatMap(({ name, operation }) =>
    Object.entries(operation.requestBody?.content ?? {})
      .filter(([type]) => type === 'application/json')
      .map(([, { schema }]) => ({ name, schema })),
  );
const queries = operations.flatMap(({ name, operation }) =>
  (operation.parameters ?? [])
    .filter((one) => one.in === 'query')
    .map((one) => ({ name: `${name} ?${one.name}`, schema: one.schema })),
);

/** Every part of a schema, itself among them, with where it is. */
function partsOf(given: Schema, at: string): { at: string; part: Schema }[] {
  const part = given.$ref ? components.schemas[given.$ref.split('/').at(-1)!]! : given;
  return [
    { at, part },
    ...Object.entries(part.properties ?? {}).flatMap(([name, one]) => partsOf(one, `${at}/${name}`)),
    ...(part.items ? partsOf(part.items, `${at}/*`) : []),
    ...[...(part.anyOf ?? []), ...(part.oneOf ?? [])].flatMap((one) => partsOf(one, at)),
  ];
}
const isOf = ({ type }: Schema, ...kinds: string[]) => [type].flat().some((one) => kinds.includes(one!));
const parts = [...bodies, ...queries].flatMap(({ name, schema }) => partsOf(schema, name));

t.test('a body has the fields that are named, and no others', async (t) => {
  t.ok(bodies.length > 80, `${bodies.length} bodies`);
  for (const { name, schema } of bodies)
    for (const { at, part } of partsOf(schema, name))
      if (part.properties) t.equal(part.additionalProperties, false, at);
});

t.test('each number that comes in has its least and its most', async (t) => {
  const numbers = parts.filter(({ part }) => isOf(part, 'integer', 'number') && !part.enum);
  t.ok(numbers.length > 50, `${numbers.length} numbers`);
  for (const { at, part } of numbers)
    t.ok(part.minimum !== undefined && part.maximum! < 2 ** 31, `${at} ${part.minimum} ${part.maximum}`);
});

t.test('each text that comes in is one of several, of a form, or no longer than it may be', async (t) => {
  const texts = parts.filter(({ part }) => isOf(part, 'string') && !part.enum && part.const === undefined);
  t.ok(texts.length > 150, `${texts.length} texts`);
  for (const { at, part } of texts) t.ok(part.maxLength || part.format || part.pattern?.endsWith('$'), at);
});

t.test('each list that comes in is no longer than it may be', async (t) => {
  const lists = parts.filter(({ part }) => isOf(part, 'array'));
  t.ok(lists.length > 30, `${lists.length} lists`);
  for (const { at, part } of lists) t.ok(part.maxItems || (part.uniqueItems && part.items?.enum), at);
});

t.test('every body has an answer for one that is too large and for one of another type', async (t) => {
  for (const { name, operation } of operations)
    if (operation.requestBody) t.ok(operation.responses[413] && operation.responses[415], name);
});
