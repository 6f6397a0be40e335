import Type, { type Static } from 'typebox';
import { renderingShown, wordsAccepted } from '../../messages/renderings/rendering.schemas.ts';
import { PatientSummary } from '../../people/patient.schemas.ts';
import { strictObject } from '../../shared/http.ts';
import { orderedQuery, pageOf, sortQuery } from '../../shared/lists.ts';
import { line, nullable, oneOf, text, timelineEntry } from '../../shared/schemas.ts';
import { conditions, deviceKinds } from '../../stock/devices/device.rules.ts';
import { followUpStatuses } from '../../support/support.rules.ts';
import { Because, Reasons } from './end-reason.schemas.ts';
import { acceptances, handoverWays, itemStatuses, loanStatuses, recordedAcceptances } from './loan.rules.ts';

const id = Type.String({ format: 'uuid' });
const date = Type.String({ format: 'date' });

const AccessoryLine = strictObject({
  kind: line(60, { description: 'Such as Charger' }),
  quantity: Type.Integer({ minimum: 1, maximum: 1000 }),
});
export type AccessoryLine = Static<typeof AccessoryLine>;
const accessories = Type.Array(AccessoryLine, { maxItems: 50 });

export const NewLoan = strictObject(
  {
    referralId: Type.Optional(id),
    patientId: Type.Optional(id),
    locationId: Type.Optional(Type.String({ format: 'uuid', description: 'The borrower of shared kit' })),
    items: Type.Array(strictObject({ assetTag: Type.Optional(line(20)), deviceId: Type.Optional(id) }), {
      minItems: 1,
      maxItems: 50,
    }),
    termsId: Type.Optional(
      Type.String({ format: 'uuid', description: 'The default terms of the borrower when left out' }),
    ),
    accessories: Type.Optional(accessories),
    stockLocationId: Type.Optional(
      Type.String({
        format: 'uuid',
        description: 'Where the accessories come from; may be left out when only one place has enough of all',
      }),
    ),
    kitId: Type.Optional(
      Type.String({ format: 'uuid', description: 'The kit whose lines the items and accessories fill' }),
    ),
    kitGaps: Type.Optional(
      Type.Array(strictObject({ line: Type.Integer({ minimum: 1, maximum: 10_000 }), reason: line(200) }), {
        maxItems: 20,
        description: 'Why a line of the kit goes without; nothing personal',
      }),
    ),
    dueOn: Type.Optional(date),
    openEnded: Type.Optional(
      Type.Boolean({ description: 'With neither this nor dueOn the terms’ default applies' }),
    ),
    handover: Type.Optional(strictObject({ way: oneOf(handoverWays), on: date })),
    agreement: strictObject({
      acceptedBy: oneOf(acceptances),
      version: Type.Optional(
        Type.Integer({
          minimum: 1,
          maximum: 1_000_000,
          description: 'The version that was read to them; when a newer one is in use, the issue is refused',
        }),
      ),
      ...renderingShown,
      witness: Type.Optional(line(200)),
      signature: Type.Optional(
        Type.String({
          minLength: 1,
          maxLength: 200_000,
          description: 'The drawn signature as a PNG data URL, or a typed name',
        }),
      ),
    }),
    supportPlan: Type.Optional(
      nullable(
        Type.String({
          format: 'uuid',
          description:
            'The one of the kit, of the terms, or the default when left out, and none for a referral whose need for support was dropped or never was; null for none',
        }),
      ),
    ),
  },
  {
    examples: [
      {
        referralId: '0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e',
        items: [{ assetTag: 'LW-7K2M9Q' }, { assetTag: 'LW-0ZP4RT' }],
        accessories: [{ kind: 'Charger', quantity: 1 }],
        handover: { way: 'in_person', on: '2026-11-23' },
        agreement: { acceptedBy: 'verbal' },
      },
    ],
  },
);
export type NewLoan = Static<typeof NewLoan>;

const FollowUp = Type.Object({
  id: Type.String(),
  step: Type.String(),
  dueOn: Type.String(),
  status: oneOf(followUpStatuses),
});
const IssuedItem = Type.Object({
  id: Type.String(),
  deviceId: Type.String(),
  assetTag: Type.String(),
  status: oneOf(itemStatuses),
});

export const LoanIssued = Type.Object({
  id: Type.String(),
  reference: Type.String(),
  status: oneOf(loanStatuses),
  dueOn: nullable(Type.String()),
  reviewOn: nullable(Type.String({ description: 'When a loan without a date is looked at again' })),
  items: Type.Array(IssuedItem),
  accessories: Type.Array(Type.Object({ kind: Type.String(), quantity: Type.Integer() })),
  followUps: Type.Array(FollowUp),
  warnings: Type.Array(Type.String()),
});
export type LoanIssued = Static<typeof LoanIssued>;

const cameBackOn = Type.Optional(
  Type.String({ format: 'date', description: 'The day it came back, in London; today when left out' }),
);

export const NewReturn = strictObject(
  {
    items: Type.Array(
      strictObject({ itemId: id, condition: oneOf(conditions), notes: Type.Optional(text(2000)) }),
      { maxItems: 50, default: [], description: 'None when only accessories came back' },
    ),
    because: Type.Optional(Because),
    accessories: Type.Optional(accessories),
    locationId: Type.Optional(
      Type.String({ format: 'uuid', description: 'Where they are kept from now on' }),
    ),
    on: cameBackOn,
  },
  {
    examples: [
      {
        items: [{ itemId: '0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e', condition: 'B' }],
        accessories: [{ kind: 'Charger', quantity: 1 }],
      },
    ],
  },
);
export type NewReturn = Static<typeof NewReturn>;

