import { takeAwayOwnConditions } from '../helpers/own-conditions.ts';

// What isolation.test.ts asks of the service holds by the database alone.
takeAwayOwnConditions();
await import('./isolation.test.ts');
