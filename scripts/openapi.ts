import { Validator } from '@seriousme/openapi-schema-validator';
import { buildApp } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { events } from '../src/events.ts';
import { followOn } from '../src/follow-on.ts';
import { systemClock } from '../src/shared/clock.ts';
import { createDatabase } from '../src/shared/database.ts';
import { createLogger } from '../src/shared/logging.ts';
import { keepMade } from './made-file.ts';

// npm run openapi                      writes openapi/openapi.json
// node scripts/openapi.ts --check      compares instead, and says what is missing

type Media = { schema?: { examples?: unknown[]; example?: unknown }; examples?: object; example?: unknown };
type Operation = {
  operationId?: string;
  summary?: string;
  tags?: string[];
  requestBody?: { content: Record<string, Media> };
  responses: Record<string, { content?: Record<string, Media> }>;
};
type Document = { openapi: string; paths: Record<string, Record<string, Operation>> };

const document = await readDocument();
const text = `${JSON.stringify(document, null, 2)}\n`;
const faults = [...missingIn(document), ...(await invalidIn(document))];
for (const fault of faults) console.error(fault);

keepMade('openapi/openapi.json', text, { source: 'the routes say', command: 'npm run openapi' });
if (faults.length) process.exitCode = 1;

/** The document of the application, built without ever connecting to a database. */
async function readDocument(): Promise<Document> {
  const config = readConfig({
    DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
    SECRET: 'x'.repeat(32),
    LOG_LEVEL: 'silent',
  });
  const db = createDatabase(config.DATABASE_URL, 2, () => {});
  const app = await buildApp({
    config,
    db,
    clock: systemClock,
    log: createLogger('silent'),
    key: config.SECRET,
    events,
    followOn,
  });
  await app.ready();
  const made = JSON.parse(JSON.stringify(app.swagger())) as Document;
  await app.close();
  await db.destroy();
  return made;
}

function operationsOf(document: Document): [string, Operation][] {
  return Object.entries(document.paths).flatMap(([where, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, Operation] => [
      `${method.toUpperCase()} ${where}`,
      operation,
    ]),
  );
}

/** What a caller would miss: the name of an operation, what it is, what it refuses with, an example of its body. */
function missingIn(document: Document): string[] {
  const operations = operationsOf(document);
  const names = operations.map(([, { operationId }]) => operationId);
  return operations.flatMap(([name, operation]) => {
    const { operationId, summary, tags, requestBody, responses } = operation;
    const bodies = Object.values(requestBody?.content ?? {});
    const statuses = Object.keys(responses);
    return [
      ...(operationId ? [] : ['no operationId']),
      ...(operationId && names.indexOf(operationId) !== names.lastIndexOf(operationId)
        ? [`its operationId ${operationId} is not its own`]
        : []),
      ...(summary ? [] : ['no summary']),
      ...(tags?.length ? [] : ['no tag']),
      ...(bodies.every(hasExample) ? [] : ['no example of its request body']),
      ...(statuses.some((status) => status.startsWith('2')) ? [] : ['no reply of success']),
      ...(Object.values(responses).some(({ content }) => content?.['application/problem+json'])
        ? []
        : ['no problems']),
    ].map((fault) => `${name}: ${fault}`);
  });
}

function hasExample({ schema, example, examples }: Media): boolean {
  return [schema?.examples, schema?.example, example, examples].some((one) => one !== undefined);
}

async function invalidIn(document: Document): Promise<string[]> {
  if (!document.openapi.startsWith('3.1')) return [`the document is OpenAPI ${document.openapi}, not 3.1`];
  const { valid, errors } = await new Validator().validate(structuredClone(document));
  if (valid) return [];
  return typeof errors === 'string'
    ? [errors]
    : (errors ?? []).map(({ instancePath, message }) => `not valid at ${instancePath}: ${message}`);
}
