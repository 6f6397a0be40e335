import { by, type Chapter, met, notMet, notOurs } from './answer.ts';

const answers = by('shared/answers', 'every answer, whatever it is, says how a browser has to take it');
const cookies = by('shared/answers', 'every cookie is for this host, https and no script');
const tokens = by('access/authentication', 'changes with a session need its form token');
const headers = 'src/web/security-headers.ts';

/** What a browser is told, and what it may do. */
export const v03: Chapter = {
  name: 'Browsers',
  answers: {
    '3.2.1': met(
      'Every answer has a content security policy, its true type and nosniff; files that came in are served with a sandbox, and files of lists and PDFs to be saved.',
      headers,
      'src/lending/attachments/attachment.view.ts',
      answers,
      by(
        'lending/attachments',
        'a photo from a phone is kept upright, smaller, and without where it was taken',
      ),
      by('lending/attachments', 'a PDF is kept as it came and given out to be saved, never shown'),
    ),
    '3.2.2': met(
      'Scripts put text in by `textContent`. Markup that they put in is written in them, or is a page of the server, whose values are escaped.',
      'src/web/assets/suggestions.js',
      by('drift/safe-code', 'the code keeps away from …'),
      by(
        'admin/search',
        'what is found shows while someone types, kind by kind, and leads there by keys alone',
      ),
    ),
    '3.3.1': met(
      'With https every cookie is secure and bound to the host by `__Host-`; that of the hosted form, which is kept to the path of its link, has `__Secure-`.',
      'src/access/authentication.ts',
      cookies,
      by('access/authentication', 'over https the cookies are bound to this host'),
    ),
    '3.3.2': met(
      'Every cookie is `SameSite=Lax`: links from messages and from a provider have to lead in, and changes want a token beside.',
      'src/access/authentication.ts',
      cookies,
    ),
    '3.3.3': notMet(
      'One cookie has no `__Host-`: that of the hosted form. It is kept to the path of its link, so that two links in one browser do not mix, and a cookie with a path cannot have that prefix.',
      'Give Lendwell a host name of its own, with no other application on neighbouring ones that could set cookies for it.',
    ),
    '3.3.4': met(
      'No cookie can be read by scripts, and no token of a session stands anywhere else.',
      'src/access/authentication.ts',
      cookies,
      by('access/access', 'signing in'),
    ),
    '3.4.1': met(
      'With https every answer tells it for a year and for all hosts below, errors and assets too.',
      headers,
      answers,
    ),
    '3.4.2': met('No answer lets another site read it.', headers, answers),
    '3.4.3': met(
      'Scripts, styles and forms of this host alone, one inline script by its hash, no objects, no base, no frames.',
      headers,
      answers,
    ),
    '3.4.4': met('Every answer has it.', headers, answers),
    '3.4.5': met(
      'An address is told to this site alone, and by pages whose address is a secret to nobody.',
      headers,
      'src/web/secret-address.ts',
      answers,
      by(
        'hosted-form/hosted-form',
        'the address is a secret: no log, no referrer, no cache, no index; and too many are held off',
      ),
    ),
    '3.4.6': met('No answer may be framed.', headers, answers),
    '3.5.1': met(
      'A change that is known by a cookie, by a page or by the API, wants the token of its session.',
      'src/access/authentication.ts',
      tokens,
      by('shared/upload-limits', '…: an upload of 60 MB is refused when little of it is read'),
    ),
    '3.5.2': met(
      'Nothing relies on a preflight: the token of the session is wanted whatever the type of the body, and the API takes no forms.',
      'src/access/authentication.ts',
      tokens,
    ),
    '3.5.3': met(
      'What changes something is a POST, PUT, PATCH or DELETE. By GET a look is noted, a session is seen, and the answer of a provider is taken, which is tied to the browser that asked.',
      'src/shared/routes.ts',
      by('access/sign-on', 'an answer counts once, in the browser that began, within ten minutes'),
      tokens,
    ),
    '3.5.4': notOurs('It is one application. OPERATIONS.md asks for an address of its own.'),
    '3.5.5': met(
      'Nothing listens to other windows. Tabs of this site tell each other by a channel that other origins cannot reach, and anything said there only forgets what was typed.',
      'src/web/assets/drafts.js',
      by('drift/safe-code', 'the code keeps away from …'),
    ),
    '3.7.1': met(
      'Pages are HTML, CSS and scripts of the standards, and WebAssembly for the scan box; nothing wants a plugin.',
      'src/web/README.md',
      answers,
    ),
    '3.7.2': met(
      'Lendwell leads to its own paths, and to the provider that is set to sign in or out there; nothing that came in says where.',
      'src/access/access.rules.ts',
      by('access/access', 'after signing in one lands on a path of this site and nowhere else'),
      by('access/sign-on', 'signing out leads there as well, with what ends that session'),
    ),
  },
};
