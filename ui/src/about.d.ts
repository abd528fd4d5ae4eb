/** Made by the build: see `vite.config.ts`. */
declare module 'virtual:about' {
  export const VERSION: string;
  export const LICENCES: readonly {
    readonly name: string;
    readonly version: string;
    readonly license: string;
    readonly text: string;
  }[];
}
