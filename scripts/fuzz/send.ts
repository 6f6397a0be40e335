import { Agent, type IncomingHttpHeaders, request } from 'node:http';

/** What is sent, to an address that begins with a slash and goes out as it is. */
export type Sent = {
  method: string;
  address: string;
  headers: Record<string, string>;
  body?: Buffer | undefined;
};
/** What came back, and after how many milliseconds; a connection that broke has the status 0 and why. */
export type Answer = {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
  ms: number;
  broke?: string;
};

/** One that does not answer in so many milliseconds counts as broken. */
const patience = 60_000;
const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** Sends a request as it is, whatever is wrong with it, and waits for the whole answer. */
export function send(url: string, { method, address, headers, body }: Sent): Promise<Answer> {
  const start = performance.now();
  const { hostname, port } = new URL(url);
  const length = body && headers['transfer-encoding'] === undefined ? { 'content-length': body.length } : {};
  return new Promise((resolve) => {
    const broken = (error: Error) =>
      resolve({
        status: 0,
        headers: {},
        body: Buffer.alloc(0),
        ms: performance.now() - start,
        broke: error.message,
      });
    const sent = request(
      { hostname, port, method, path: address, headers: { ...headers, ...length }, agent, timeout: patience },
      (reply) => {
        const parts: Buffer[] = [];
        reply.on('data', (part: Buffer) => parts.push(part));
        reply.on('error', broken);
        reply.on('end', () =>
          resolve({
            status: reply.statusCode ?? 0,
            headers: reply.headers,
            body: Buffer.concat(parts),
            ms: performance.now() - start,
          }),
        );
      },
    );
    sent.on('timeout', () => sent.destroy(new Error('no answer')));
    sent.on('error', broken);
    sent.end(body);
  });
}

/** Lets go of the connections that are kept open. */
export const hangUp = (): void => agent.destroy();
