import { by, type Chapter, met, notMet } from './answer.ts';

const noStore = by('shared/door', 'nothing is kept by a browser or on the way but assets and the logo');
const leaks = by(
  'shared/log-leakage',
  'no name, contact detail or note of a patient reaches the log or the event log',
);

/** What is held about people. */
export const v14: Chapter = {
  name: 'What is held about people',
  answers: {
    '14.1.1': met(
      'SECURITY.md has four kinds of data; every table and column about a person is listed with what becomes of it.',
      'SECURITY.md',
      'src/privacy/personal-data.rules.ts',
      by(
        'privacy/privacy',
        'every table with a path to a patient is exported and erased, or named with its reason',
      ),
    ),
    '14.1.2': met(
      'For each kind it says how it is kept, who sees it and where it never goes; OPERATIONS.md says what is the operator’s.',
      'SECURITY.md',
      'OPERATIONS.md',
    ),
    '14.2.1': notMet(
      'Sessions and keys are in headers, what is searched for in the body. But links of forms, answers and passwords have their secret in the path, as a link has to, and the code of a provider comes in the query.',
      'Tell the web server not to log these addresses (OPERATIONS.md). Lendwell does not, and tells them to no other site; the links end.',
    ),
    '14.2.2': met(
      'Every answer but assets and the logo says no-store, and no program in between keeps one.',
      'src/shared/http.ts',
      noStore,
    ),
    '14.2.3': met(
      'Pages load nothing from elsewhere; messages go to the provider that is set, discreet ones with nothing that tells.',
      'src/web/security-headers.ts',
      by('shared/answers', 'every answer, whatever it is, says how a browser has to take it'),
      by(
        'messages/every-way',
        'rules 11, 12, 13, 24 and 25: whatever is known of someone, nothing goes where it may not, or says more than it may',
      ),
    ),
    '14.2.4': met(
      'Logs hold no details, looks are written down, erasure and retention go by the list of tables, the log is chained.',
      'src/privacy/personal-data.rules.ts',
      leaks,
      by('access/looks', 'what is sent or searched for names people too, and what was typed is not kept'),
      by(
        'privacy/gone',
        'rule 21: what was said of someone is given out, and of an erased person nothing is left',
      ),
      by(
        'privacy/retention',
        'a manager decides, once; a worker erases but whom they keep and whom something new came for',
      ),
      by('log-proof/tampering', 'what was changed is named'),
    ),
    '14.3.1': notMet(
      'Signing out clears cache and storage, and going back shows nothing. When a session ends by itself, the page that is open stays on the screen, so that what is being typed is not lost.',
      'Lock screens after five minutes.',
    ),
    '14.3.2': met(
      'No-store, also of files and errors.',
      'src/shared/http.ts',
      noStore,
      by('admin/kept-page', 'what was shown does not come back once its person has signed out'),
    ),
    '14.3.3': notMet(
      'What was typed in one form of a page, and not sent, is kept by that tab (sessionStorage) while another form of it is sent, and goes with the session, the tab or its sending. Passwords and files are not among it.',
      'Nothing. Let staff close the browser at shared desks.',
    ),
  },
};