export const Missing = Type.Object(
  {
    items: Type.Array(IssuedItem),
    accessories: Type.Array(Type.Object({ kind: Type.String(), quantity: Type.Integer() })),
  },
  { description: 'What is still out of the loan' },
);
export type Missing = Static<typeof Missing>;

export const LoanStatusNow = Type.Object({
  loan: Type.Object({ id: Type.String(), status: oneOf(loanStatuses) }),
  missing: Missing,
});
export type LoanStatusNow = Static<typeof LoanStatusNow>;

export const Returned = Type.Object({ ...LoanStatusNow.properties, items: Type.Array(IssuedItem) });
export type Returned = Static<typeof Returned>;

export const NewMissingAccessories = strictObject(
  { accessories: Type.Array(AccessoryLine, { minItems: 1, maxItems: 50 }), reason: text(500) },
  { examples: [{ accessories: [{ kind: 'Charger', quantity: 1 }], reason: 'Broken, put in the bin' }] },
);
export type NewMissingAccessories = Static<typeof NewMissingAccessories>;

export const NewReturns = strictObject(
  {
    items: Type.Array(
      strictObject({
        assetTag: Type.Optional(line(20)),
        deviceId: Type.Optional(id),
        condition: oneOf(conditions),
        notes: Type.Optional(text(2000)),
        because: Type.Optional(Because),
      }),
      { minItems: 1, maxItems: 200 },
    ),
    locationId: Type.Optional(
      Type.String({ format: 'uuid', description: 'Where they are kept from now on' }),
    ),
    on: cameBackOn,
  },
  { examples: [{ items: [{ assetTag: 'LW-7K2M9Q', condition: 'B' }] }] },
);
export type NewReturns = Static<typeof NewReturns>;

export const ReturnsQuery = Type.Object(
  {
    partial: Type.Boolean({
      default: false,
      description: 'Take back what can be and leave out the rest; otherwise all or none',
    }),
  },
  { additionalProperties: false },
);

const ReturnLine = Type.Object({
  line: Type.Integer({ description: 'Its place in the request, from 1' }),
  verdict: oneOf(['returned', 'twice', 'refused']),
  text: Type.String({ description: 'The verdict in a sentence' }),
  assetTag: nullable(Type.String()),
  itemId: nullable(Type.String()),
  loanId: nullable(Type.String()),
});
export type ReturnLine = Static<typeof ReturnLine>;

export const ReturnsDone = Type.Object({
  lines: Type.Array(ReturnLine),
  loans: Type.Array(
    Type.Object({ id: Type.String(), reference: Type.String(), status: oneOf(loanStatuses) }),
  ),
});
export type ReturnsDone = Static<typeof ReturnsDone>;

export const LoanSummary = Type.Object({
  id: Type.String(),
  reference: Type.String(),
  status: oneOf(loanStatuses),
  issuedOn: Type.String({ description: 'The civil date of the handover, from which the loan counts' }),
  issuedAt: Type.String({ description: 'When it was written down' }),
  dueOn: nullable(Type.String()),
  reviewOn: nullable(Type.String({ description: 'When a loan without a date is looked at again' })),
  overdue: Type.Boolean(),
  closedOn: nullable(
    Type.String({ description: 'The civil date on which the last of it came back or ended' }),
  ),
  closedAt: nullable(Type.String({ description: 'When that was written down' })),
  patient: nullable(PatientSummary),
  location: nullable(Type.Object({ id: Type.String(), name: Type.String() })),
  items: Type.Array(
    Type.Object({
      ...IssuedItem.properties,
      kind: oneOf(deviceKinds),
      make: Type.String(),
      model: Type.String(),
    }),
  ),
});
export type LoanSummary = Static<typeof LoanSummary>;

export const Loan = Type.Object({
  ...LoanSummary.properties,
  accessories: Type.Array(
    Type.Object({
      id: Type.String(),
      kind: Type.String(),
      quantity: Type.Integer(),
      returned: Type.Integer(),
      writtenOff: Type.Integer({ description: 'Those that do not come back' }),
    }),
  ),
  kit: nullable(Type.Object({ id: Type.String(), name: Type.String() })),
  kitGaps: Type.Array(Type.Object({ line: Type.Integer(), what: Type.String(), reason: Type.String() }), {
    description: 'The lines of the kit that went without',
  }),
  referral: nullable(Type.Object({ id: Type.String(), reference: Type.String() })),
  handover: Type.Object({ way: oneOf(handoverWays), on: Type.String() }),
  terms: nullable(Type.Object({ id: Type.String(), name: Type.String() })),
  extensions: Type.Integer({ description: 'How many times its date was put off' }),
  agreement: Type.Object({
    version: nullable(Type.Integer({ description: 'Null for a loan taken over from before' })),
    text: nullable(Type.String()),
    ...wordsAccepted,
    acceptedBy: oneOf(recordedAcceptances),
    witness: nullable(Type.String()),
  }),
  followUps: Type.Array(FollowUp),
  reasons: Reasons,
  changedAt: Type.String(),
});
export type Loan = Static<typeof Loan>;

export const LoanList = pageOf(LoanSummary);
export const LoanHistory = pageOf(timelineEntry);
export const LoanQuery = Type.Object(
  {
    ...orderedQuery,
    ...sortQuery(['issued', 'due']),
    status: Type.Optional(oneOf(loanStatuses)),
    due: Type.Optional(
      oneOf(['overdue', 'soon', 'review'], {
        description:
          'Only open loans past their date, due within 14 days, or without a date and to be looked at again',
      }),
    ),
  },
  { additionalProperties: false },
);
export type LoanQuery = Static<typeof LoanQuery>;
