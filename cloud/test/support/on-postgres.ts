/** In each worker of the run on PostgreSQL. */
import { inject } from 'vitest';
import { useTestPostgres } from './test-database.ts';

useTestPostgres(inject('postgresUrl'));
