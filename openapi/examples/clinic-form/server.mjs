import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

const { LENDWELL_URL, LENDWELL_KEY, PORT = '8080' } = process.env;
const html = readFileSync(new URL('form.html', import.meta.url), 'utf8');
const plain = (text) => String(text).replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
const meaning = (value) => ({ yes: true, no: false })[value] ?? value.replaceAll('\r\n', '\n').trim();
const at = (body, name) => name.split('.').reduce((part, key) => part?.[key], body);
const nameOf = ({ pointer }) => pointer.slice(1).replaceAll('/', '.');

/** The form's own fields, whose names are the API's with dots, as the body that the API takes. */
function referralOf(fields) {
  const needs = fields.getAll('needs');
  const body = { referrer: {}, patient: { contactPoints: [] }, needs, barriers: [], consent: {} };
  for (const [name, value] of fields) {
    if (!name.includes('.') || !value.trim() || !html.includes(`name="${name}"`)) continue;
    const [last, ...path] = name.split('.').reverse();
    path.reduceRight((part, key) => (part[key] ??= {}), body)[last] = meaning(value);
  }
  body.patient.contactPoints = body.patient.contactPoints.filter(Boolean);
  return body;
}

/** The form with what was typed; what Lendwell refused stands at its field, or on top where the form has no such field. */
function form(key, body = {}, problem = '', errors = []) {
  const others = errors.filter((error) => !html.includes(`{{error ${nameOf(error)}}}`));
  const top = [problem, ...others.map((error) => `${nameOf(error)}: ${error.message}`)];
  const marks = {
    key: () => plain(key),
    problem: () => problem && top.map((line) => `<p>${plain(line)}</p>`).join(''),
    value: (name) => plain(at(body, name) ?? ''),
    error: (name) => plain(errors.find((error) => nameOf(error) === name)?.message ?? ''),
  };
  const chosen = (name, value) => [at(body, name)].flat().includes(meaning(value));
  return html
    .replace(/\{\{(\w+) ?([\w.]*)\}\}/g, (_, mark, name) => marks[mark](name))
    .replace(/type="(?:radio|checkbox)" name="([^"]+)" value="([^"]+)"/g, (input, name, value) =>
      chosen(name, value) ? `${input} checked` : input,
    );
}

/** Sends a referral; the page that answers: its reference, or the form again. */
async function send(key, body) {
  const reply = await fetch(`${LENDWELL_URL}/api/v1/referrals`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${LENDWELL_KEY}`,
      'content-type': 'application/json',
      'idempotency-key': key,
    },
    body: JSON.stringify(body),
  });
  const { reference, title, detail, errors } = await reply.json();
  const done = `<main><h1>Sent</h1><p>The reference is ${reference}.</p><a href="/">Another</a></main>`;
  if (reply.ok) return `<!doctype html><html lang="en"><title>Sent</title>${done}</html>`;
  return form(key, body, detail ? `${title}. ${detail}` : title, errors);
}

const away = 'Lendwell cannot be reached. Nothing was lost: send it again.';
const server = createServer(async (request, response) => {
  response.setHeader('content-type', 'text/html; charset=utf-8').setHeader('cache-control', 'no-store');
  if (request.method !== 'POST') return response.end(form(randomUUID()));
  const fields = new URLSearchParams(await text(request));
  const [key, body] = [fields.get('key') ?? '', referralOf(fields)];
  response.end(await send(key, body).catch(() => form(key, body, away)));
});
server.listen(Number(PORT), '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
