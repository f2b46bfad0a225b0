/** Longer than a burst of requests, shorter than anybody who reads along would notice. */
const PAUSE_MS = 20

/**
 * Writes lines together that come close to each other: a write for each line of the log costs more than many a request.
 * What is not written yet when the process ends in good order is written then.
 */
export function createLineWriter(write: (text: string) => void): (line: string) => void {
  let waiting: string[] = []
  function flush(): void {
    if (waiting.length === 0) return
    const text = `${waiting.join('\n')}\n`
    waiting = []
    write(text)
  }
  process.on('exit', flush)
  return (line) => {
    waiting.push(line)
    if (waiting.length === 1) setTimeout(flush, PAUSE_MS)
  }
}
