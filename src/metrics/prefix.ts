/** Of every metric of this service. */
export const PREFIX = 'movie_pipeline_';
