import Type, { type Static } from 'typebox';
import { strictObject } from '../../shared/http.ts';
import { line, nullable } from '../../shared/schemas.ts';

const date = Type.String({ format: 'date' });

/** What somebody says of a model. Without `updatesEndOn` somebody looked, and it is not known. */
export const ModelSaid = strictObject(
  {
    make: line(100),
    model: line(100, { description: 'As devices have it; spaces and capitals make no difference' }),
    system: Type.Optional(line(50, { description: 'Its operating system' })),
    highestVersion: Type.Optional(line(50, { description: 'The highest version of it that it runs' })),
    updatesEndOn: Type.Optional(
      Type.String({
        format: 'date',
        description: 'The first day without security updates; left out where it is not known',
      }),
    ),
    source: line(300, { description: 'Where it stands, or who said so' }),
    sourceUrl: Type.Optional(
      Type.String({
        pattern: '^https://[^\\s]+$',
        maxLength: 500,
        description: 'Its address, beginning with https://',
      }),
    ),
  },
  {
    examples: [
      {
        make: 'Samsung',
        model: 'Galaxy Tab A8',
        system: 'Android',
        updatesEndOn: '2027-12-01',
        source: 'The maker’s page of security updates',
        sourceUrl: 'https://example.org/updates',
      },
    ],
  },
);
export type ModelSaid = Static<typeof ModelSaid>;

export const Model = Type.Object({
  make: Type.String(),
  model: Type.String(),
  devices: Type.Integer({ description: 'How many of it are in stock or out' }),
  version: Type.String({ description: 'What If-Match wants where something is said of it' }),
  said: nullable(
    Type.Object(
      {
        system: nullable(Type.String()),
        highestVersion: nullable(Type.String()),
        updatesEndOn: nullable(date),
        source: Type.String(),
        sourceUrl: nullable(Type.String()),
        by: Type.String({ description: 'Who of the staff said so' }),
        at: Type.String(),
      },
      { description: 'Null where nobody has said anything of it yet' },
    ),
  ),
});
export type Model = Static<typeof Model>;

export const ModelList = Type.Object({
  items: Type.Array(Model, {
    description: 'Those of which nothing is said first, the most devices in front',
  }),
});

export const ModelWritten = Type.Object({
  ...Model.properties,
  moved: Type.Integer({
    description: 'Devices that became ready by it, or go no further without a manager’s reason',
  }),
});
export type ModelWritten = Static<typeof ModelWritten>;

export const NewModelList = strictObject(
  {
    csv: Type.String({
      minLength: 1,
      maxLength: 1_000_000,
      description:
        'Rows as they are pasted out of a spreadsheet, with a heading: make, model, source, and what else is known',
    }),
    replace: Type.Optional(
      Type.Boolean({
        description: 'It goes in the place of what is said already and differs; refused without',
      }),
    ),
  },
  {
    examples: [
      {
        csv: 'Make,Model,Updates end on,Source\nSamsung,Galaxy Tab A8,2027-12-01,The maker’s page of security updates',
      },
    ],
  },
);
export type NewModelList = Static<typeof NewModelList>;

export const ModelListTaken = Type.Object({
  models: Type.Integer({ description: 'How many models the list has' }),
  same: Type.Integer({ description: 'Of how many just this was said already' }),
  moved: ModelWritten.properties.moved,
});
export type ModelListTaken = Static<typeof ModelListTaken>;
