import { outliveReaders } from './cli/broken-pipe.js';
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
import { hearSignals } from './shutdown.js';

const asked = hearSignals();
outliveReaders();

const program = createProgram(
  {
    run: (plan, options) => runCommand(plan, { ...options, asked }),
    service: (roles) => serviceCommand(roles, asked),
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

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportError(error);
}
