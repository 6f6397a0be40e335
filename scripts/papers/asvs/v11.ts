import { by, type Chapter, met, notMet, notOurs } from './answer.ts';

const keepsAway = by('drift/safe-code', 'the code keeps away from …');
const sealed = by(
  'admin/kept-page',
  'a form’s answer is kept for an hour, sealed, for whoever sent it alone',
);

/** Cryptography. */
export const v11: Chapter = {
  name: 'Cryptography',
  answers: {
    '11.1.1': met(
      'SECURITY.md says of each key what it does, who holds it, how it is made and when it is changed.',
      'SECURITY.md',
      by('access/data-key', 'who comes in, and what was given out, stays good when SECRET is changed'),
    ),
    '11.1.2': met(
      'The same table has the algorithms. Certificates are the web server’s.',
      'SECURITY.md',
      keepsAway,
    ),
    '11.2.1': met(
      'node:crypto (OpenSSL) makes, hashes, seals and verifies; simplewebauthn, openid-client, otpauth and standardwebhooks hold the protocols.',
      'package.json',
      keepsAway,
    ),
    '11.2.2': notMet(
      'Passwords carry their algorithm and cost, so that these can be raised, and `SECRET` is changed without voiding anything. The data key that it opens cannot be, nor can the one hash and the one cipher: nothing is hashed or sealed anew.',
      'Where the data key is known to others, revoke keys and links, reset second steps and give webhooks new secrets, as OPERATIONS.md says.',
    ),
    '11.2.3': notMet(
      'All that Lendwell makes has 128 bits or more. A provider’s RSA keys of 2,048 bits (112) are taken, since many have no others, and so is one that an operator gives.',
      'Choose ES256 or RSA of 3,072 bits at the provider, and for `OIDC_PRIVATE_KEY`.',
    ),
    '11.3.1': met('AES-256-GCM alone is used to encrypt.', 'src/shared/seal.ts', keepsAway),
    '11.3.2': met('AES-256-GCM.', 'src/shared/seal.ts', keepsAway, sealed),
    '11.3.3': met(
      'What was sealed and changed does not open.',
      'src/shared/seal.ts',
      by('access/sign-on', 'an answer counts once, in the browser that began, within ten minutes'),
      by('access/authentication', 'a form that comes when its session is over is kept for whoever it is of'),
    ),
    '11.4.1': notMet(
      'SHA-256 everywhere, but for codes of an app, which are HMAC-SHA-1: it is not broken for that, and apps know no other.',
      'Use passkeys.',
    ),
    '11.4.2': met(
      'argon2id with 19 MiB and two passes, and a salt for each.',
      'src/access/password.ts',
      by('access/access', 'a password is kept as argon2id with its cost, and only the same one matches'),
    ),
    '11.4.3': met(
      'The chain of the log and its signature are over SHA-256.',
      'src/office/log-proof/signing.ts',
      by('log-proof/heads', 'a tail that was cut, a chain that was written anew and a forged head are found'),
    ),
    '11.4.4': notOurs('No key is made of a password.'),
    '11.5.1': notMet(
      'Sessions and keys have 256 random bits, links 128, recovery codes 50: these are typed by hand, count once, and wait after five wrong ones.',
      'Use passkeys, and keep no recovery codes.',
    ),
    '11.6.1': notMet(
      'The log is signed with Ed25519. A provider may sign with RSA PKCS #1 v1.5 (RS256), which is what OpenID Connect takes for granted, and so does Lendwell where nothing else is set.',
      'Choose ES256 or PS256 at the provider, and by `OIDC_PRIVATE_KEY_ALG`.',
    ),
  },
};
