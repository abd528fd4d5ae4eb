import { cancelCommand } from './cli/cancel.command.js';
import { doctorCommand } from './cli/doctor.command.js';
import { migrateCommand } from './cli/migrate.command.js';
import { createProgram } from './cli/program.js';
import { runsCommand, statusCommand } from './cli/read.commands.js';
import { reportError } from './cli/report-error.js';
import { runCommand } from './cli/run.command.js';
import { jobsCommand, schedulerCommand } from './cli/schedule.commands.js';
import { serviceCommand } from './cli/service.commands.js';
import {
  tokenCommand,
  userAddCommand,
  userListCommand,
  userPasswdCommand,
  userRemoveCommand,
  userRevokeCommand,
} from './cli/user.commands.js';

const program = createProgram(
  {
    run: runCommand,
    service: serviceCommand,
    status: statusCommand,
    runs: runsCommand,
    jobs: jobsCommand,
    scheduler: schedulerCommand,
    cancel: cancelCommand,
    migrate: migrateCommand,
    doctor: doctorCommand,
    userAdd: userAddCommand,
    userPasswd: userPasswdCommand,
    userList: userListCommand,
    userRemove: userRemoveCommand,
    userRevoke: userRevokeCommand,
    token: tokenCommand,
  },
  (code) => {
    process.exitCode = code;
  },
);

// Whoever reads the output may stop reading: `movie-pipeline runs | head -1`.
process.stdout.on('error', () => process.exit());

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportError(error);
}
