import { send } from '../support/gatehouse.ts'

/** What the management API's verification finds wrong in a connector, all slices together. */
export async function findingsOf(url: string, managementPath: string): Promise<readonly string[]> {
  const findings: string[] = []
  let from: string | undefined
  do {
    const body = from === undefined ? {} : { from }
    const answer = await send(`${url}/management/${managementPath}/verification`, { method: 'POST', body })
    if (answer.status !== 200) throw new Error(`the verification answers ${answer.status}: ${answer.text}`)
    const { json } = answer
    findings.push(
      ...json.findings.map(({ problem, row }: { problem: string; row: string }) => `${problem} ${row}`),
    )
    from = json.next
  } while (from !== undefined)
  return findings
}

/** How often each status was answered. */
export function statusCounts(answers: readonly { readonly status: number }[]): Record<number, number> {
  const counts: Record<number, number> = {}
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1
  return counts
}
