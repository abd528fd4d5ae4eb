/**
 * Exits with 0 while the service of this container is healthy: with the role `api` it is ready, else its metrics respond.
 * A process that has neither can't be asked, and counts as healthy while it runs.
 */
const { ROLES = 'api', PORT = '8000', METRICS_PORT } = process.env;
const url = ROLES.includes('api')
  ? `http://127.0.0.1:${PORT}/health/ready`
  : METRICS_PORT && `http://127.0.0.1:${METRICS_PORT}/metrics`;

if (url) {
  const isHealthy = await fetch(url, { signal: AbortSignal.timeout(4_000) }).then(
    ({ ok }) => ok,
    () => false,
  );
  process.exit(isHealthy ? 0 : 1);
}
