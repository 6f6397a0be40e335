import { by, type Chapter, met, notOurs } from './answer.ts';

/** Answers and requests. */
export const v04: Chapter = {
  name: 'Requests and answers',
  answers: {
    '4.1.1': met(
      'Every answer has the type of what is in it, and text its charset.',
      'src/web/assets.ts',
      by('shared/answers', 'every answer, whatever it is, says how a browser has to take it'),
    ),
    '4.1.2': notOurs(
      'Lendwell redirects nothing to https. The web server in front decides; let it refuse http for `/api/`.',
    ),
    '4.1.3': met(
      'Who calls is the address of the connection, and a header’s only from a web server that `TRUST_PROXY` names; a wide one stops the start. No other header of the kind is read.',
      'src/shared/proxies.ts',
      by('shared/answers', 'whence a request comes is not for its sender to say'),
      by('shared/unsafe-settings', 'few may say who calls'),
      by('shared/door', 'a link never has the address that its caller says'),
    ),
    '4.2.1': met(
      'Node.js refuses a request whose end could be read in two ways, and closes its connection. HTTP/2 is the web server’s.',
      'src/shared/connections.ts',
      by('shared/answers', 'where a message ends has one answer, and what is sent is not sent back'),
    ),
    '4.3.1': notOurs('There is no GraphQL.'),
    '4.3.2': notOurs('There is no GraphQL.'),
    '4.4.1': notOurs('There are no WebSockets.'),
    '4.4.2': notOurs('There are no WebSockets.'),
    '4.4.3': notOurs('There are no WebSockets.'),
    '4.4.4': notOurs('There are no WebSockets.'),
  },
};
