import pg from 'pg';
import { cloneDatabase } from '../test/helpers/database.ts';
import { keepMade } from './made-file.ts';
import { readCatalogue } from './schema/catalogue.ts';
import { schemaText } from './schema/text.ts';

// npm run schema                       writes migrations/schema.sql, the database as one readable file
// node scripts/schema.ts --check       compares instead

const database = await cloneDatabase();
const client = new pg.Client(database.ownerUrl);
try {
  await client.connect();
  keepMade('migrations/schema.sql', schemaText(await readCatalogue(client)), {
    source: 'the migrations make',
    command: 'npm run schema',
  });
} finally {
  await client.end();
  await database.drop();
}
