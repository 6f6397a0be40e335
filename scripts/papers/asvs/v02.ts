import { by, type Chapter, met } from './answer.ts';

/** What is taken, and in which order things are done. */
export const v02: Chapter = {
  name: 'What is taken, and how work goes on',
  answers: {
    '2.1.1': met(
      'The description of the API is made from the schemas that every request is held to: each field with its type, form, least and most.',
      'openapi/openapi.json',
      'src/shared/formats.ts',
      by('drift/examples', '… is as openapi.json says'),
    ),
    '2.1.2': met(
      'What has to go together is said in the description of the API by the problems of each operation, and stands in pure rules with words for each fault.',
      'openapi/openapi.json',
      'src/lending/terms/policy.schemas.ts',
      by('donations/device-lines', 'what does not go together is a fault in words'),
    ),
    '2.1.3': met(
      'Limits of the scheme are settings with their words (policy, terms, retention); those of the program are in OPERATIONS.md and SECURITY.md.',
      'OPERATIONS.md',
      'SECURITY.md',
      by('drift/papers', 'the settings of OPERATIONS.md are those of config.ts, and no paper names another'),
    ),
    '2.2.1': met(
      'Every body, query and address is held to a schema that refuses unknown fields; what it cannot say is a rule of the command.',
      'src/shared/http.ts',
      'src/shared/validation.ts',
      by('shared/http', 'bad bodies: the field is named, what would be right is said, nothing is coerced'),
      by('shared/http', 'ids and query parameters'),
      by('shared/values', 'phone numbers with what belongs to them, and nothing else'),
      by('drift/bodies', 'a body has the fields that are named, and no others'),
    ),
    '2.2.2': met(
      'The server validates everything. Pages work without scripts, and what scripts check is checked again.',
      'src/shared/http.ts',
      by('admin/forms', 'what is wrong is told of the field, in words'),
      by('admin/pages', 'pages without scripts, roles and bad addresses'),
    ),
    '2.2.3': met(
      'Days, places, quantities and people are held to each other by rules, and by constraints of the database behind them.',
      'src/lending/loans',
      by('loans/correction', 'the days hold to each other'),
      by('loans/loan-days', 'nobody has a device on a day on which someone else had it'),
      by('referrals/referral', 'every fault is told where it is, and nothing is kept'),
    ),
    '2.3.1': met(
      'What may follow what is a table of moves, which the database holds to as well. Of the hosted form no page can be skipped, and no session opens before its second step.',
      'src/stock/devices/device.rules.ts',
      by('devices/device', 'rule 2: the trigger refuses every other move to plain SQL, even the owner’s'),
      by(
        'devices/lifecycle.property',
        'rules 1 to 3: random walks through the lifecycle stay with the model',
      ),
      by(
        'hosted-form/hosted-form',
        'a page that is not right says so and keeps what was typed; none can be skipped',
      ),
      by('access/second-step', 'is set up by whoever must have one, and nothing else opens before'),
    ),
    '2.3.2': met(
      'Extensions, replacements, holding, taking back and the size of lists are limited as their settings say; above, a manager decides with a reason.',
      'src/lending/terms/policy.schemas.ts',
      by('loans/extension', 'above the number: an officer is told who can, a manager does with a reason'),
      by(
        'incidents/replacement',
        'rule 8: above the limit a manager approves with a reason; it is never a refusal for good',
      ),
    ),
    '2.3.3': met(
      'A command is one transaction; what follows from it is written with it.',
      'src/shared/command.ts',
      by(
        'loans/bulk-return',
        'all or none: a line that cannot come back stops the rest and is named; partial leaves it out',
      ),
      by(
        'worker/kill',
        'a worker killed at any moment loses nothing and doubles nothing, with the queue on Postgres',
      ),
    ),
    '2.3.4': met(
      'What there is once is locked in one order and has a unique index behind it.',
      'src/shared/command.ts',
      by(
        'loans/loan',
        'rule 1: of 64 issues of one device at once one wins, the others learn which loan has it',
      ),
      by('accessories/accessory', 'rule 5: of 32 who lose the last one at once, one does'),
      by(
        'allocations/allocation',
        'race: of many allocations of the last tablet at once one wins, each other learns who holds it',
      ),
    ),
    '2.4.1': met(
      'Requests are counted for each key, person, link and address, wrong secrets by place; costly work runs few at a time, and many people seen within an hour raise an alarm.',
      'src/access/rate-limit.ts',
      'src/access/arrival-limits.ts',
      by('access/authentication', 'each client has its requests a minute'),
      by('access/arrival', 'an address has so many requests a minute, whoever is there'),
      by(
        'hosted-form/hosted-form',
        'the address is a secret: no log, no referrer, no cache, no index; and too many are held off',
      ),
      by(
        'access/looks-told',
        'many people within an hour are an alarm, once an hour for an account or a key',
      ),
    ),
  },
};
