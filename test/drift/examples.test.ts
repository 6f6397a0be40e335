import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import t from 'tap';

type Schema = Record<string, unknown>;
type Media = Record<string, { schema: Schema }>;
type Operation = { requestBody?: { content: Media }; responses: Record<string, { content?: Media }> };
type Example = {
  request: { method: string; path: string; body?: unknown };
  reply: { status: number; body: unknown };
};

const folder = path.join(import.meta.dirname, '../../openapi');
const read = <T>(file: string) => JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as T;
const { paths, components } = read<{
  paths: Record<string, Record<string, Operation>>;
  components: Schema;
}>('openapi.json');
const ajv = new Ajv({ strict: false, discriminator: true, allErrors: true });
addFormats.default(ajv);

/** The operation of a call: the one whose path has the same parts, ids for names in braces. */
function operationOf({ method, path }: Example['request']): Operation | undefined {
  const plain = path.split('?')[0]!.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '{}');
  const found = Object.entries(paths).find(([template]) => template.replaceAll(/\{\w+\}/g, '{}') === plain);
  return found?.[1][method.toLowerCase()];
}

const files = readdirSync(path.join(folder, 'examples')).filter((file) => file.endsWith('.json'));
t.ok(files.length > 8, 'there are examples');
for (const file of files) {
  t.test(`${file} is as openapi.json says`, async (t) => {
    const { request, reply } = read<Example>(`examples/${file}`);
    const operation = operationOf(request);
    if (!operation) return t.fail('there is no such operation');
    const fits = (schema: Schema | undefined, value: unknown, what: string) => {
      if (!schema) return t.fail(`${what} is not described`);
      t.ok(ajv.validate({ ...schema, components }, value), `${what}: ${ajv.errorsText()}`);
    };
    if (request.body)
      fits(operation.requestBody?.content['application/json']?.schema, request.body, 'the request');
    const content = operation.responses[reply.status]?.content;
    fits(
      (content?.['application/json'] ?? content?.['application/problem+json'])?.schema,
      reply.body,
      'the reply',
    );
  });
}
