import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import nunjucks from 'nunjucks';
import t from 'tap';

const root = path.join(import.meta.dirname, '../..');
const { parser, nodes } = nunjucks as unknown as {
  parser: { parse(text: string): Found };
  nodes: Record<'FunCall' | 'FromImport' | 'Macro' | 'Set', unknown>;
};
type Named = { value?: string | { value: string } };
type Found = {
  typename: string;
  name?: Named;
  names?: { children: Named[] };
  args?: { children: Named[] };
  targets?: Named[];
  findAll(kind: unknown): Found[];
};

/** What code gives to pages is named in it. */
const code = globSync('src/{app.ts,web/pages.ts,**/*.pages.ts,**/*.view.ts}', { cwd: root })
  .map((file) => readFileSync(path.join(root, file), 'utf8'))
  .join('\n');
const isGiven = (name: string) => name === 'range' || new RegExp(`\\b${name}\\b`).test(code);

/** What a template calls, and has neither imported nor defined: it fails once that part of the page is shown. */
function unknownIn(text: string): unknown[] {
  const page = parser.parse(text);
  const known = new Set([
    // What a macro is given by `call`.
    'caller',
    ...page.findAll(nodes.FromImport).flatMap(({ names }) => names!.children.map(nameOf)),
    ...page
      .findAll(nodes.Macro)
      .flatMap(({ name, args }) => [name, ...args!.children].map((one) => one?.value)),
    ...page.findAll(nodes.Set).flatMap(({ targets }) => targets!.map(({ value }) => value)),
  ]);
  // A filter is a call of its own kind, which fails by itself when it is not known.
  const calls = page.findAll(nodes.FunCall).filter(({ typename }) => typename === 'FunCall');
  return calls.flatMap(({ name }) => {
    const called = name?.value;
    return typeof called !== 'string' || known.has(called) || isGiven(called) ? [] : called;
  });
}

/** By which name something is imported: its own, or another. */
const nameOf = ({ value }: Named) => (typeof value === 'object' ? value.value : value);

t.test('templates call nothing that they have not imported', async (t) => {
  const templates = globSync('src/**/*.njk', { cwd: root });
  t.ok(templates.length > 150);
  for (const file of templates) t.same(unknownIn(readFileSync(path.join(root, file), 'utf8')), [], file);
  t.same(unknownIn('{% from "a" import b %}{% if c %}{{ b() }}{{ selectField(form) }}{% endif %}'), [
    'selectField',
  ]);
});
