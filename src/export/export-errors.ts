/** One export at a time reads the database. */
export class ExportBusyError extends Error {
  override readonly name = 'ExportBusyError';

  constructor() {
    super('Another export of this database is active. Wait until it has ended, and try again.');
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full. Free some space',
  EDQUOT: "the user's quota of the disk is used up. Free some space",
  EFBIG: 'a file would be larger than the system allows. Raise the limit (ulimit -f)',
  EIO: 'the disk fails (EIO). Check it',
  EROFS: 'the file system is read-only. Choose another folder',
  EACCES: 'this user may not write there. Change the permissions or choose another folder',
  EPERM: 'this user may not write there. Change the permissions or choose another folder',
  ENOTDIR: 'a part of the path is a file. Choose another folder',
  EEXIST: 'a part of the path is a file, or another program writes there. Choose another folder',
  ENOENT: 'the folder was deleted meanwhile. Create it',
};

/** The error with a next step, where the disk has refused something. */
export function explainDiskError(error: unknown, folder: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  const reason = code === undefined ? undefined : REASONS[code];
  if (reason === undefined) return error;
  return new Error(`The export to ${folder} failed: ${reason}, and export again. Nothing was published.`, {
    cause: error,
  });
}
