/** Joins the embedded server of argv[2], and leaves it at the first message. */
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
