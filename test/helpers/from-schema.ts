import fc from 'fast-check';
import type { Json } from './odd.ts';

export type JsonSchema = {
  type?: string;
  enum?: Json[];
  const?: Json;
  format?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  required?: string[];
};

const words = fc.constantFrom(
  'Amal',
  'Ó Briain',
  'de la Croix-Hämäläinen',
  '李',
  "O'Neil",
  'x'.repeat(99),
  'a\nb',
);
const formats: Record<string, fc.Arbitrary<string>> = {
  date: fc
    .date({ min: new Date('1900-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 10)),
  email: fc.emailAddress(),
  uuid: fc.uuid(),
  'date-time': fc
    .date({ noInvalidDate: true, min: new Date(0), max: new Date('2030-01-01') })
    .map((date) => date.toISOString()),
};

/** Values that keep to a JSON schema as OpenAPI has it; a few of its words are loose, so that some do not. */
export function fromSchema(schema: JsonSchema): fc.Arbitrary<Json> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.properties) {
    const { properties, required = [] } = schema;
    const model = Object.fromEntries(
      Object.entries(properties).map(([name, part]) => [name, fromSchema(part)]),
    );
    return fc.record(model, { requiredKeys: required }) as fc.Arbitrary<Json>;
  }
  if (schema.type === 'array')
    return fc.array(fromSchema(schema.items ?? {}), {
      minLength: schema.minItems ?? 0,
      maxLength: Math.min(schema.maxItems ?? 5, 5),
    });
  if (schema.type === 'boolean') return fc.boolean();
  if (schema.type === 'integer' || schema.type === 'number')
    return fc.integer({ min: schema.minimum ?? -9, max: schema.maximum ?? 99 });
  return (
    (schema.format && formats[schema.format]) || fc.oneof(words, fc.string({ minLength: 1, maxLength: 30 }))
  );
}
