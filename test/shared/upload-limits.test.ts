import { connect, type Socket } from 'node:net';
import t from 'tap';
import { testApp } from '../helpers/app.ts';

const megabyte = 1024 * 1024;
const { app, as } = await testApp(t);
await app.listen({ host: '127.0.0.1', port: 0 });
const { port } = app.server.address() as { port: number };
const connections: Socket[] = [];
app.server.on('connection', (socket: Socket) => connections.push(socket));

const head = (name: string, file?: string) =>
  `--bound\r\nContent-Disposition: form-data; name="${name}"${file ? `; filename="${file}"\r\nContent-Type: text/csv` : ''}\r\n\r\n`;
const field = (name: string, value: string) => `${head(name)}${value}\r\n`;

/** Sends the beginning of a form and then 60 MB, as long as anyone reads: what was answered, and how many bytes were read. */
async function upload(headers: Record<string, string>, begin: string, url = '/donations/import') {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  let answered = '';
  socket.on('data', (chunk) => (answered += chunk));
  const closed = new Promise((done) => socket.on('close', done));
  const more = Buffer.alloc(64 * 1024, 'x');
  let left = 60 * megabyte;
  socket.write(
    [
      `POST ${url} HTTP/1.1`,
      'Host: x',
      'Content-Type: multipart/form-data; boundary=bound',
      `Content-Length: ${Buffer.byteLength(begin) + left}`,
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      '',
      begin,
    ].join('\r\n'),
  );
  const send = () => {
    while (left > 0 && !socket.destroyed) {
      left -= more.length;
      if (!socket.write(more)) return;
    }
  };
  socket.on('drain', send);
  send();
  await closed;
  return { status: Number(/^HTTP\/1.1 (\d+)/.exec(answered)?.[1]), read: connections.at(-1)!.bytesRead };
}

const { cookie } = as.officer;
const withCookie = { cookie: cookie! };

for (const [what, headers, begin] of [
  ['nobody', {}, head('file', 'a.csv')],
  ['a session without a token, a file', withCookie, head('file', 'a.csv')],
  ['a session without a token, text', withCookie, head('csv')],
  ['a session without a token, another field', withCookie, field('donor', 'Asda') + head('note')],
  ['a wrong token, a file', withCookie, field('_csrf', 'wrong') + head('file', 'a.csv')],
  ['a wrong token, text', withCookie, field('_csrf', 'wrong') + head('csv')],
  ['a key', as.integration, head('file', 'a.csv')],
] as [string, Record<string, string>, string][])
  t.test(`${what}: an upload of 60 MB is refused when little of it is read`, async (t) => {
    const { status, read } = await upload(headers, begin);
    t.ok(read < 2 * megabyte + 512 * 1024, `${(read / megabyte).toFixed(1)} MB read`);
    // The answer may be lost when the connection is closed under what is still being sent.
    t.ok(Number.isNaN(status) || [303, 401, 403].includes(status), `answered ${status}`);
  });

t.test('with its token a form is read, and a field that is too large is refused', async (t) => {
  const send = (...parts: string[]) =>
    app.inject({
      method: 'POST',
      url: '/donations/import',
      headers: { cookie: cookie!, 'content-type': 'multipart/form-data; boundary=bound' },
      payload: `${field('_csrf', as.officer['x-csrf-token']!)}${parts.join('')}--bound--\r\n`,
    });
  t.equal((await send(field('csv', 'x'.repeat(3 * megabyte)))).statusCode, 422, 'a sheet as text');
  t.equal((await send(head('file', 'a.csv'), 'x,'.repeat(megabyte), '\r\n')).statusCode, 422, 'a file');
  t.equal((await send(field('reference', 'x'.repeat(70 * 1024)))).statusCode, 413);
});
