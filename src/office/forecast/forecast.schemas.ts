import Type, { type Static } from 'typebox';
import { nullable, oneOf } from '../../shared/schemas.ts';
import { type DeviceKind, deviceKinds, kindWord } from '../../stock/devices/device-kinds.rules.ts';
import { verdicts } from './check.rules.ts';
import { KnownAhead } from './history.rules.ts';
import { partsOf } from './part.rules.ts';
import { mostShorter } from './simulation.rules.ts';

const wish = (least: number, most: number, description: string) =>
  Type.Optional(
    Type.Integer({
      minimum: least,
      maximum: most,
      description,
      errorMessage: `Give a whole number from ${least} to ${most}.`,
    }),
  );
const devices = Object.fromEntries(
  deviceKinds.map((kind) => [
    kind,
    wish(-100, 100, `So many more of the kind ${kindWord(kind)} a month, or fewer`),
  ]),
) as Record<DeviceKind, ReturnType<typeof wish>>;

/** What would be otherwise: each is a difference to how things are, and 0 when left out. */
export const ForecastQuery = Type.Object(
  {
    ...devices,
    hours: wish(-500, 500, 'Hours a week that supporters have more, or fewer'),
    referrals: wish(-100, 200, 'Referrals more, or fewer, in percent'),
    loanWeeks: wish(-mostShorter, 52, 'Weeks that loans last longer, or shorter'),
  },
  { additionalProperties: false },
);
export type ForecastQuery = Static<typeof ForecastQuery>;

const numbers = (description: string) => Type.Array(Type.Number(), { description });
const Band = Type.Object({
  low: numbers('A tenth of the runs is below it'),
  middle: numbers('Half of the runs are below it'),
  high: numbers('A tenth of the runs is above it'),
});
const Outlook = nullable(
  Type.Object({
    band: Band,
    emptied: Type.Optional(
      numbers(
        'The share of runs in which no device of the kind was left, ready or held, as that week or one before it ended',
      ),
    ),
    longest: Type.Optional(numbers('In 8 of 10 runs nobody who waits then has waited for more weeks')),
    joining: Type.Optional(
      Type.Object(
        { low: Type.Number(), middle: Type.Number(), high: Type.Number() },
        {
          description:
            'Within how many weeks whoever joins today gets it; one more than there are weeks: later',
        },
      ),
    ),
    short: Type.Optional(numbers('The share of runs in which more hours are needed than supporters have')),
  }),
);
const Held = Type.Object({ inside: Type.Number(), of: Type.Number() });

/** The forecast of the coming half-year. */
export const ForecastRead = Type.Object({
  day: Type.String({ description: 'The day of which it is' }),
  weeks: Type.Array(Type.String(), {
    description: 'The last day of each week; lists of numbers are by these',
  }),
  parts: Type.Array(
    Type.Object({
      key: oneOf([...partsOf.keys()]),
      now: nullable(Type.Number()),
      missing: Type.Array(
        Type.Object({
          what: Type.String(),
          have: Type.Number(),
          least: Type.Number(),
          from: nullable(Type.String({ description: 'About when there is enough, at this pace' })),
        }),
        { description: 'What there is too little of to say anything' },
      ),
      check: Type.Object(
        { month: Held, quarter: Held, off: Type.Number(), offAsBefore: Type.Number() },
        {
          description:
            'Forecasts of earlier days held against what came: how often it was within the band, a month and three months later; by how much the middle was off, and by how much it would have been off to say that all stays as it is',
        },
      ),
      verdict: oneOf(verdicts),
      asItIs: Outlook,
      whatIf: Outlook,
    }),
  ),
  known: Type.Object(KnownAhead),
});
