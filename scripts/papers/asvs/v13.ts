import { by, type Chapter, met, notMet } from './answer.ts';

/** How it is set up. */
export const v13: Chapter = {
  name: 'How it is set up',
  answers: {
    '13.1.1': met(
      'SECURITY.md has every connection, and which address a user gives.',
      'SECURITY.md',
      by('drift/safe-code', 'the code keeps away from …'),
    ),
    '13.2.1': notMet(
      'Database, Redis, mail and Notify are reached with passwords and keys that hold until an operator changes them.',
      'Give PostgreSQL a client certificate in `DATABASE_URL` (`sslcert`, `sslkey`), and change the others yearly.',
    ),
    '13.2.2': met(
      'Lendwell runs as a role that owns nothing and cannot change the logs; it refuses to start as the owner. compose.yaml lets its services write and do next to nothing.',
      'compose.yaml',
      'OPERATIONS.md',
      by('shared/database', 'rule 20: the log is append-only, by rights and by trigger'),
      by('log-proof/tampering', 'the application can neither date back nor change the chain'),
    ),
    '13.2.3': met(
      'No password is given by default: compose.yaml starts nothing without those in .env, and a `SECRET` that is not random stops the start.',
      'compose.yaml',
      by('shared/unsafe-settings', 'a secret of a few repeated characters is refused'),
    ),
    '13.2.4': notMet(
      'Where Lendwell calls, its settings say, and webhooks that managers and administrators set. But nothing around it keeps the processes from other addresses.',
      'Let the firewall or an egress proxy pass what SECURITY.md lists under Where it talks to.',
    ),
    '13.2.5': notMet(
      'The same of the processes as a whole: compose.yaml lets them reach the internet, for messages and webhooks.',
      'As 13.2.4.',
    ),
    '13.3.1': notMet(
      'Secrets are settings of the environment; Lendwell asks no vault.',
      'Let the secret store of your platform give them to the processes. None is in the code, the image or the repository.',
    ),
    '13.3.2': notMet(
      'The owner of the tables is known to the migration alone, and the key of the log is a file. But `api` and `worker` are given the same settings, though only one of them sends messages.',
      'Leave out of a process what it does not need: `DATABASE_OWNER_URL` of both.',
    ),
    '13.4.1': met(
      'The image has the folders that are named, and .dockerignore lets nothing else through.',
      'Dockerfile',
      '.dockerignore',
      by('drift/image', 'what the Dockerfile copies is let through by .dockerignore'),
    ),
    '13.4.2': met(
      'There is no mode for it: faults are told by their kind, and templates are not looked for anew.',
      'src/shared/problem.ts',
      'Dockerfile',
      by('shared/answers', 'a fault of ours is told as one, without a word of what it was'),
    ),
    '13.4.3': met(
      'No folder is listed.',
      'src/web/assets.ts',
      by('shared/answers', 'every answer, whatever it is, says how a browser has to take it'),
    ),
    '13.4.4': met(
      'It is answered as what is not there.',
      'src/app.ts',
      by('shared/answers', 'where a message ends has one answer, and what is sent is not sent back'),
    ),
    '13.4.5': met(
      'The description of the API, figures and readiness want `OPS_TOKEN`.',
      'src/shared/operators.ts',
      by('shared/operators', 'what is for operators is closed to others, and says nothing'),
      by('shared/operators', 'without a token it is open on a machine of its own only'),
    ),
  },
};
