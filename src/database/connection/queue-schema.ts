import { createHash } from 'node:crypto';

/** The schema of the job queue beside the schema of our tables. pg-boss allows few characters in its name. */
export function queueSchema(schema: string): string {
  if (schema === 'public') return 'movie_pipeline_jobs';
  return `movie_pipeline_jobs_${createHash('sha256').update(schema).digest('hex').slice(0, 12)}`;
}
