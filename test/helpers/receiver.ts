import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Call = { headers: IncomingHttpHeaders; body: string };

/** A clinic's system that takes webhooks: keeps each call and answers as `answer` says, with 204 until that is set. */
export async function receiver(t: { teardown(work: () => unknown): unknown }) {
  const calls: Call[] = [];
  const state = {
    calls,
    host: '',
    url: '',
    answer: (reply: ServerResponse, _call: Call): void => void reply.writeHead(204).end(),
  };
  const server = createServer((request, reply) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const call = { headers: request.headers, body };
      calls.push(call);
      state.answer(reply, call);
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  state.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  state.url = `http://${state.host}/lendwell`;
  return state;
}
