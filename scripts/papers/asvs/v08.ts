import { by, type Chapter, met } from './answer.ts';

const everyRole = by(
  'access/permissions',
  'rule 19: every route for every role: what the table says, and nobody else',
);
const everyId = by(
  'access/isolation',
  'rule 19: with another’s ids every route answers as for what does not exist, and tells nothing',
);
const noList = by(
  'access/isolation',
  'rule 19: no list and no reply of a clinic’s key holds anything of another’s',
);

/** Who may do what. */
export const v08: Chapter = {
  name: 'Who may do what',
  answers: {
    '8.1.1': met(
      'SECURITY.md says what each role is for and what is its own; the table of permissions is the document of the rest.',
      'SECURITY.md',
      'src/access/permissions.ts',
      everyRole,
    ),
    '8.1.2': met(
      'SECURITY.md, Kinds of data, says what of a record each reader sees; the schema of a route says what may be written.',
      'SECURITY.md',
      'src/referrals/clinic-view.rules.ts',
      by('referrals/clinic-view', 'rule 29: what a clinic sees of an end: …'),
    ),
    '8.2.1': met(
      'A route names an action, an action names roles; whoever is not named may not, and a route without one stops the start.',
      'src/access/permissions.ts',
      'src/access/authentication.ts',
      everyRole,
      by('access/permissions', 'every route names an action of the table, or is public'),
      by('access/permissions', 'whoever is not in the table may not'),
    ),
    '8.2.2': met(
      'What is a clinic’s or a supporter’s own is a condition of the query, and a policy of the table; what is not is answered as if it were not there.',
      'src/referrals/referral.queries.ts',
      'src/access/own-rows.ts',
      everyId,
      noList,
      by(
        'access/own-rows',
        'it is the policies that hold: without them, and without the conditions, others’ are shown',
      ),
      by(
        'referrals/progress',
        'rule 19: another clinic can neither answer nor withdraw, and is told nothing',
      ),
    ),
    '8.2.3': met(
      'Fields that a clinic may not see are not read for it; fields that a body may not have are refused.',
      'src/referrals/clinic-view.rules.ts',
      by('referrals/clinic-view', 'rule 29: what a clinic hears of each step, where sharing back is …'),
      by('referrals/referral', 'rule 19: of a person whom two clinics know each sees what it wrote itself'),
      by('shared/http', 'bad bodies: the field is named, what would be right is said, nothing is coerced'),
    ),
    '8.3.1': met(
      'It is decided before the body of a request is read, on the server alone.',
      'src/access/authentication.ts',
      everyRole,
    ),
    '8.4.1': met(
      'An installation is of one scheme. Clinics share it, and none reaches what is another’s by any route, list or body.',
      'src/referrals/README.md',
      everyId,
      noList,
      by(
        'access/isolation',
        'rule 19: the same patient referred by two clinics: neither hears of the other’s',
      ),
    ),
  },
};
