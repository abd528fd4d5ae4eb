/**
 * Whoever reads the output may stop reading: `movie-pipeline run quick 2>&1 | head -1`. The command goes on to its end
 * all the same.
 */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
}
