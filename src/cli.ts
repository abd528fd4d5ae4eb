import { CommanderError } from 'commander';
import { doctorCommand } from './cli/doctor.command.js';
import { EXIT } from './cli/exit-code.js';
import { migrateCommand } from './cli/migrate.command.js';
import { createProgram } from './cli/program.js';
import { runsCommand, statusCommand } from './cli/read.commands.js';
import { runCommand } from './cli/run.command.js';
import { serveCommand } from './cli/serve.command.js';
import { ConfigError } from './config/config-error.js';

const program = createProgram(
  {
    run: runCommand,
    serve: serveCommand,
    status: statusCommand,
    runs: runsCommand,
    migrate: migrateCommand,
    doctor: doctorCommand,
  },
  (code) => {
    process.exitCode = code;
  },
);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}

/** Commander has already said what is wrong with the arguments; everything else is said here, in one line. */
function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.success : EXIT.usage;
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  return error instanceof ConfigError ? EXIT.usage : EXIT.failed;
}
