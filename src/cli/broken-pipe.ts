/** Lets a command finish when its reader closes the pipe, as in `movie-pipeline run quick 2>&1 | head -1`. */
export function ignoreBrokenPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
}
