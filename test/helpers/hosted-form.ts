import type { NewReferral } from '../../src/referrals/referral.schemas.ts';
import type { App } from '../../src/shared/http.ts';
import type { Typed } from '../../src/web/forms.ts';

/** What someone would type into the hosted form for a referral of the API, by the names of its fields. */
export function typedOf({ patient, ...rest }: NewReferral): Typed {
  const { contactPoints, ...person } = patient;
  const typed: Typed = {};
  const put = (value: unknown, name: string) => {
    if (value === undefined || (Array.isArray(value) && !value.length)) return;
    if (typeof value === 'boolean') typed[name] = value ? 'yes' : 'no';
    else if (Array.isArray(value) && value.every((part) => typeof part !== 'object'))
      typed[name] = value.map(String);
    else if (typeof value === 'object' && value !== null)
      for (const [key, part] of Object.entries(value)) put(part, name ? `${name}.${key}` : key);
    else if (/^\d{4}-\d\d-\d\d$/.test(String(value))) {
      const [year, month, day] = String(value).split('-');
      Object.assign(typed, { [`${name}-year`]: year, [`${name}-month`]: month, [`${name}-day`]: day });
    } else typed[name] = String(value);
  };
  put({ ...rest, patient: person, contactPoints }, '');
  // A box that is not ticked sends nothing.
  if (typed['patient.noFixedAbode'] === 'no') delete typed['patient.noFixedAbode'];
  return typed;
}

let visitors = 0;

/** A browser without scripts at the hosted form: it keeps its cookies, and fills in the fields that a page has. */
export function formVisitor(app: App, token: string, address = `10.1.${++visitors >> 8}.${visitors & 255}`) {
  const base = `/refer/${token}`;
  const jar = new Map<string, string>();

  async function ask(method: 'GET' | 'POST', url: string, body?: Typed) {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const pairs = Object.entries(body ?? {}).flatMap(([name, value]) =>
      [value].flat().map((one): [string, string] => [name, one]),
    );
    const reply = await app.inject({
      method,
      url,
      headers: {
        'x-forwarded-for': address,
        ...(cookie && { cookie }),
        ...(method === 'POST' && { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(method === 'POST' && { payload: new URLSearchParams(pairs).toString() }),
    });
    for (const { name, value } of reply.cookies) jar.set(name, encodeURIComponent(value));
    return reply;
  }
  const get = (page = '') => ask('GET', page.startsWith('/') ? page : page ? `${base}/${page}` : base);
  const hiddenIn = (html: string): Typed =>
    Object.fromEntries(
      [...html.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)">/g)].map(([, name, value]) => [
        name!,
        value!,
      ]),
    );
  const namesIn = (html: string) => new Set([...html.matchAll(/ name="([^"]+)"/g)].map(([, name]) => name!));

  /** Sends a page as it was shown, with these fields; `page` is its name, or its address. */
  async function submit(page: string, fields: Typed = {}, shown?: string) {
    const html = shown ?? (await get(page)).body;
    const url = page.startsWith('/') ? page : page ? `${base}/${page}` : base;
    return ask('POST', url, { ...fields, ...hiddenIn(html) });
  }

  return {
    base,
    jar,
    get,
    ask,
    submit,
    hiddenIn,
    /** Walks from the start to the answers to check, and gives the page with them. */
    async fill(referral: NewReferral): Promise<string> {
      const left = new Map(Object.entries(typedOf(referral)));
      let at = (await submit('')).headers.location!;
      while (!at.endsWith('/check')) {
        let html = (await get(at)).body;
        for (;;) {
          const names = namesIn(html);
          const missing = [...left.keys()].some(
            (name) => name.startsWith('contactPoints.') && !names.has(name),
          );
          if (!names.has('add') || !missing) break;
          const add = / name="add"[^>]* value="(\d+)"|value="(\d+)"[^>]* name="add"/.exec(html)!;
          html = (await submit(at, { add: (add[1] ?? add[2])! }, html)).body;
        }
        const names = namesIn(html);
        const fields = Object.fromEntries([...left].filter(([name]) => names.has(name)));
        for (const name of Object.keys(fields)) left.delete(name);
        const reply = await submit(at, fields, html);
        if (reply.statusCode !== 303) throw new Error(`${at}: ${reply.statusCode} ${faultsIn(reply.body)}`);
        at = reply.headers.location!;
      }
      if (left.size) throw new Error(`the form does not ask for ${[...left.keys()]}`);
      return (await get(at)).body;
    },
    /** All of it; the page that says that it was sent. */
    async send(referral: NewReferral): Promise<string> {
      const check = await this.fill(referral);
      const sent = await submit('check', {}, check);
      if (sent.statusCode !== 303) throw new Error(`check: ${sent.statusCode} ${faultsIn(sent.body)}`);
      return (await get(sent.headers.location!)).body;
    },
  };
}

const faultsIn = (html: string) =>
  [...html.matchAll(/error-message"[^>]*>\s*<span[^>]*>[^<]*<\/span>\s*([^<]+)/g)]
    .map(([, text]) => text)
    .join(' ');
export const referenceIn = (html: string) => /R-[0-9A-Z]{6}/.exec(html)?.[0];
