import { directionOf, sentenceALine, type Wanted } from '../../people/format.rules.ts';
import type { Deps } from '../../shared/deps.ts';
import { inWords } from '../../shared/formats.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { maybe } from '../../shared/statements.ts';
import type { DeviceKind } from '../../stock/devices/device.rules.ts';
import { extensionWords, lengthWords, Terms } from '../terms/terms.rules.ts';
import { getLoan, getLoanDetails } from './loan.queries.ts';
import type { Loan } from './loan.schemas.ts';

type PaperItem = {
  assetTag: string;
  name: string;
  serialNumber: string | null;
  endedOn: string | null;
  status: string;
};

/** What the papers of a loan show: its agreement and the letter of a gift. */
export type LoanPaper = {
  loan: Loan;
  wanted: Wanted;
  paper: {
    reference: string;
    borrower: string;
    handover: Loan['handover'];
    dueOn: string | null;
    reviewOn: string | null;
    /** The terms in a sentence; null of a loan that began before they were recorded. */
    terms: string | null;
    items: PaperItem[];
    /** What went out beside, and how many of each became the borrower's own. */
    accessories: { kind: string; quantity: number; givenAway: number }[];
    text: string | null;
    /** In which language the text is that was accepted, how it is written, and how it is printed. */
    language: string;
    dir: string;
    largePrint: boolean;
    easyRead: boolean;
    acceptedBy: Loan['agreement']['acceptedBy'];
    witness: string | null;
    signature: string | null;
    /** Whether the signature is a picture that may be shown as one. */
    isDrawn: boolean;
    issuedAt: string;
    closedAt: string | null;
  };
};

const Extra = {
  terms: col.orNull(
    col.object(col.pick(Terms, 'name', 'weeks', 'reviewMonths', 'extensionsAllowed', 'extensionWeeks')),
  ),
  /** In which words the borrower takes things in. */
  wanted: col.object({ language: col.orNull(col.text), communicationNeeds: col.listOf(col.text) }),
  accessories: col.listOf(col.object({ kind: col.text, quantity: col.number, givenAway: col.number })),
};
type Extra = RowOf<typeof Extra>;

/**
 * Everything that is printed of a loan.
 * @throws Problem `not-found`
 */
export async function getLoanPaper(deps: Deps, id: string): Promise<LoanPaper> {
  const [loan, { items, signature }, { terms, accessories, wanted }] = await Promise.all([
    getLoan(deps.db, deps.clock, id),
    getLoanDetails(deps.db, id),
    readExtra(deps, id),
  ]);
  const { text, language, format, largePrint, acceptedBy, witness } = loan.agreement;
  const easyRead = format === 'easy_read';
  return {
    loan,
    wanted,
    paper: {
      reference: loan.reference,
      borrower: loan.patient
        ? `${loan.patient.givenName} ${loan.patient.familyName}`.trim()
        : loan.location!.name,
      handover: loan.handover,
      dueOn: loan.dueOn,
      reviewOn: loan.reviewOn,
      terms: terms && `${terms.name}: ${lengthWords(terms)}; ${extensionWords(terms)}`,
      items: items.map(({ device, status, endedOn }) => ({
        assetTag: device.assetTag,
        name: nameOf(device),
        serialNumber: device.serialNumber,
        endedOn,
        status,
      })),
      accessories,
      text: text && easyRead ? sentenceALine(text, language) : text,
      language,
      dir: directionOf(language),
      largePrint,
      easyRead,
      acceptedBy,
      witness,
      signature,
      isDrawn: /^data:image\/png;base64,[A-Za-z0-9+/=]+$/.test(signature ?? ''),
      issuedAt: loan.issuedAt,
      closedAt: loan.closedAt,
    },
  };
}

const nameOf = ({ kind, make, model }: { kind: DeviceKind; make: string; model: string }) =>
  `${inWords(kind)}, ${make} ${model}`;

async function readExtra(deps: Deps, id: string): Promise<Extra> {
  const row = await maybe(deps.db, 'loan.paper', Extra)`
    select
      (select json_build_object('name', t.name, 'weeks', t.weeks, 'reviewMonths', t.review_months,
          'extensionsAllowed', t.extensions_allowed, 'extensionWeeks', t.extension_weeks)
        from loan_terms t where t.id = l.terms_id) as terms,
      json_build_object('language', p.language, 'communicationNeeds', coalesce(p.communication_needs, '{}')) as wanted,
      coalesce((select json_agg(json_build_object('kind', a.kind, 'quantity', o.quantity,
          'givenAway', (select coalesce(sum(m.quantity), 0) from accessory_movement m
            where m.loan_id = l.id and m.accessory_id = o.accessory_id and m.kind = 'gifted')) order by a.kind)
        from loan_accessory o join accessory a on a.id = o.accessory_id where o.loan_id = l.id), '[]') as accessories
    from loan l left join patient p on p.id = l.patient_id where l.id = ${id}`;
  return row ?? { terms: null, accessories: [], wanted: { language: null, communicationNeeds: [] } };
}
