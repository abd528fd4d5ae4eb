import { outliveReaders } from './cli/broken-pipe.js';
import { createProgram } from './cli/program.js';
import { reportError } from './cli/report-error.js';
import { listenForSignals } from './app/shutdown.js';

const asked = listenForSignals();
outliveReaders();

// Each command loads what it needs when it is called: most of a command's time is loading.
const read = (): Promise<typeof import('./cli/read.commands.js')> => import('./cli/read.commands.js');
const schedules = (): Promise<typeof import('./cli/schedule.commands.js')> =>
  import('./cli/schedule.commands.js');
const users = (): Promise<typeof import('./cli/user.commands.js')> => import('./cli/user.commands.js');

const program = createProgram(
  {
    run: async (plan, options) =>
      (await import('./cli/run.command.js')).runCommand(plan, { ...options, asked }),
    service: async (roles) => (await import('./cli/service.commands.js')).serviceCommand(roles, asked),
    status: async (...given) => (await read()).statusCommand(...given),
    runs: async (...given) => (await read()).runsCommand(...given),
    failing: async (...given) => (await read()).failingCommand(...given),
    jobs: async (...given) => (await schedules()).jobsCommand(...given),
    scheduler: async (...given) => (await schedules()).schedulerCommand(...given),
    cancel: async (...given) => (await import('./cli/cancel.command.js')).cancelCommand(...given),
    migrate: async (...given) => (await import('./cli/migrate.command.js')).migrateCommand(...given),
    doctor: async (...given) => (await import('./cli/doctor.command.js')).doctorCommand(...given),
    userAdd: async (...given) => (await users()).userAddCommand(...given),
    userPasswd: async (...given) => (await users()).userPasswdCommand(...given),
    userList: async (...given) => (await users()).userListCommand(...given),
    userRemove: async (...given) => (await users()).userRemoveCommand(...given),
    userRevoke: async (...given) => (await users()).userRevokeCommand(...given),
    token: async (...given) => (await users()).tokenCommand(...given),
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
