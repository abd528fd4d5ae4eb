/** A process beside the test's own that joins the embedded server of argv[2] and leaves when it is told to. */
import { attachEmbeddedPostgres } from '../../dist/database/embedded/embedded-postgres.js';

try {
  const server = await attachEmbeddedPostgres(process.argv[2]);
  process.once('message', () => {
    void server.leave().then(() => process.exit());
  });
  process.send({ url: server.url, started: server.started });
} catch (error) {
  process.send({ error: String(error) });
  process.exit(1);
}
