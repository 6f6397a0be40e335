import { by, type Chapter, met, notMet, notOurs } from './answer.ts';

const database = by('shared/unsafe-settings', 'a database elsewhere without verified TLS is refused');
const onTheWay = by(
  'shared/unsafe-settings',
  'what is sent to another machine is hidden from those on the way',
);

/** What goes over the network. */
export const v12: Chapter = {
  name: 'The network',
  answers: {
    '12.1.1': notOurs(
      'TLS of browsers ends at the web server in front: let it speak 1.2 and 1.3 alone. What Lendwell calls, it calls with 1.2 or 1.3, as Node.js does.',
    ),
    '12.1.2': notOurs('Ciphers are the web server’s.'),
    '12.1.3': notOurs('Nobody is known by a certificate.'),
    '12.2.1': notOurs(
      'TLS is the web server’s. Lendwell does not start for others without an https address, and tells browsers to keep to it.',
    ),
    '12.2.2': notOurs('Certificates are the web server’s.'),
    '12.3.1': notMet(
      'Database, Redis, mail, Notify, provider, alarms and webhooks go by TLS, or the process does not start. The web server in front reaches `api` by http, and hosts in `PRIVATE_HOSTS` are reached without TLS. A time stamp may be asked for by http.',
      'Keep the web server on the same machine, or on a network with nobody else; leave `PRIVATE_HOSTS` empty.',
    ),
    '12.3.2': met(
      'Node.js looks at every certificate, and nothing tells it not to; a database on another machine has to be verified in full.',
      'src/shared/unsafe-settings.ts',
      database,
      onTheWay,
      by('drift/safe-code', 'the code keeps away from …'),
    ),
    '12.3.3': notMet(
      '`api` speaks http alone, to the web server in front.',
      'Keep both on one machine, or on a network with nobody else.',
    ),
    '12.3.4': met(
      'A certificate of one’s own is trusted by naming it (`sslrootcert`, or `NODE_EXTRA_CA_CERTS` of Node.js).',
      'src/shared/unsafe-settings.ts',
      database,
      by('shared/unsafe-settings', 'a database on this machine, or over verified TLS, is safe'),
    ),
  },
};
