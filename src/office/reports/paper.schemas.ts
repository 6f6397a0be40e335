import Type from 'typebox';
import { strictObject } from '../../shared/http.ts';
import { ReportRead } from './report.schemas.ts';

const day = (description: string) => Type.String({ format: 'date', description });

export const NewPaper = strictObject(
  { to: day('The last day of its year: of a half-year that is over, 31 March or 30 September') },
  { examples: [{ to: '2026-03-31' }] },
);

const about = {
  id: Type.String({ format: 'uuid' }),
  from: day('The first day of its year'),
  to: day('The last day of its year'),
  madeOn: day('The day that its figures are of'),
};

export const PaperList = Type.Object({
  items: Type.Array(Type.Object({ ...about, madeBy: Type.String({ description: 'Who made it' }) })),
});

export const PaperRead = Type.Object({
  ...about,
  scheme: Type.String({ description: 'The name of the scheme on that day' }),
  sections: Type.Array(
    Type.Object({
      key: Type.String(),
      title: Type.String(),
      sentences: Type.Array(Type.String(), { description: 'What the paper says, with its numbers' }),
    }),
  ),
  halves: Type.Array(Type.Array(ReportRead), {
    description:
      'The reports of the earlier and the later half-year that its numbers are from, as they left the scheme',
  }),
});
