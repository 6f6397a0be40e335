import { addDays } from '../../src/shared/clock.ts';
import type { Random } from '../demonstration/random.ts';
import type { Json, Media, Schema } from './document.ts';
import type { Known } from './known.ts';

/** By what a value is chosen: chance, what exists, the day that it is, and the thing that the address names. */
export type Choosing = { random: Random; known: Known; today: string; within?: string | undefined };

const words = ['Amal', 'Ó Briain', 'de la Croix-Hämäläinen', '李 明', "O'Neil", 'Two words', 'A note.'];
const isId = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A body that keeps to its schema: one of its examples with ids that exist, or one made from the schema. */
export function bodyFor({ schema, example, examples }: Media, choosing: Choosing): Json {
  const given = [
    ...(example === undefined ? [] : [example]),
    ...Object.values(examples ?? {}).map(({ value }) => value),
  ];
  if (given.length && (!schema?.properties || choosing.random.chance(0.6)))
    return refreshed(choosing.random.pick(given), '', choosing);
  return valueFor(schema ?? {}, '', choosing);
}

/** An example with ids of things that exist, days near today, and numbers of devices that nobody has yet. */
function refreshed(value: Json, name: string, choosing: Choosing): Json {
  const { random, known } = choosing;
  if (Array.isArray(value)) return value.map((one) => refreshed(one, name.replace(/s$/, ''), choosing));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([key, part]) => [key, refreshed(part, key, choosing)]),
    );
  if (typeof value !== 'string') return value;
  if (isId.test(value)) return known.idOf(name.replace(/Ids?$/, ''), random, choosing.within);
  if (/^\d{4}-\d\d-\d\d$/.test(value)) return name === 'dateOfBirth' ? value : day(choosing, 20);
  if (name === 'serialNumber') return random.text('0123456789ABCDEF', 11);
  if (name === 'assetTag' || name === 'code') return known.valueOf('assetTag', random) ?? value;
  return value;
}

/** A value that keeps to a schema, as far as the schema says it. @param name under which it stands */
export function valueFor(schema: Schema, name: string, choosing: Choosing): Json {
  const { random } = choosing;
  if (schema.const !== undefined) return schema.const;
  if (schema.enum?.length) return random.pick(schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices?.length) return valueFor(random.pick(choices), name, choosing);
  const type = Array.isArray(schema.type) ? random.pick(schema.type) : schema.type;
  if (type === 'object' || schema.properties) return objectFor(schema, choosing);
  if (type === 'array') return arrayFor(schema, name, choosing);
  if (type === 'boolean') return random.chance(0.5);
  if (type === 'null') return null;
  if (type === 'integer' || type === 'number') {
    const least = schema.minimum ?? 0;
    return random.between(least, Math.min(schema.maximum ?? least + 40, least + 40));
  }
  return textFor(schema, name, choosing);
}

function objectFor({ properties = {}, required = [] }: Schema, choosing: Choosing): Json {
  const few = choosing.random.pick([0.1, 0.4, 0.8]);
  const chosen = Object.entries(properties).filter(
    ([name]) => required.includes(name) || choosing.random.chance(few),
  );
  const all = Object.entries(properties);
  if (!chosen.length && all.length) chosen.push(choosing.random.pick(all));
  return Object.fromEntries(chosen.map(([name, part]) => [name, valueFor(part, name, choosing)]));
}

function arrayFor(
  { items = {}, minItems = 0, maxItems = 5 }: Schema,
  name: string,
  choosing: Choosing,
): Json {
  const length = choosing.random.between(minItems, Math.min(maxItems, minItems + 2));
  return Array.from({ length }, () => valueFor(items, name.replace(/s$/, ''), choosing));
}

function textFor(schema: Schema, name: string, choosing: Choosing): string {
  const { random, known } = choosing;
  if (schema.format === 'uuid') return known.idOf(name.replace(/Ids?$/, ''), random, choosing.within);
  if (schema.format === 'date') return name === 'dateOfBirth' ? '1980-02-29' : day(choosing, 60);
  if (schema.format === 'date-time') return `${day(choosing, 60)}T10:00:00Z`;
  if (schema.format === 'email') return `someone.${random.between(1, 9999)}@example.org`;
  if (schema.pattern?.includes('[0-5][0-9]'))
    return `${random.pick(['09', '10', '16', '23'])}:${random.pick(['00', '30'])}`;
  if (schema.pattern === '^[a-z]{2,3}$') return random.pick(['so', 'tr', 'yue', 'xx']);
  if (/phone|msisdn|^to$/i.test(name)) return `07700 900${random.text('0123456789', 3)}`;
  if (/url|website/i.test(name)) return `https://clinic.example/${random.text('abc', 3)}`;
  const text =
    (random.chance(0.5) && known.valueOf(name, random)) || `${random.pick(words)} ${random.between(1, 999)}`;
  return text.slice(0, schema.maxLength ?? 200).padEnd(schema.minLength ?? 0, 'x');
}

/** A day at most so many days from today, either way. */
const day = ({ random, today }: Choosing, days: number): string =>
  addDays(today, random.between(-days, days));
