const CHECK_MS = 500;

/**
 * Calls `act` once the parent process has died. `npx` sends a signal to the shell that it starts. The shell dies of it and
 * passes nothing on: its child sees only that it has another parent.
 */
export function onParentDeath(act) {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    act();
  }, CHECK_MS).unref();
}
