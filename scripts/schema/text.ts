import type { Catalogue, Column, Constraint, Made, Policy } from './catalogue.ts';
import { broken, commentLines, fromTheMargin, plainDefault, plainSql, plainTypes } from './plain.ts';

const opening = `-- The database of Lendwell as it is today. To be read, and not to be run.
-- Made by \`npm run schema\` from a database that the migrations beside this file have made; not edited by hand.
-- What runs are the migrations, in the order of their dates: \`npm run migrate\`.
--
-- Each table stands whole, by name: its columns, what they are held to, indexes, triggers, and what the
-- application's role may not do with it; which rows it shows to whom, and what the roles that read in someone's
-- name may read of it. A constraint is named where PostgreSQL would have named it otherwise.
-- Then come the numbers, the views and the functions. The queue's own schema is not here.
`;

/** The catalogue as one readable file. */
export function schemaText(catalogue: Catalogue): string {
  const { tables, sequences, views, functions } = catalogue;
  return [
    opening,
    ...tables.map((table) => tableText(table, catalogue)),
    heading('The numbers that references and asset tags are made from'),
    sequences
      .flatMap(({ name, comment }) => [...commentLines(comment), `create sequence ${name};`])
      .map((line) => `${line}\n`)
      .join(''),
    ...views.map((view) =>
      [
        heading(view.name, view.comment),
        `create view ${view.name} as\n${viewBody(view)}`,
        ...narrowText(view.name, catalogue),
        '',
      ].join('\n'),
    ),
    ...functions.map((made) => [heading(`${made.name}()`, made.comment), functionBody(made)].join('\n')),
  ].join('\n');
}

function heading(title: string, comment: string | null = null): string {
  return [
    `-- ${'─'.repeat(12)} ${title} ${'─'.repeat(Math.max(3, 88 - title.length))}`,
    ...commentLines(comment),
  ].join('\n');
}

function tableText(
  { name, comment }: { name: string; comment: string | null },
  catalogue: Catalogue,
): string {
  const own = <T extends { table: string }>(list: T[]) => list.filter(({ table }) => table === name);
  const constraints = own(catalogue.constraints);
  const isOfColumn = ({ columns, kind }: Constraint) => columns.length === 1 && kind !== 'x';
  const inside: [string[], string][] = [
    ...own(catalogue.columns).map((column): [string[], string] => {
      const held = constraints.filter((one) => isOfColumn(one) && one.columns[0] === column.name);
      return [[column, ...held].flatMap((one) => commentLines(one.comment, '  ')), columnText(column, held)];
    }),
    ...constraints
      .filter((one) => !isOfColumn(one))
      .map((one): [string[], string] => [commentLines(one.comment, '  '), constraintText(one)]),
  ];
  return [
    heading(name, comment),
    `create table ${name} (`,
    ...inside.flatMap(([said, text], at) => [
      ...said,
      broken(`  ${text}${at < inside.length - 1 ? ',' : ''}`, '    '),
    ]),
    ');',
    ...[...own(catalogue.indexes), ...own(catalogue.triggers)].flatMap((made) => [
      ...commentLines(made.comment),
      broken(`${plainSql(made.definition)};`, '  '),
    ]),
    ...own(catalogue.rights).flatMap(({ revoked, granted }) => [
      ...(revoked.length ? [`revoke ${revoked.join(', ')} on ${name} from lendwell_app;`] : []),
      ...granted.map((right) => `grant ${right} on ${name} to lendwell_app;`),
    ]),
    ...narrowText(name, catalogue),
    '',
  ].join('\n');
}

/** Row-level security: which rows a table shows to which role, and what those may read that see not all of it. */
function narrowText(name: string, { policies, narrowRights }: Catalogue): string[] {
  const own = policies.filter(({ table }) => table === name);
  return [
    ...(own.length ? [`alter table ${name} enable row level security;`] : []),
    ...own.map((policy) => broken(policyText(policy), '  ')),
    ...narrowRights
      .filter(({ table }) => table === name)
      .map(({ role, columns }) =>
        broken(`grant select${columns ? ` (${columns})` : ''} on ${name} to ${role};`, '  '),
      ),
  ];
}

function policyText({ table, name, command, role, condition }: Policy): string {
  const of = { '*': '', r: ' for select' }[command] ?? ` for ${command}`;
  const using = plainSql(condition.replaceAll(/\s+/g, ' ')).replace(/^\((exists .*)\)$/, '$1');
  return `create policy ${name} on ${table}${of} to ${role} using (${using});`;
}

function columnText(column: Column, held: Constraint[]): string {
  const isKey = held.some(({ kind }) => kind === 'p');
  return [
    `${plainSql(quoted(column.name))} ${plainTypes(column.type)}`,
    ...(column.required && !isKey && !column.identity ? ['not null'] : []),
    ...(column.identity
      ? [`generated ${column.identity === 'a' ? 'always' : 'by default'} as identity`]
      : []),
    ...(column.generated ? [`generated always as (${plainSql(column.default!)}) stored`] : []),
    ...(column.default !== null && !column.generated ? [`default ${plainDefault(column.default)}`] : []),
    ...held.map(constraintText),
  ].join(' ');
}

/** A column's constraint leaves out which column, and every constraint a name that PostgreSQL gives by itself. */
function constraintText(constraint: Constraint): string {
  const { table, name, kind, columns, definition } = constraint;
  const ending = { p: 'pkey', u: 'key', f: 'fkey', c: 'check' }[kind];
  const own = kind === 'p' || (kind === 'c' && columns.length !== 1) ? [table] : [table, ...columns];
  const named = name === [...own, ending].join('_') ? '' : `constraint ${name} `;
  const text = plainSql(definition).replace(/( references "?\w+"?)\(id\)/, '$1');
  const short =
    columns.length === 1 && kind !== 'x'
      ? text.replace(/^(primary key|unique( nulls not distinct)?) \(.*?\)|^foreign key \(.*?\) /, '$1')
      : text;
  return `${named}${short}`;
}

/** The few names that are words of SQL stand in quotation marks, as they must be written. */
function quoted(name: string): string {
  return ['values', 'order', 'user', 'to', 'from', 'end', 'when', 'check', 'default', 'limit'].includes(name)
    ? `"${name}"`
    : name;
}

function viewBody({ definition }: Made): string {
  return plainSql(
    definition
      .split('\n')
      .map((line) => line.trimEnd())
      .join('\n'),
  );
}

/** A function's head in plain words; its body as the migration wrote it. */
function functionBody({ definition }: Made): string {
  const [head = '', body] = definition.split(/(?<=\nAS )(?=\$function\$)/);
  const said = plainTypes(plainSql(head.replace(/^CREATE OR REPLACE /, 'CREATE '))).replaceAll(
    /\s*\n\s*/g,
    ' ',
  );
  return body ? `${said}${fromTheMargin(body.replaceAll('$function$', '$$$$').trimEnd())};\n` : `${said};\n`;
}
