const MINUTE_MILLISECONDS = 60_000
const MINUTES_PER_DAY = 1440

type Field = (value: number) => boolean

/** `*`, an n-th step or a number; undefined for the rest of NCRONTAB. */
function parseField(text: string): Field | undefined {
  if (text === '*') return () => true
  const [, step] = /^\*\/([1-9]\d?)$/.exec(text) ?? []
  if (step !== undefined) return (value) => value % Number(step) === 0
  return /^\d{1,2}$/.test(text) ? (value) => value === Number(text) : undefined
}

/**
 * When a timer is due next, in UTC as in Azure, for schedules that come down to "every n minutes or hours" and
 * "daily at": six NCRONTAB fields, the first a number, the last three `*`. Undefined for any other schedule.
 */
export function nextRun(schedule: string, after: Date): Date | undefined {
  const [second = '', minute = '', hour = '', ...rest] = schedule.trim().split(/\s+/)
  const [isMinute, isHour] = [parseField(minute), parseField(hour)]
  if (!/^[0-5]?\d$/.test(second) || rest.join(' ') !== '* * *' || !isMinute || !isHour) return undefined
  const thisMinute = Math.floor(after.getTime() / MINUTE_MILLISECONDS) * MINUTE_MILLISECONDS
  for (let minutes = 0; minutes <= MINUTES_PER_DAY; minutes++) {
    const due = new Date(thisMinute + minutes * MINUTE_MILLISECONDS + Number(second) * 1000)
    if (due > after && isMinute(due.getUTCMinutes()) && isHour(due.getUTCHours())) return due
  }
  return undefined
}
