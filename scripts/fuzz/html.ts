import type { Answer } from './send.ts';

/** A field of a form: what it was shown with, or its choices, of which none has to be made where `isChoice`. */
export type Field = { name: string; choices: string[]; isChoice: boolean; isFile: boolean };
export type Form = { action: string; isFile: boolean; isGet: boolean; fields: Field[] };

/** The forms of a page of Lendwell, which come from its own templates; not for HTML of strangers. */
export function formsIn(html: string, address: string): Form[] {
  return [...html.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gs)].flatMap(([, head, inner]) => {
    const action = attribute(head!, 'action') || address;
    // Whoever signs out has no more pages to look at.
    if (action.endsWith('/sign-out') || !action.startsWith('/')) return [];
    const isGet = attribute(head!, 'method').toLowerCase() !== 'post';
    return [{ action, isGet, isFile: head!.includes('multipart'), fields: fieldsIn(inner!) }];
  });
}

function fieldsIn(html: string): Field[] {
  const fields = new Map<string, Field>();
  const add = (name: string, value: string | undefined, kind: string) => {
    if (!name) return;
    const field = fields.get(name) ?? {
      name,
      choices: [],
      isChoice: /checkbox|radio/.test(kind),
      isFile: kind === 'file',
    };
    if (value !== undefined) field.choices.push(value);
    fields.set(name, field);
  };
  for (const [, head] of html.matchAll(/<input\b([^>]*)>/g))
    add(
      attribute(head!, 'name'),
      /\bvalue=/.test(head!) ? attribute(head!, 'value') : undefined,
      attribute(head!, 'type'),
    );
  for (const [, head, text] of html.matchAll(/<textarea\b([^>]*)>(.*?)<\/textarea>/gs))
    add(attribute(head!, 'name'), text, '');
  for (const [, head, options] of html.matchAll(/<select\b([^>]*)>(.*?)<\/select>/gs))
    for (const [, option] of options!.matchAll(/<option\b([^>]*)>/g))
      add(attribute(head!, 'name'), attribute(option!, 'value'), '');
  for (const [, head] of html.matchAll(/<button\b([^>]*)>/g))
    if (/\bname=/.test(head!)) add(attribute(head!, 'name'), attribute(head!, 'value'), 'radio');
  return [...fields.values()];
}

/** Addresses of Lendwell's own pages to which an answer leads. */
export function linksIn({ headers, body }: Answer): string[] {
  const found = [...body.toString().matchAll(/\bhref="(\/[^"#]*)/g)].map(([, link]) => unescaped(link!));
  return [headers.location ?? '', ...found].filter(
    (link) => /^\/(?!\/|assets|docs|sign-)/.test(link) && link.length < 500 && /^[!-~]+$/.test(link),
  );
}

const attribute = (head: string, name: string): string =>
  unescaped(new RegExp(`\\b${name}="([^"]*)"`).exec(head)?.[1] ?? '');

const unescaped = (text: string): string =>
  text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
