import { parseResourceId, type ResourceId } from '../kernel/ids.ts'
import { personName } from '../kernel/person.ts'
import { listTombstones } from '../storage/tombstones.ts'
import type { PeopleContext } from './people-context.ts'

interface DeletedLine {
  readonly id: ResourceId
  readonly name: string
  readonly userName: string
  readonly deletedAt: string
}

/** Who was deleted within the last 30 days and can be restored, by id. One storage request. */
export async function findDeletedPeople(
  { store, tenant }: PeopleContext,
  page: { readonly after?: string | undefined; readonly count: number },
): Promise<{ readonly people: readonly DeletedLine[]; readonly next: ResourceId | undefined }> {
  const stretch = { after: parseResourceId(page.after), count: page.count + 1 }
  const found = await listTombstones(store, tenant, stretch)
  const shown = found.slice(0, page.count)
  return {
    people: shown.map(({ id, attributes, userName, deletedAt }) => ({
      id,
      name: personName(attributes).display ?? userName,
      userName,
      deletedAt,
    })),
    next: found.length > page.count ? shown.at(-1)?.id : undefined,
  }
}
