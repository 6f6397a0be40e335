import { readFileSync } from 'node:fs';
import path from 'node:path';

export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

/** A JSON schema, as far as OpenAPI documents of Lendwell use it. */
export type Schema = {
  type?: string | string[];
  enum?: Json[];
  const?: Json;
  format?: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  anyOf?: Schema[];
  oneOf?: Schema[];
};
export type Media = { schema?: Schema; example?: Json; examples?: Record<string, { value: Json }> };
export type Parameter = { in: 'path' | 'query' | 'header'; name: string; required?: boolean; schema: Schema };

/** One operation of the document, with its method in capitals and its path as the document has it. */
export type Operation = {
  name: string;
  method: string;
  path: string;
  parameters: Parameter[];
  bodies: [type: string, media: Media][];
  responses: Record<string, { content?: Record<string, Media> }>;
};

type Written = {
  operationId: string;
  parameters?: Parameter[];
  requestBody?: { content: Record<string, Media> };
  responses: Operation['responses'];
};

/** What the document says: its operations in its order, and its shared schemas. */
export type Described = { operations: Operation[]; components: object };

const file = path.join(import.meta.dirname, '../../openapi/openapi.json');

/** The generated OpenAPI document. */
export function readDocument(): Described {
  const { paths, components } = JSON.parse(readFileSync(file, 'utf8')) as {
    paths: Record<string, Record<string, Written>>;
    components: object;
  };
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, written]) => ({
      name: written.operationId,
      method: method.toUpperCase(),
      path,
      parameters: written.parameters ?? [],
      bodies: Object.entries(written.requestBody?.content ?? {}),
      responses: written.responses,
    })),
  );
  return { operations, components };
}
