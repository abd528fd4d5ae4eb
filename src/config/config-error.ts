/** The environment can't be used. The message names every faulty variable and what it may be, and no value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly faults: readonly string[]) {
    super(
      `The environment has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n` +
        faults.map((fault) => `  - ${fault}`).join('\n') +
        '\nSet them in the environment or in .env; .env.example describes every variable.',
    );
  }
}
