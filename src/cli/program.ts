import { Command } from 'commander';
import { packageVersion } from '../common/package-version.js';
import { addAlertCommand } from './commands/alert.js';
import { addAuditCommand } from './commands/audit.js';
import { addBackupCommands } from './commands/backup.js';
import { addCancelCommand } from './commands/cancel.js';
import { addDoctorCommand } from './commands/doctor.js';
import { addExportCommand } from './commands/export.js';
import { addFailingCommand } from './commands/failing.js';
import { addGoneCommand } from './commands/gone.js';
import { addJobsCommand } from './commands/jobs.js';
import { addMigrateCommand } from './commands/migrate.js';
import { addPsqlUrlCommand } from './commands/psql-url.js';
import { addPurgeCommand } from './commands/purge.js';
import { addRunCommand } from './commands/run.js';
import { addRunsCommand } from './commands/runs.js';
import { addSchedulerCommand } from './commands/scheduler.js';
import { addServiceCommands } from './commands/service.js';
import { addSqlCommand } from './commands/sql.js';
import { addStatusCommand } from './commands/status.js';
import { addTokenCommands } from './commands/token.js';
import { addUserCommands } from './commands/user.js';

/**
 * The command line. Each command imports the modules it needs when it runs, since most of a command's time is loading.
 * @param shutdownSignal ends the commands that run until a signal
 */
export function createProgram(shutdownSignal: AbortSignal): Command {
  const program = new Command('movie-pipeline')
    .description("Keeps a fresh, rich copy of TMDB's movies in PostgreSQL.")
    .version(packageVersion())
    .showHelpAfterError('Add --help for the commands and their options.')
    .exitOverride();
  addRunCommand(program, shutdownSignal);
  addServiceCommands(program, shutdownSignal);
  addSchedulerCommand(program, shutdownSignal);
  addStatusCommand(program);
  addRunsCommand(program);
  addFailingCommand(program);
  addGoneCommand(program);
  addJobsCommand(program);
  addCancelCommand(program);
  addMigrateCommand(program, shutdownSignal);
  addDoctorCommand(program);
  addPsqlUrlCommand(program);
  addSqlCommand(program);
  addExportCommand(program, shutdownSignal);
  addBackupCommands(program, shutdownSignal);
  addPurgeCommand(program);
  addUserCommands(program);
  addTokenCommands(program);
  addAuditCommand(program);
  addAlertCommand(program);
  return program;
}
