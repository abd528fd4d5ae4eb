/** The environment is invalid. The message names every faulty variable and what is allowed, never a value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly faults: readonly string[]) {
    super(
      'Invalid configuration:\n' +
        faults.map((fault) => `  - ${fault}`).join('\n') +
        '\nSet them in the environment or in .env; .env.example describes every variable.',
    );
  }
}
